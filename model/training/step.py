"""The compiled training and evaluation steps of a network.

TensorFlow is called directly here and in ``full_softmax``, ``row_adam``, ``replicas`` and
``model.networks.layers`` (``gather_rows`` and what devices share); all other modules of networks
and training use ``keras.ops``.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from data.preparation.sequences import Floats
from model.config.run_config import RunConfig
from model.networks.layers import mean_probability
from model.networks.network import Member, Network
from model.networks.repeat_head import RepeatMixture
from model.networks.transition_head import TransitionMixture
from model.sequences.asking import drop_asking_times
from model.sequences.buyer_attributes import BUYER, drop_attributes
from model.sequences.features import drop_context
from model.sequences.repeats import drop_times
from model.sequences.windows import TrainingBatch
from model.training.full_softmax import full_softmax
from model.training.mixture_terms import mixture_terms, transition_terms
from model.training.negative_sampling import NegativeSampler
from model.training.replicas import Replicas, split, summed
from model.training.row_adam import LARGE_TABLE, RowSparseAdam
from model.training.sampled_softmax import sampled_softmax, score_all
from model.training.traced_once import TracedOnce


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
    devices : sequence of str
        The devices that share the work of a training step; without any it is not shared.
    """

    def __init__(
        self,
        network: Network,
        config: RunConfig,
        negatives: NegativeSampler,
        devices: Sequence[str] = (),
    ) -> None:
        self.network = network
        self.config = config
        self.negatives = negatives
        self.optimizer = _optimizer(config)
        self._dense: list[Any] = []
        self._tables: list[Any] = []
        for weight in network.serving.trainable_variables:
            is_large = self.sampled and len(weight.shape) and weight.shape[0] >= LARGE_TABLE
            (self._tables if is_large else self._dense).append(weight)
        place = {id(weight): i for i, weight in enumerate((*self._dense, *self._tables))}
        self._of_members = [
            [place[id(weight)] for weight in member.serving.trainable_variables]
            for member in network.members
        ]
        self.optimizer.build(self._dense)
        self._row_optimizer = RowSparseAdam(
            [table.value for table in self._tables], config.weight_decay
        )
        self._log_expected = tf.constant(negatives.log_expected)
        self._mixture = RepeatMixture()
        self._transition_mixture = TransitionMixture()
        self._replicas = Replicas(devices) if devices else None
        self._train = TracedOnce(self._train_step)
        self._train_parts = TracedOnce(self._shared_train_step)
        self._evaluate = TracedOnce(partial(self._evaluation_step, network.members))
        self._evaluate_member = [
            TracedOnce(partial(self._evaluation_step, (member,))) for member in network.members
        ]

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
        batch = _drop_context(batch, random)
        if self._replicas is None or len(batch.inputs["length"]) < len(self._replicas):
            loss, correct = self._train(_arrays(batch), negatives)
        else:
            parts = split(batch, len(self._replicas))
            loss, correct = self._train_parts(tuple(map(_arrays, parts)), negatives)
        return float(loss), float(correct)

    def evaluate(
        self, batch: TrainingBatch, member: int | None = None
    ) -> tuple[Floats, Floats, Floats]:
        """Return each target's loss over all products and two ranks, each of shape (targets,).

        The first rank is among all products, the second without those of ``batch.seen``. They are
        those of the network that is served, or of one member of an ensemble.
        """
        seen = np.zeros((2, 0), np.int32) if batch.seen is None else batch.seen
        inputs, at_states, targets, _following = _arrays(batch)
        evaluate = self._evaluate if member is None else self._evaluate_member[member]
        loss, rank, rank_of_unseen = evaluate(inputs, at_states, targets, seen)
        return loss.numpy(), rank.numpy(), rank_of_unseen.numpy()

    @property
    def sampled(self) -> bool:
        """Whether the loss is a sampled softmax."""
        return self.config.loss == "sampled_softmax"

    @property
    def loss_name(self) -> str:
        """Name of the loss of a step; a sampled one is not comparable with validation."""
        return "sampled_loss" if self.sampled else "loss"

    def _forward(
        self, member: Member, inputs: Any, at_states: Any, training: bool
    ) -> tuple[Any, Any]:
        """Return the hidden states from which targets are predicted, [states, units].

        Where the network knows the time of asking, they are modulated by it. ``at_states`` holds
        the position, the asking time and the candidates of each state.

        With a repeat head, also what it returns, [states, 1 + candidates]; otherwise None.
        """
        position, asking_time, candidates = at_states
        hidden = member.body(inputs, training=training)
        states = ops.take(ops.reshape(hidden, (-1, hidden.shape[-1])), position, axis=0)
        if member.asking_time is not None:
            states = member.asking_time(states, asking_time)
        if member.repeat_head is None:
            return states, None
        return states, member.repeat_head(states, *candidates)

    def _train_step(self, arrays: Any, negatives: Any) -> Any:
        loss, correct, *gradients = self._gradients(arrays, negatives)
        self._apply(gradients)
        return loss, correct

    def _shared_train_step(self, parts: Any, negatives: Any) -> Any:
        """Take a step whose work the devices share, each with one part of the batch.

        What all targets are compared with is gathered once: a gradient has a slice for each row
        that is gathered, and optimisers and clipping tell one slice from two that add up to it.
        """
        assert self._replicas is not None
        total = tf.add_n([tf.shape(targets[0])[0] for _inputs, _states, targets, _next in parts])
        with tf.GradientTape() as tape:
            compared = self._compared(negatives)
        loss, correct, *gradients = self._replicas.sums(
            lambda part: self._gradients(part, negatives, (compared, total)), parts
        )
        by_compared, gradients = gradients[: len(compared)], gradients[len(compared) :]
        of_compared = tape.gradient(compared, self._variables, by_compared)
        self._apply(list(map(summed, zip(gradients, of_compared, strict=True))))
        return loss, correct

    def _compared(self, negatives: Any) -> list[Any]:
        """Return embeddings and biases of the products that every target is compared with.

        Those of the first member, then those of the next.
        """
        compared: list[Any] = []
        for member in self.network.members:
            output = member.output
            if self.sampled:
                compared += output.rows(negatives)
            else:
                compared += map(tf.convert_to_tensor, (output.table(), output.bias))
        return compared

    @property
    def _variables(self) -> list[Any]:
        return [weight.value for weight in (*self._dense, *self._tables)]

    def _gradients(self, arrays: Any, negatives: Any, whole: Any = None) -> list[Any]:
        """Return loss, targets ranked first, and the gradient of each weight.

        The loss is the mean over the targets. Of a part of a batch it is what the part adds to that
        of the whole one, of which ``whole`` holds what targets are compared with and their number;
        then the gradients of the former come before those of the weights.
        """
        variables = self._variables
        targets = arrays[2][0]
        with tf.GradientTape() as tape:
            if whole is None:
                compared = self._compared(negatives)
            else:
                compared, total = whole
                tape.watch(compared)
                variables = [*compared, *variables]
            results = [
                self._loss(member, arrays, negatives, compared[2 * i : 2 * i + 2])
                for i, member in enumerate(self.network.members)
            ]
            losses, corrects = zip(*results, strict=True)
            # Members share no weight: the gradient of the sum is that of each one's own loss.
            loss, summed_loss = tf.add_n(losses) / len(losses), tf.add_n(losses)
            correct = tf.add_n(list(map(tf.convert_to_tensor, corrects))) / len(corrects)
            if whole is not None:
                share = tf.cast(tf.shape(targets)[0] / total, tf.float32)
                loss, summed_loss = loss * share, summed_loss * share
        return [loss, correct, *tape.gradient(summed_loss, variables)]

    def _loss(
        self, member: Member, arrays: Any, negatives: Any, compared: Sequence[Any]
    ) -> tuple[Any, Any]:
        """Return a member's mean loss over the targets, and how many of them it ranks first."""
        inputs, at_states, (target, state), following = arrays
        states, repeats = self._forward(member, inputs, at_states, training=True)
        log_gate, log_copied = mixture_terms(repeats, at_states[-1], state, target)
        if member.transition_head is not None:
            latest = _latest(member, inputs, at_states[0])
            rules = member.transition_head(states, latest, following)
            log_gate, log_copied = transition_terms(rules, state, target, log_gate, log_copied)
        states = tf.gather(states, state)
        if not self.sampled:
            return full_softmax(
                member.output.scaled(states),
                target,
                *compared,
                smoothing=self.config.label_smoothing,
                log_gate=log_gate,
                log_copied=log_copied,
            )
        losses = sampled_softmax(
            states, target, member.output, negatives, compared, log_expected=self._log_expected
        )
        if log_gate is not None:
            losses = -ops.logaddexp(log_gate - losses, log_copied)
        return ops.mean(losses), 0.0

    def _apply(self, gradients: Any) -> None:
        """Update the weights, dense ones before large tables."""
        if self.config.gradient_clipping:
            gradients = self._clipped(gradients)
        dense = len(self._dense)
        self.optimizer.apply(gradients[:dense], self._dense)
        self._row_optimizer.apply(gradients[dense:], self.optimizer.learning_rate)

    def _clipped(self, gradients: Sequence[Any]) -> list[Any]:
        """Return gradients whose norm, of all weights of each member, is bounded."""
        clipped = list(gradients)
        for places in self._of_members:
            own, _norm = tf.clip_by_global_norm(
                [gradients[place] for place in places], self.config.gradient_clipping
            )
            for place, gradient in zip(places, own, strict=True):
                clipped[place] = gradient
        return clipped

    def _evaluation_step(
        self, members: Sequence[Member], inputs: Any, at_states: Any, targets: Any, seen: Any
    ) -> Any:
        target, state = targets
        scores = [tf.gather(self._logits(member, inputs, at_states), state) for member in members]
        logits = mean_probability(scores) if len(scores) > 1 else scores[0]
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

    def _logits(self, member: Member, inputs: Any, at_states: Any) -> Any:
        """Return a member's logits of every product, [states, products]."""
        states, repeats = self._forward(member, inputs, at_states, training=False)
        logits = score_all(states, member.output)
        if repeats is not None:
            logits = self._mixture(logits, repeats, at_states[-1][0])
        if member.transition_head is not None:
            latest = _latest(member, inputs, at_states[0])
            rules, product = member.transition_head(states, latest)
            logits = self._transition_mixture(logits, rules, product)
        return logits


