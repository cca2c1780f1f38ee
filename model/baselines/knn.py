"""The k nearest neighbours in a sparse similarity matrix."""

import numpy as np
from scipy import sparse

from model.kernels.csr import Entries

NEIGHBOURS = 100
TERMS_PER_BLOCK = 2**24
"""Terms of the sums of a product's entries that are computed at a time, and so its entries at most,
which take 8 bytes each."""


def nearest(similarities: sparse.csr_matrix, k: int = NEIGHBOURS) -> sparse.csr_matrix:
    """Keep the ``k`` largest entries of each row; ties are broken by column."""
    from model.kernels import topk

    result = Entries.empty(np.minimum(np.diff(similarities.indptr), k))
    topk.largest_entries(Entries.of(similarities), result)
    return result.matrix(similarities.shape[1])


def nearest_in_product(
    left: sparse.csr_matrix, right: sparse.csr_matrix, k: int = NEIGHBOURS
) -> sparse.csr_matrix:
    """Keep the ``k`` largest entries of each row of ``left @ right``; ties are broken by column.

    The product is computed some rows at a time: all of it has an entry for every two products that
    share a user.
    """
    terms = np.append(0, np.cumsum(np.diff(right.indptr)[left.indices]))[left.indptr]
    parts, begin = [], 0
    while begin < left.shape[0]:
        end = int(np.searchsorted(terms, terms[begin] + TERMS_PER_BLOCK, side="right")) - 1
        end = max(end, begin + 1)
        parts.append(nearest((left[begin:end] @ right).tocsr(), k))
        begin = end
    return sparse.vstack(parts, format="csr")
