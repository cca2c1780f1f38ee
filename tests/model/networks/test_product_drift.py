"""The state of the products at a time."""

import numpy as np

from data.preparation.sequences import FIRST, UNKNOWN
from model.networks.product_drift import ProductDrift
from model.sequences.features import MONTHS


def test_the_state_goes_on_as_it_was_after_the_last_month_that_was_learned() -> None:
    layer = ProductDrift()
    layer.build((None, None))
    steps = np.zeros(layer.steps.shape, dtype=np.float32)
    steps[300], steps[301] = 1, 2
    layer.steps.assign(steps)
    months = np.array([[FIRST + 299, FIRST + 300, FIRST + 301, FIRST + MONTHS - 1, UNKNOWN]])
    states = np.asarray(layer(months.astype(np.int32)))[0, :, 0]
    np.testing.assert_allclose(states, np.tanh([0, 1, 3, 3, 3]), rtol=1e-6)
