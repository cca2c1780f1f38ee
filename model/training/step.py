"""One step of learning and one of judging, compiled; the only place that speaks TensorFlow."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from data.preparation.sequences import FIRST, Floats
from model.config.run_config import RunConfig
from model.networks.network import Network
from model.networks.pointer_head import mixed, spread
from model.sequences.features import drop_context
from model.sequences.windows import Batch
from model.training.full_softmax import full_softmax
from model.training.negative_sampling import NegativeSampler
from model.training.row_adam import MANY, RowSparseAdam
from model.training.sampled_softmax import sampled_softmax, score_all


class CompiledSteps:
    """A network that is being trained.

    Parameters
    ----------
    network : Network
    config : RunConfig
    negatives : NegativeSampler
        Draws for a sampled softmax.
    """

    def __init__(self, network: Network, config: RunConfig, negatives: NegativeSampler) -> None:
        self.network = network
        self.config = config
        self.negatives = negatives
        self.optimizer = _optimizer(config)
        weights = network.serving.trainable_variables
        large = [self.sampled and len(one.shape) and one.shape[0] >= MANY for one in weights]
        self._weights = [one for one, by_row in zip(weights, large, strict=True) if not by_row]
        self._tables = [one for one, by_row in zip(weights, large, strict=True) if by_row]
        self.optimizer.build(self._weights)
        self._by_row = RowSparseAdam([one.value for one in self._tables], config.weight_decay)
        self._log_expected = tf.constant(negatives.log_expected)
        self._train = tf.function(self._train_step, reduce_retracing=True)
        self._judge = tf.function(self._judge_step, reduce_retracing=True)

    @property
    def state(self) -> list[Any]:
        """Every variable that training changes: weights, optimizer, random generators."""
        learned = self.network.serving.variables
        return [*learned, *self.optimizer.variables, *self._by_row.variables]

    def train(self, batch: Batch, random: np.random.Generator, rate: float) -> tuple[float, float]:
        """Learn from a batch; return its mean loss and how many targets came first."""
        self.optimizer.learning_rate.assign(rate)
        drawn = self.negatives.draw(random) if self.sampled else np.zeros(0, np.int32)
        inputs = drop_context(batch.inputs, random)
        loss, correct = self._train(_tensors(inputs), batch.place, batch.answer, drawn)
        return float(loss), float(correct)

    def judge(self, batch: Batch) -> tuple[Floats, Floats]:
        """Return the loss of each target over all products, and its rank."""
        loss, rank = self._judge(_tensors(batch.inputs), batch.place, batch.answer)
        return loss.numpy(), rank.numpy()

    @property
    def sampled(self) -> bool:
        """Whether the loss compares with a sample of products only."""
        return self.config.loss == "sampled_softmax"

    @property
    def loss_name(self) -> str:
        """What the loss of a step is called; a sampled one is not comparable with validation."""
        return "sampled_loss" if self.sampled else "loss"

    def _read(self, inputs: Any, place: Any, training: bool) -> tuple[Any, Any]:
        """Return hidden states where a prediction is made, and nowhere on padding.

        With a repeat-aware head, also its gate there, the pointer and the products that it points
        to; else None.
        """
        hidden = self.network.body(inputs, training=training)
        states = ops.take(ops.reshape(hidden, (-1, hidden.shape[-1])), place, axis=0)
        if self.network.copier is None:
            return states, None
        pointer, gate = self.network.copier(hidden, inputs["product"])
        width = ops.shape(inputs["product"])[1]
        there = ops.take(ops.reshape(pointer, (-1, width)), place, axis=0)
        products = ops.take(inputs["product"], place // width, axis=0)
        return states, (ops.take(ops.reshape(gate, (-1,)), place), there, products)

    def _train_step(self, inputs: Any, place: Any, answer: Any, drawn: Any) -> tuple[Any, Any]:
        variables = [one.value for one in (*self._weights, *self._tables)]
        output = self.network.output
        with tf.GradientTape() as tape:
            states, head = self._read(inputs, place, training=True)
            gate, copied = _parts_of_mixture(head, answer)
            if self.sampled:
                losses = sampled_softmax(states, answer, output, drawn, self._log_expected)
                if gate is not None:
                    losses = -ops.logaddexp(gate - losses, copied)
                loss, correct = ops.mean(losses), 0.0
            else:
                loss, correct = full_softmax(
                    states,
                    answer,
                    output.table(),
                    output.bias,
                    smoothing=self.config.label_smoothing,
                    gate=gate,
                    copied=copied,
                )
        slopes = tape.gradient(loss, variables)
        if self.config.gradient_clipping:
            slopes, _norm = tf.clip_by_global_norm(slopes, self.config.gradient_clipping)
        split = len(self._weights)
        self.optimizer.apply(slopes[:split], self._weights)
        self._by_row.apply(slopes[split:], self.optimizer.learning_rate)
        return loss, correct

    def _judge_step(self, inputs: Any, place: Any, answer: Any) -> tuple[Any, Any]:
        states, head = self._read(inputs, place, training=False)
        logits = score_all(states, self.network.output)
        if head is not None:
            gate, pointer, products = head
            logits = mixed(logits, spread(pointer, products, ops.shape(logits)[1]), gate[:, None])
        target = ops.take_along_axis(logits, answer[:, None], axis=1)
        rank = ops.sum(ops.cast(ops.logical_not(logits < target), "int32"), axis=1)
        return ops.logsumexp(logits, axis=1) - target[:, 0], rank


def _parts_of_mixture(head: Any, answer: Any) -> tuple[Any, Any]:
    """Return the logarithms of the gate and of what the pointer gives each target, or None."""
    if head is None:
        return None, None
    gate, pointer, products = head
    held = ops.cast(products == answer[:, None] + FIRST, "float32")
    given = ops.sum(pointer * held, axis=1)
    return ops.log_sigmoid(gate), ops.log_sigmoid(-gate) + ops.log(given + 1e-30)


def _tensors(inputs: dict[str, Any]) -> dict[str, Any]:
    return {name: tf.constant(values) for name, values in inputs.items()}


def _optimizer(config: RunConfig) -> Any:
    if config.weight_decay:
        return keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay)
    return keras.optimizers.Adam(config.learning_rate)
