"""Similar products: neighbours among the vectors that a network has learned, and a plane of them.

The vectors are read out of ``model.onnx``, so that nothing of a network library is needed.
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
from model.run_folder import RunFolder

SAMPLE = 20_000


@dataclass(frozen=True)
class ProductSpace:
    """The products of a run as points.

    Attributes
    ----------
    vectors : float32 [products, width]
        Centred and of length 1, in the order of the scores.
    """

    vectors: Floats

    @classmethod
    def of(cls, folder: Path) -> "ProductSpace":
        """Read the vectors of a run.

        Raises
        ------
        BadInput
            Where the run has no model, or its network learns no vector a product.
        """
        products = len(RunFolder(folder).vocabulary)
        found = _vectors(folder / "model.onnx", products)
        if found is None:
            raise BadInput(
                _("The network of run {run} learns no vector of each product.").format(
                    run=folder.name
                )
            )
        centred = found - found.mean(axis=0)
        sizes = np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
        return cls((centred / sizes).astype(np.float32))

    def nearest(self, place: int, k: int) -> list[tuple[int, float]]:
        """Return the products nearest to one, nearest first, each with its cosine.

        Examples
        --------
        >>> space = ProductSpace(np.array([[1, 0], [0, 1], [0.8, 0.6]], dtype=np.float32))
        >>> [(place, round(cosine, 2)) for place, cosine in space.nearest(0, 2)]
        [(2, 0.8), (1, 0.0)]
        """
        cosines = self.vectors @ self.vectors[place]
        cosines[place] = -np.inf
        best = top_k(cosines[None], min(k, len(cosines) - 1))[0]
        return [(int(one), float(cosines[one])) for one in best]

    @cached_property
    def plane(self) -> tuple[Floats, float]:
        """The products on the two axes along which they differ most, and that share of variance.

        Returns
        -------
        (float32 [products, 2], float)
            The axes are principal components, found on at most 20,000 products.
        """
        some = self.vectors[:: max(len(self.vectors) // SAMPLE, 1)]
        values, axes = np.linalg.eigh(np.cov(some, rowvar=False))
        chosen: npt.NDArray[np.float32] = axes[:, ::-1][:, :2].astype(np.float32)
        share = float(values[-2:].sum() / max(values.sum(), 1e-12))
        return self.vectors @ chosen, share


def _vectors(file: Path, products: int) -> Floats | None:
    """Return the weights with one row a product: those of the input, else those of the output."""
    import onnx
    from onnx import numpy_helper

    weights = onnx.load(str(file)).graph.initializer
    shaped = [one for one in weights if len(one.dims) == 2]
    for one in shaped:
        if one.dims[0] == FIRST + products and "product" in one.name:
            read: Floats = numpy_helper.to_array(one)[FIRST:]
            return read
    for one in shaped:
        if one.dims[1] == products:
            return np.ascontiguousarray(numpy_helper.to_array(one).T)
    return None
