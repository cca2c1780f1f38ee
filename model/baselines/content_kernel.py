"""Compiled loop of the content baseline."""

from data.preparation.sequences import Floats
from model.kernels.csr import Indices
from model.kernels.math import compiled


@compiled()
def similarities(
    profiles: Floats, feature: Indices, value: Floats, bias: Floats, result: Floats
) -> None:
    """Compute the dot product of each history's profile with each product's feature vector.

    Parameters
    ----------
    profiles : float32 [histories, features]
    feature : uint32 [3, products]
        The features of each product.
    value : float32 [3, products]
        Their values; 0 where a product has fewer than three.
    bias : float32 [products]
        Added to the scores.
    result : float32 [histories, products]
        Output.
    """
    for row in range(len(profiles)):
        profile, scores = profiles[row], result[row]
        for i in range(len(bias)):
            scores[i] = (
                value[0, i] * profile[feature[0, i]]
                + value[1, i] * profile[feature[1, i]]
                + value[2, i] * profile[feature[2, i]]
                + bias[i]
            )
