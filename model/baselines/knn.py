"""The k nearest neighbours in a sparse similarity matrix."""

import numpy as np
from scipy import sparse

from model.kernels.csr import Entries

NEIGHBOURS = 100


def nearest(similarities: sparse.csr_matrix, k: int = NEIGHBOURS) -> sparse.csr_matrix:
    """Keep the ``k`` largest entries of each row; ties are broken by column."""
    from model.kernels import topk

    result = Entries.empty(np.minimum(np.diff(similarities.indptr), k))
    topk.largest_entries(Entries.of(similarities), result)
    return result.matrix(similarities.shape[1])