def _latest(member: Member, inputs: Any, position: Any) -> Any:
    """Return the products whose rules a transition head reads, [states, LATEST]."""
    layer: Any = member.latest_products
    return layer(inputs["product"], inputs.get("type"), position)


def _drop_context(batch: TrainingBatch, random: np.random.Generator) -> TrainingBatch:
    """Return a batch without what a random share of its histories and states does not know."""
    inputs = drop_context(batch.inputs, random)
    if BUYER in inputs:
        inputs = inputs | {BUYER: drop_attributes(inputs[BUYER], random)}
    candidates, codes = batch.candidates, batch.asking_time
    if candidates is not None:
        candidates = drop_times(candidates, random)
    if codes is not None:
        codes = drop_asking_times(codes, random)
    return replace(batch, inputs=inputs, candidates=candidates, asking_time=codes)


def _arrays(batch: TrainingBatch) -> tuple[Any, ...]:
    """Return what a step reads of a batch; nothing in place of what the network does not know."""
    at_states = (
        batch.position,
        () if batch.asking_time is None else batch.asking_time,
        tuple(batch.candidates or ()),
    )
    following = () if batch.following is None else batch.following
    inputs = {name: tf.constant(values) for name, values in batch.inputs.items()}
    return inputs, at_states, (batch.target, batch.state), following


def _optimizer(config: RunConfig) -> Any:
    if config.weight_decay:
        return keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay)
    return keras.optimizers.Adam(config.learning_rate)
