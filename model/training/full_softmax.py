"""The full softmax: compare each target with every product, in bounded memory.

Scores of some targets at a time are made, turned into gradients at once and forgotten, so that
memory grows with the catalogue or with the batch but never with their product. Making the
gradients on the way forward also saves making the scores twice.
"""

from typing import Any

import tensorflow as tf

SCORES_AT_ONCE = 2**24
NEVER = -1e30
"""Logarithm of the probability of what cannot happen."""


def full_softmax(
    hidden: Any,
    answers: Any,
    table: Any,
    bias: Any,
    *,
    smoothing: float = 0.0,
    gate: Any = None,
    copied: Any = None,
) -> tuple[Any, Any]:
    """Return the mean cross-entropy over all products, and how many targets came first.

    With ``gate`` and ``copied`` the probability of a target is a mixture: exp(gate) times its
    softmax plus exp(copied), the logarithm of what a copy from the history contributes.

    Parameters
    ----------
    hidden : tensor [targets, units]
    answers : int tensor [targets]
    table : tensor [products, units]
        A vector for each product.
    bias : tensor [products]
    smoothing : float
        Share of a target's probability that is spread over all products.
    gate, copied : tensor [targets], optional

    Returns
    -------
    loss : scalar tensor
    correct : scalar tensor
        Targets whose softmax score no other product exceeds; carries no gradient.
    """
    count = tf.shape(hidden)[0]
    gate = tf.zeros([count]) if gate is None else gate
    copied = tf.fill([count], NEVER) if copied is None else copied
    products = table.shape[0]
    keep = 1 - smoothing

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def forward(*given: Any) -> Any:
        hidden, table, bias, gate, copied = given
        own = tf.gather(table, answers)
        target = tf.reduce_sum(hidden * own, axis=1) + tf.gather(bias, answers)
        pulls, logs, tops, in_table, in_bias = _over_chunks(
            hidden, table, bias, (gate + target, copied), smoothing
        )
        mixed = tf.reduce_logsumexp(tf.stack([gate + target - logs, copied]), axis=0)
        share = tf.exp(gate + target - logs - mixed)
        mean_vector = tf.reduce_mean(table, axis=0)
        uniform = tf.linalg.matvec(hidden, mean_vector) + tf.reduce_mean(bias) - logs
        loss = -tf.reduce_mean(keep * mixed + smoothing * uniform)
        correct = tf.reduce_sum(tf.cast(target >= tops - 1e-6 * tf.abs(tops), tf.float32))

        def backward(upstream: Any, _correct: Any) -> Any:
            each, aim = upstream / tf.cast(count, tf.float32), keep * share
            spread = smoothing / products
            d_hidden = pulls - aim[:, None] * own - smoothing * mean_vector
            d_table = tf.tensor_scatter_nd_sub(in_table, answers[:, None], aim[:, None] * hidden)
            d_table -= spread * tf.reduce_sum(hidden, axis=0)
            d_bias = tf.tensor_scatter_nd_sub(in_bias, answers[:, None], aim)
            d_bias -= spread * tf.cast(count, tf.float32)
            wholes = (d_hidden, d_table, d_bias, -aim, -keep * (1 - share))
            return tuple(each * one for one in wholes)

        return (loss, correct), backward

    found: tuple[Any, Any] = forward(
        tf.cast(hidden, tf.float32), tf.cast(table, tf.float32), bias + 0.0, gate, copied
    )
    return found


def _over_chunks(
    hidden: Any, table: Any, bias: Any, mixture: tuple[Any, Any], smoothing: float
) -> Any:
    """Return what needs all scores: of each target, then summed over targets.

    Each target's pull of the softmax on its hidden state, the logarithm of its total, its highest
    score; then the softmax's pull on the table and on the biases.
    """
    products, units = table.shape
    rows = max(SCORES_AT_ONCE // products, 8)
    count = tf.shape(hidden)[0]
    aimed, copied = mixture

    def chunk(begin: Any, of_targets: Any, summed: Any) -> Any:
        end = tf.minimum(begin + rows, count)
        part = hidden[begin:end]
        scores = tf.matmul(part, table, transpose_b=True) + bias
        highest = tf.reduce_max(scores, axis=1, keepdims=True)
        raised = tf.exp(scores - highest)
        total = tf.reduce_sum(raised, axis=1, keepdims=True)
        logs = (highest + tf.math.log(total))[:, 0]
        share = tf.sigmoid(aimed[begin:end] - logs - copied[begin:end])
        scale = ((1 - smoothing) * share + smoothing)[:, None] / total
        new = (tf.matmul(raised, table) * scale, logs, highest[:, 0])
        joined = tuple(tf.concat(pair, 0) for pair in zip(of_targets, new, strict=True))
        in_table = summed[0] + tf.matmul(raised, part * scale, transpose_a=True)
        in_bias = summed[1] + tf.linalg.matvec(raised, scale[:, 0], transpose_a=True)
        return end, joined, (in_table, in_bias)

    line = tf.TensorShape([None])
    _end, of_targets, summed = tf.while_loop(
        lambda begin, *_rest: begin < count,
        chunk,
        (0, (hidden[:0], bias[:0], bias[:0]), (tf.zeros_like(table), tf.zeros_like(bias))),
        shape_invariants=(
            tf.TensorShape([]),
            (tf.TensorShape([None, units]), line, line),
            (table.shape, bias.shape),
        ),
        parallel_iterations=1,
    )
    return (*of_targets, *summed)
