"""The compiled training and evaluation steps of a network.

TensorFlow is called directly here and in ``full_softmax``, ``row_adam`` and
``model.networks.layers`` (``gather_rows``); all other modules of networks and training use
``keras.ops``.
"""

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
from model.sequences.windows import TrainingBatch
from model.training.full_softmax import full_softmax
from model.training.negative_sampling import NegativeSampler
from model.training.row_adam import LARGE_TABLE, RowSparseAdam
from model.training.sampled_softmax import sampled_softmax, score_all


class CompiledSteps:
    """Training and evaluation steps of a network, compiled by ``tf.function``.

    With a sampled softmax, embedding tables of at least ``LARGE_TABLE`` rows have an optimizer of
    their own that updates only the rows with a gradient.

    Parameters
    ----------
    network : Network
    config : RunConfig
    negatives : NegativeSampler
        Draws the negatives of a sampled softmax.
    """

    def __init__(self, network: Network, config: RunConfig, negatives: NegativeSampler) -> None:
        self.network = network
        self.config = config
        self.negatives = negatives
        self.optimizer = _optimizer(config)
        self._dense: list[Any] = []
        self._tables: list[Any] = []
        for weight in network.serving.trainable_variables:
            is_large = self.sampled and len(weight.shape) and weight.shape[0] >= LARGE_TABLE
            (self._tables if is_large else self._dense).append(weight)
        self.optimizer.build(self._dense)
        self._row_optimizer = RowSparseAdam(
            [table.value for table in self._tables], config.weight_decay
        )
        self._log_expected = tf.constant(negatives.log_expected)
        self._train = tf.function(self._train_step, reduce_retracing=True)
        self._evaluate = tf.function(self._evaluation_step, reduce_retracing=True)

    @property
    def variables(self) -> list[Any]:
        """Every variable that training changes: weights, optimizer slots, random generators."""
        weights = self.network.serving.variables
        return [*weights, *self.optimizer.variables, *self._row_optimizer.variables]

    def train(
        self, batch: TrainingBatch, random: np.random.Generator, rate: float
    ) -> tuple[float, float]:
        """Take a training step.

        Parameters
        ----------
        batch : TrainingBatch
        random : numpy.random.Generator
            Draws negatives, and histories that lose their context features.
        rate : float
            Learning rate.

        Returns
        -------
        loss : float
            Mean over the targets.
        correct : float
            Targets that were ranked first; 0 with a sampled softmax.
        """
        self.optimizer.learning_rate.assign(rate)
        negatives = self.negatives.draw(random) if self.sampled else np.zeros(0, np.int32)
        inputs = drop_context(batch.inputs, random)
        loss, correct = self._train(_tensors(inputs), batch.position, batch.target, negatives)
        return float(loss), float(correct)

    def evaluate(self, batch: TrainingBatch) -> tuple[Floats, Floats]:
        """Return each target's loss over all products and its rank, each of shape (targets,)."""
        loss, rank = self._evaluate(_tensors(batch.inputs), batch.position, batch.target)
        return loss.numpy(), rank.numpy()

    @property
    def sampled(self) -> bool:
        """Whether the loss is a sampled softmax."""
        return self.config.loss == "sampled_softmax"

    @property
    def loss_name(self) -> str:
        """Name of the loss of a step; a sampled one is not comparable with validation."""
        return "sampled_loss" if self.sampled else "loss"

    def _forward(self, inputs: Any, position: Any, training: bool) -> tuple[Any, Any]:
        """Return the hidden states at the positions of the targets, [targets, units].

        With a pointer head, also the gate's logits [targets], the pointer [targets, width] and the
        product codes that it points to [targets, width]; otherwise None.
        """
        hidden = self.network.body(inputs, training=training)
        states = ops.take(ops.reshape(hidden, (-1, hidden.shape[-1])), position, axis=0)
        if self.network.pointer_head is None:
            return states, None
        pointer, gate = self.network.pointer_head(hidden, inputs["product"])
        width = ops.shape(inputs["product"])[1]
        pointer = ops.take(ops.reshape(pointer, (-1, width)), position, axis=0)
        products = ops.take(inputs["product"], position // width, axis=0)
        return states, (ops.take(ops.reshape(gate, (-1,)), position), pointer, products)

    def _train_step(self, inputs: Any, position: Any, target: Any, negatives: Any) -> Any:
        variables = [weight.value for weight in (*self._dense, *self._tables)]
        output = self.network.output
        with tf.GradientTape() as tape:
            states, head = self._forward(inputs, position, training=True)
            log_gate, log_copied = _mixture_terms(head, target)
            if self.sampled:
                losses = sampled_softmax(states, target, output, negatives, self._log_expected)
                if log_gate is not None:
                    losses = -ops.logaddexp(log_gate - losses, log_copied)
                loss, correct = ops.mean(losses), 0.0
            else:
                loss, correct = full_softmax(
                    states,
                    target,
                    output.table(),
                    output.bias,
                    smoothing=self.config.label_smoothing,
                    log_gate=log_gate,
                    log_copied=log_copied,
                )
        gradients = tape.gradient(loss, variables)
        if self.config.gradient_clipping:
            gradients, _norm = tf.clip_by_global_norm(gradients, self.config.gradient_clipping)
        split = len(self._dense)
        self.optimizer.apply(gradients[:split], self._dense)
        self._row_optimizer.apply(gradients[split:], self.optimizer.learning_rate)
        return loss, correct

    def _evaluation_step(self, inputs: Any, position: Any, target: Any) -> tuple[Any, Any]:
        states, head = self._forward(inputs, position, training=False)
        logits = score_all(states, self.network.output)
        if head is not None:
            gate, pointer, products = head
            logits = mixed(logits, spread(pointer, products, ops.shape(logits)[1]), gate[:, None])
        target_logit = ops.take_along_axis(logits, target[:, None], axis=1)
        rank = ops.sum(ops.cast(ops.logical_not(logits < target_logit), "int32"), axis=1)
        return ops.logsumexp(logits, axis=1) - target_logit[:, 0], rank


def _mixture_terms(head: Any, target: Any) -> tuple[Any, Any]:
    """Return log g, and log((1 - g) · probability that the pointer gives each target), or None."""
    if head is None:
        return None, None
    gate, pointer, products = head
    is_target = ops.cast(products == target[:, None] + FIRST, "float32")
    copied = ops.sum(pointer * is_target, axis=1)
    return ops.log_sigmoid(gate), ops.log_sigmoid(-gate) + ops.log(copied + 1e-30)


def _tensors(inputs: dict[str, Any]) -> dict[str, Any]:
    return {name: tf.constant(values) for name, values in inputs.items()}


def _optimizer(config: RunConfig) -> Any:
    if config.weight_decay:
        return keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay)
    return keras.optimizers.Adam(config.learning_rate)
