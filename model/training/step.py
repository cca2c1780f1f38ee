"""The compiled training and evaluation steps of a network.

TensorFlow is called directly here and in ``full_softmax``, ``row_adam`` and
``model.networks.layers`` (``gather_rows``); all other modules of networks and training use
``keras.ops``.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from data.preparation.sequences import FIRST, Floats
from model.config.run_config import RunConfig
from model.networks.network import Network
from model.networks.repeat_head import RepeatMixture
from model.networks.transition_head import TransitionMixture
from model.sequences.asking import drop_asking_times
from model.sequences.buyer_attributes import BUYER, drop_attributes
from model.sequences.features import drop_context
from model.sequences.repeats import drop_times
from model.sequences.windows import TrainingBatch
from model.training.full_softmax import LOG_ZERO, full_softmax
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
        self._mixture = RepeatMixture()
        self._transition_mixture = TransitionMixture()
        self._train = _TracedOnce(self._train_step)
        self._evaluate = _TracedOnce(self._evaluation_step)

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
            Draws negatives, and histories and targets that lose their context features.
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
        if BUYER in inputs:
            inputs = inputs | {BUYER: drop_attributes(inputs[BUYER], random)}
        candidates = drop_times(batch.candidates, random) if batch.candidates else ()
        codes = batch.asking_time
        asking_time = () if codes is None else drop_asking_times(codes, random)
        loss, correct = self._train(
            _tensors(inputs),
            (batch.position, asking_time, candidates),
            (batch.target, batch.state),
            () if batch.following is None else batch.following,
            negatives,
        )
        return float(loss), float(correct)

    def evaluate(self, batch: TrainingBatch) -> tuple[Floats, Floats, Floats]:
        """Return each target's loss over all products and two ranks, each of shape (targets,).

        The first rank is among all products, the second without those of ``batch.seen``.
        """
        candidates = batch.candidates or ()
        asking_time = () if batch.asking_time is None else batch.asking_time
        seen = np.zeros((2, 0), np.int32) if batch.seen is None else batch.seen
        loss, rank, rank_of_unseen = self._evaluate(
            _tensors(batch.inputs),
            (batch.position, asking_time, tuple(candidates)),
            (batch.target, batch.state),
            seen,
        )
        return loss.numpy(), rank.numpy(), rank_of_unseen.numpy()

    @property
    def sampled(self) -> bool:
        """Whether the loss is a sampled softmax."""
        return self.config.loss == "sampled_softmax"

    @property
    def loss_name(self) -> str:
        """Name of the loss of a step; a sampled one is not comparable with validation."""
        return "sampled_loss" if self.sampled else "loss"

    def _forward(self, inputs: Any, at_states: Any, training: bool) -> tuple[Any, Any]:
        """Return the hidden states from which targets are predicted, [states, units].

        Where the network knows the time of asking, they are modulated by it. ``at_states`` holds
        the position, the asking time and the candidates of each state.

        With a repeat head, also what it returns, [states, 1 + candidates]; otherwise None.
        """
        position, asking_time, candidates = at_states
        hidden = self.network.body(inputs, training=training)
        states = ops.take(ops.reshape(hidden, (-1, hidden.shape[-1])), position, axis=0)
        if self.network.asking_time is not None:
            states = self.network.asking_time(states, asking_time)
        if self.network.repeat_head is None:
            return states, None
        return states, self.network.repeat_head(states, *candidates)

    def _train_step(
        self, inputs: Any, at_states: Any, targets: Any, following: Any, negatives: Any
    ) -> Any:
        variables = [weight.value for weight in (*self._dense, *self._tables)]
        output = self.network.output
        target, state = targets
        with tf.GradientTape() as tape:
            states, repeats = self._forward(inputs, at_states, training=True)
            log_gate, log_copied = _mixture_terms(repeats, at_states[-1], state, target)
            if self.network.transition_head is not None:
                latest = self._latest(inputs, at_states[0])
                rules = self.network.transition_head(states, latest, following)
                log_gate, log_copied = _transition_terms(rules, state, target, log_gate, log_copied)
            states = tf.gather(states, state)
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

    def _latest(self, inputs: Any, position: Any) -> Any:
        """Return the products whose rules a transition head reads, [states, LATEST]."""
        layer: Any = self.network.latest_products
        return layer(inputs["product"], inputs.get("type"), position)

    def _evaluation_step(self, inputs: Any, at_states: Any, targets: Any, seen: Any) -> Any:
        target, state = targets
        states, repeats = self._forward(inputs, at_states, training=False)
        logits = score_all(states, self.network.output)
        if repeats is not None:
            logits = self._mixture(logits, repeats, at_states[-1][0])
        if self.network.transition_head is not None:
            latest = self._latest(inputs, at_states[0])
            rules, product = self.network.transition_head(states, latest)
            logits = self._transition_mixture(logits, rules, product)
        logits = tf.gather(logits, state)
        target_logit = ops.take_along_axis(logits, target[:, None], axis=1)
        rank = ops.sum(ops.cast(ops.logical_not(logits < target_logit), "int32"), axis=1)
        row, product = seen[0], seen[1]
        is_below = tf.gather_nd(logits, ops.stack([row, product], axis=1)) < tf.gather(
            target_logit[:, 0], row
        )
        is_counted = ops.logical_not(ops.logical_or(is_below, product == tf.gather(target, row)))
        seen_above = tf.math.unsorted_segment_sum(
            ops.cast(is_counted, "int32"), row, ops.shape(rank)[0]
        )
        loss = ops.logsumexp(logits, axis=1) - target_logit[:, 0]
        return loss, rank, rank - seen_above


class _TracedOnce:
    """A step compiled at its first call, for batches of every size.

    A ``tf.function`` without a signature is traced for the sizes of the first batch and again for
    those of the second. AutoGraph would take longer than the trace to translate the source code of
    a step and of all that it calls; none has a loop or a branch that depends on a tensor.
    """

    def __init__(self, step: Callable[..., Any]) -> None:
        self._step = step
        self._compiled: Callable[..., Any] | None = None

    def __call__(self, *arrays: Any) -> Any:
        if self._compiled is None:
            signature = tf.nest.map_structure(_of_any_size, arrays)
            self._compiled = tf.function(self._step, input_signature=signature, autograph=False)
        return self._compiled(*arrays)


def _of_any_size(array: Any) -> Any:
    """Return the specification of arrays with the dtype and the number of axes of this array."""
    return tf.TensorSpec([None] * len(array.shape), array.dtype)


def _mixture_terms(repeats: Any, candidates: Any, state: Any, target: Any) -> tuple[Any, Any]:
    """Return the log-probability of the catalogue and that of repeating the target, or None."""
    if repeats is None:
        return None, None
    is_target = tf.gather(candidates[0], state) == target[:, None] + FIRST
    of_targets = tf.gather(repeats, state)
    none = ops.full_like(of_targets[:, 1:], LOG_ZERO)
    return of_targets[:, 0], ops.max(ops.where(is_target, of_targets[:, 1:], none), axis=1)


def _transition_terms(
    rules: Any, state: Any, target: Any, log_gate: Any, log_copied: Any
) -> tuple[Any, Any]:
    """Return the logarithms of the weight of the softmax, and of what else makes the target likely.

    ``log_gate`` and ``log_copied`` are those without the rules, None without a repeat head.
    """
    of_targets, product = tf.gather(rules[0], state), tf.gather(rules[1], state)
    none = ops.full_like(of_targets[:, 1:], LOG_ZERO)
    is_target = product == target[:, None] + FIRST
    log_followed = ops.logsumexp(ops.where(is_target, of_targets[:, 1:], none), axis=1)
    log_others = of_targets[:, 0]
    if log_gate is None:
        return log_others, log_followed
    return log_others + log_gate, ops.logaddexp(log_others + log_copied, log_followed)


def _tensors(inputs: dict[str, Any]) -> dict[str, Any]:
    return {name: tf.constant(values) for name, values in inputs.items()}


def _optimizer(config: RunConfig) -> Any:
    if config.weight_decay:
        return keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay)
    return keras.optimizers.Adam(config.learning_rate)
