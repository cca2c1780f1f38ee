"""What makes a target likely beside the softmax: the terms of a network's mixtures."""

from typing import Any

import tensorflow as tf
from keras import ops

from data.preparation.sequences import FIRST
from model.training.full_softmax import LOG_ZERO


def mixture_terms(repeats: Any, candidates: Any, state: Any, target: Any) -> tuple[Any, Any]:
    """Return the log-probability of the catalogue and that of repeating the target, or None."""
    if repeats is None:
        return None, None
    is_target = tf.gather(candidates[0], state) == target[:, None] + FIRST
    of_targets = tf.gather(repeats, state)
    none = ops.full_like(of_targets[:, 1:], LOG_ZERO)
    return of_targets[:, 0], ops.max(ops.where(is_target, of_targets[:, 1:], none), axis=1)


def transition_terms(
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
