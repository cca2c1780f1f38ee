"""Cross-entropy over all products, in bounded memory.

The logits of a block of targets are computed, turned into gradients and discarded before those of
the next block, so that memory grows with the catalogue or with the batch but not with their
product. Computing the gradients in the forward pass saves computing the logits twice.
"""

from typing import Any

import tensorflow as tf

LOGITS_PER_BLOCK = 2**24
LOG_ZERO = -1e30
"""Stands for the logarithm of a probability of 0."""


def full_softmax(
    hidden: Any,
    targets: Any,
    table: Any,
    bias: Any,
    *,
    smoothing: float = 0.0,
    log_gate: Any = None,
    log_copied: Any = None,
) -> tuple[Any, Any]:
    """Return the mean cross-entropy over all products, and how many targets are ranked first.

    With ``log_gate`` and ``log_copied`` the probability of a target is that of a mixture:
    exp(log_gate) · softmax + exp(log_copied).

    Parameters
    ----------
    hidden : tensor [targets, units]
    targets : int tensor [targets]
    table : tensor [products, units]
        Output embeddings.
    bias : tensor [products]
    smoothing : float
        Share of a target's probability that is spread evenly over all products.
    log_gate, log_copied : tensor [targets], optional
        Logarithms of the weight of the softmax, and of the weighted probability that the pointer
        gives each target.

    Returns
    -------
    loss : scalar tensor
    correct : scalar tensor
        Number of targets whose logit no other product exceeds; has no gradient.
    """
    count = tf.shape(hidden)[0]
    log_gate = tf.zeros([count]) if log_gate is None else log_gate
    log_copied = tf.fill([count], LOG_ZERO) if log_copied is None else log_copied
    products = table.shape[0]
    hard = 1 - smoothing

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def forward(*arguments: Any) -> Any:
        hidden, table, bias, log_gate, log_copied = arguments
        own = tf.gather(table, targets)
        logit = tf.reduce_sum(hidden * own, axis=1) + tf.gather(bias, targets)
        hidden_gradient, log_totals, highest, table_gradient, bias_gradient = _over_blocks(
            hidden, table, bias, (log_gate + logit, log_copied), smoothing
        )
        log_mixture = tf.reduce_logsumexp(
            tf.stack([log_gate + logit - log_totals, log_copied]), axis=0
        )
        share = tf.exp(log_gate + logit - log_totals - log_mixture)
        mean_embedding = tf.reduce_mean(table, axis=0)
        uniform = tf.linalg.matvec(hidden, mean_embedding) + tf.reduce_mean(bias) - log_totals
        loss = -tf.reduce_mean(hard * log_mixture + smoothing * uniform)
        correct = tf.reduce_sum(tf.cast(logit >= highest - 1e-6 * tf.abs(highest), tf.float32))

        def backward(upstream: Any, _correct: Any) -> Any:
            scale, weight = upstream / tf.cast(count, tf.float32), hard * share
            spread = smoothing / products
            d_hidden = hidden_gradient - weight[:, None] * own - smoothing * mean_embedding
            d_table = tf.tensor_scatter_nd_sub(
                table_gradient, targets[:, None], weight[:, None] * hidden
            )
            d_table -= spread * tf.reduce_sum(hidden, axis=0)
            d_bias = tf.tensor_scatter_nd_sub(bias_gradient, targets[:, None], weight)
            d_bias -= spread * tf.cast(count, tf.float32)
            gradients = (d_hidden, d_table, d_bias, -weight, -hard * (1 - share))
            return tuple(scale * gradient for gradient in gradients)

        return (loss, correct), backward

    result: tuple[Any, Any] = forward(
        tf.cast(hidden, tf.float32), tf.cast(table, tf.float32), bias + 0.0, log_gate, log_copied
    )
    return result


def _over_blocks(
    hidden: Any, table: Any, bias: Any, mixture: tuple[Any, Any], smoothing: float
) -> Any:
    """Return what needs all logits, a block of targets at a time.

    For each target: the softmax's part of the gradient of its hidden state, the logarithm of the
    softmax's denominator, and its highest logit. Summed over targets: the softmax's part of the
    gradients of the table and of the biases.
    """
    products, units = table.shape
    rows = max(LOGITS_PER_BLOCK // products, 8)
    count = tf.shape(hidden)[0]
    log_gated, log_copied = mixture

    def block(begin: Any, per_target: Any, summed: Any) -> Any:
        end = tf.minimum(begin + rows, count)
        part = hidden[begin:end]
        logits = tf.matmul(part, table, transpose_b=True) + bias
        highest = tf.reduce_max(logits, axis=1, keepdims=True)
        exponentials = tf.exp(logits - highest)
        total = tf.reduce_sum(exponentials, axis=1, keepdims=True)
        log_total = (highest + tf.math.log(total))[:, 0]
        share = tf.sigmoid(log_gated[begin:end] - log_total - log_copied[begin:end])
        scale = ((1 - smoothing) * share + smoothing)[:, None] / total
        new = (tf.matmul(exponentials, table) * scale, log_total, highest[:, 0])
        joined = tuple(tf.concat(pair, 0) for pair in zip(per_target, new, strict=True))
        d_table = summed[0] + tf.matmul(exponentials, part * scale, transpose_a=True)
        d_bias = summed[1] + tf.linalg.matvec(exponentials, scale[:, 0], transpose_a=True)
        return end, joined, (d_table, d_bias)

    vector = tf.TensorShape([None])
    _end, per_target, summed = tf.while_loop(
        lambda begin, *_rest: begin < count,
        block,
        (0, (hidden[:0], bias[:0], bias[:0]), (tf.zeros_like(table), tf.zeros_like(bias))),
        shape_invariants=(
            tf.TensorShape([]),
            (tf.TensorShape([None, units]), vector, vector),
            (table.shape, bias.shape),
        ),
        parallel_iterations=1,
    )
    return (*per_target, *summed)
