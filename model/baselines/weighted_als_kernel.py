"""Compiled loop of weighted matrix factorisation."""

import numpy as np

from data.preparation.sequences import Floats
from model.kernels.csr import Entries
from model.kernels.math import compiled
from model.sequences.histories import Array


@compiled("reassoc")
def solve_rows(weights: Entries, factors: Floats, gram: Array, result: Floats) -> None:
    """Compute the factors of each row given those of the columns, by a Cholesky decomposition.

    Minimises Σ_j (1 + w_j) (p_j − x · y_j)^2 + penalty · |x|^2, where p_j is 1 for the entries of
    the row and 0 for all other columns, whose w is 0.

    Parameters
    ----------
    weights : Entries [rows, columns]
        The w of each entry, positive.
    factors : float32 [columns, rank]
    gram : float64 [rank, rank]
        Y^T Y of the factors of all columns, plus the penalty on the diagonal.
    result : float32 [rows, rank]
        Output; rows without entries are 0.
    """
    rank = factors.shape[1]
    left, x = np.empty_like(gram), np.empty(rank, np.float64)
    for row in range(len(result)):
        left[:], x[:] = gram, 0
        for i in range(weights.first[row], weights.first[row + 1]):
            y, weight = factors[weights.column[i]], np.float64(weights.value[i])
            for a in range(rank):
                scaled = weight * y[a]
                x[a] += scaled + y[a]
                for b in range(a + 1):
                    left[a, b] += scaled * y[b]
        _decompose(left)
        _substitute(left, x)
        for a in range(rank):
            result[row, a] = x[a]


@compiled("reassoc")
def _decompose(matrix: Array) -> None:
    """Replace the lower triangle of a positive definite matrix by L, with L L^T the matrix."""
    for a in range(len(matrix)):
        for b in range(a + 1):
            total = matrix[a, b]
            for c in range(b):
                total -= matrix[a, c] * matrix[b, c]
            matrix[a, b] = np.sqrt(total) if a == b else total / matrix[b, b]


@compiled("reassoc")
def _substitute(lower: Array, x: Array) -> None:
    """Replace x by the solution z of L L^T z = x."""
    for a in range(len(x)):
        for b in range(a):
            x[a] -= lower[a, b] * x[b]
        x[a] /= lower[a, a]
    for a in range(len(x) - 1, -1, -1):
        for b in range(a + 1, len(x)):
            x[a] -= lower[b, a] * x[b]
        x[a] /= lower[a, a]
