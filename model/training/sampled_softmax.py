"""The sampled softmax: cross-entropy of each target against a sample of products."""

from typing import Any

from keras import ops


def score_all(hidden: Any, output: Any) -> Any:
    """Return the logits of every product, float32 [targets, products]."""
    hidden, table = output.scaled(hidden), ops.cast(output.table(), hidden.dtype)
    return ops.cast(ops.matmul(hidden, ops.transpose(table)), "float32") + output.bias


def sampled_softmax(
    hidden: Any, targets: Any, output: Any, negatives: Any, compared: Any, *, log_expected: Any
) -> Any:
    """Return the cross-entropy of each target over itself and the negatives of the step.

    The logits of negatives are corrected by the logarithm of their expected number of draws
    (logQ), so that popular products, which are drawn more often, are not penalised for it
    (Bengio and Senécal 2008; Yi et al. 2019, equation 3). A negative that is the target itself is
    masked. The target's own logit is not corrected, since it is not drawn (Khrylchenko et al.
    2025): with a large sample the loss tends to the full softmax.

    Parameters
    ----------
    hidden : tensor [targets, units]
    targets : int tensor [targets]
    output : ProductScores
    negatives : int tensor [negatives]
        Drawn with replacement, shared by all targets of the step.
    compared : tuple of tensors [negatives, units] and [negatives]
        Embeddings and biases of the negatives, ``output.rows(negatives)``.
    log_expected : tensor [products]
        Logarithm of each product's expected number of draws.

    Returns
    -------
    tensor [targets]
    """
    embeddings, bias = compared
    hidden = output.scaled(hidden)
    logits = ops.cast(
        ops.matmul(hidden, ops.transpose(ops.cast(embeddings, hidden.dtype))), "float32"
    )
    logits = logits + (bias - ops.take(log_expected, negatives))
    is_target = targets[:, None] == negatives[None, :]
    logits = ops.where(is_target, ops.full_like(logits, -1e30), logits)
    target_embeddings, target_bias = output.rows(targets)
    own = ops.sum(hidden * ops.cast(target_embeddings, hidden.dtype), axis=1)
    own = ops.cast(own, "float32") + target_bias
    return ops.logsumexp(ops.concatenate([own[:, None], logits], axis=1), axis=1) - own
