"""The sampled softmax: compare each target with a sample of products."""

from typing import Any

from keras import ops


def score_all(hidden: Any, output: Any) -> Any:
    """Return the score of every product, float32 [targets, products]."""
    table = ops.cast(output.table(), hidden.dtype)
    return ops.cast(ops.matmul(hidden, ops.transpose(table)), "float32") + output.bias


def sampled_softmax(
    hidden: Any, answers: Any, output: Any, negatives: Any, log_expected: Any
) -> Any:
    """Return the cross-entropy of each target over itself and the step's negatives.

    Scores are corrected by the logarithm of how often a product is expected among the
    negatives (logQ), so that popular products, drawn more often, are not held down
    (Bengio and Senécal 2008; Yi et al. 2019, equation 3). A negative that is the target itself
    does not count. The target is there without having been drawn, so its own score is not
    corrected (Khrylchenko et al. 2025): a large sample tends to the full softmax.

    Parameters
    ----------
    hidden : tensor [targets, units]
    answers : int tensor [targets]
    output : ProductScores
    negatives : int tensor [negatives]
        Drawn with replacement, shared by all targets of the step.
    log_expected : tensor [products]
        Logarithm of each product's expected number of draws.

    Returns
    -------
    tensor [targets]
    """
    vectors, bias = output.rows(negatives)
    against = ops.cast(
        ops.matmul(hidden, ops.transpose(ops.cast(vectors, hidden.dtype))), "float32"
    )
    against = against + (bias - ops.take(log_expected, negatives))
    hit = answers[:, None] == negatives[None, :]
    against = ops.where(hit, ops.full_like(against, -1e30), against)
    own_vectors, own_bias = output.rows(answers)
    own = ops.cast(ops.sum(hidden * ops.cast(own_vectors, hidden.dtype), axis=1), "float32")
    own = own + own_bias
    return ops.logsumexp(ops.concatenate([own[:, None], against], axis=1), axis=1) - own
