"""Similar products: nearest neighbours among a network's item embeddings, and their projection.

The embeddings are read from ``model.onnx``, so that no network library is needed.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import FIRST, Floats
from model.metrics.ranking import top_k
from model.run_files import MODEL
from model.run_folder import RunFolder

SAMPLE = 20_000
"""Products from which the principal components are computed, at most."""


@dataclass(frozen=True)
class ItemEmbeddings:
    """The item embeddings of a run.

    Attributes
    ----------
    vectors : float32 [products, units]
        Centred and of length 1, in the order of the scores.
    """

    vectors: Floats

    @classmethod
    def load(cls, folder: Path) -> "ItemEmbeddings":
        """Read the embeddings of a run.

        Raises
        ------
        BadInput
            Where the run has no model, or its network has no item embeddings.
        """
        run = RunFolder(folder)
        products = len(run.vocabulary)
        weights = _read_embeddings(run.file(MODEL), products)
        if weights is None:
            raise BadInput(
                _("The network of run {run} has no product embeddings.").format(run=folder.name)
            )
        embeddings = weights - weights.mean(axis=0)
        norms = np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9)
        return cls((embeddings / norms).astype(np.float32))

    def nearest(self, index: int, k: int) -> list[tuple[int, float]]:
        """Return the indices of the ``k`` nearest products with their cosines, nearest first.

        Examples
        --------
        >>> items = ItemEmbeddings(np.array([[1, 0], [0, 1], [0.8, 0.6]], dtype=np.float32))
        >>> [(index, round(cosine, 2)) for index, cosine in items.nearest(0, 2)]
        [(2, 0.8), (1, 0.0)]
        """
        cosines = self.vectors @ self.vectors[index]
        cosines[index] = -np.inf
        nearest = top_k(cosines[None], min(k, len(cosines) - 1))[0]
        return [(int(other), float(cosines[other])) for other in nearest]

    @cached_property
    def projection(self) -> tuple[Floats, float]:
        """The products on the first two principal components, and their share of variance.

        Returns
        -------
        (float32 [products, 2], float)
            Computed from a sample of at most 20,000 products.
        """
        sample = self.vectors[:: max(len(self.vectors) // SAMPLE, 1)]
        variances, components = np.linalg.eigh(np.cov(sample, rowvar=False))
        plane: npt.NDArray[np.float32] = components[:, ::-1][:, :2].astype(np.float32)
        share = float(variances[-2:].sum() / max(variances.sum(), 1e-12))
        return self.vectors @ plane, share


def _read_embeddings(file: Path, products: int) -> Floats | None:
    """Return the input embeddings, [products, units], or else the weights of the output layer."""
    import onnx
    from onnx import numpy_helper

    matrices = [
        weights for weights in onnx.load(str(file)).graph.initializer if len(weights.dims) == 2
    ]
    for weights in matrices:
        if weights.dims[0] == FIRST + products and "product" in weights.name:
            embeddings: Floats = numpy_helper.to_array(weights)[FIRST:]
            return embeddings
    for weights in matrices:
        if weights.dims[1] == products:
            return np.ascontiguousarray(numpy_helper.to_array(weights).T)
    return None
