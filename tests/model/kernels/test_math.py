"""Compiled loops find what NumPy finds in double precision."""

import numpy as np
import pytest

from data.preparation.sequences import Floats
from model.kernels.math import compiled, exp, highest, log, log1p, log_totals, total

SEED = np.random.default_rng(0)
ANY = (SEED.normal(size=5000) * 30).astype(np.float32)
ABOVE_ZERO = np.exp(np.clip(ANY, -85, 85))


@compiled()
def exponentials(values: Floats, found: Floats) -> None:
    for i in range(len(values)):
        found[i] = exp(values[i])


@compiled()
def logarithms(values: Floats, found: Floats) -> None:
    for i in range(len(values)):
        found[i] = log(values[i])


@compiled()
def logarithms_of_more(values: Floats, found: Floats) -> None:
    for i in range(len(values)):
        found[i] = log1p(values[i])


def test_exponentials_are_those_of_numpy() -> None:
    found = np.empty_like(ANY)
    exponentials(ANY, found)
    inside = np.abs(ANY) < 87
    np.testing.assert_allclose(found[inside], np.exp(ANY[inside].astype(np.float64)), rtol=3e-7)
    assert (found[ANY <= -87] < 1e-37).all()
    assert np.isfinite(found).all()


def test_logarithms_are_those_of_numpy() -> None:
    found = np.empty_like(ABOVE_ZERO)
    logarithms(ABOVE_ZERO, found)
    np.testing.assert_allclose(found, np.log(ABOVE_ZERO.astype(np.float64)), rtol=3e-7, atol=2e-7)


def test_small_numbers_keep_all_their_digits_in_the_logarithm_of_one_and_more() -> None:
    values = np.concatenate([[0], np.logspace(-30, 30, 2000)]).astype(np.float32)
    found = np.empty_like(values)
    logarithms_of_more(values, found)
    np.testing.assert_allclose(found, np.log1p(values.astype(np.float64)), rtol=3e-7)


@pytest.mark.parametrize("values", [ANY, np.abs(ANY), -np.abs(ANY), ANY[:1], ANY[:17]])
def test_a_row_has_the_largest_number_and_the_sum_that_numpy_finds(values: Floats) -> None:
    assert highest(values) == values.max()
    assert total(values) == pytest.approx(values.sum(dtype=np.float64), rel=1e-4, abs=1e-2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_totals_of_rows_neither_overflow_nor_vanish(dtype: type) -> None:
    rows = np.stack([ANY, ANY + 500, ANY - 500]).astype(dtype)
    found = np.empty(3)
    log_totals(rows, found)
    largest = rows.max(axis=1, keepdims=True).astype(np.float64)
    expected = largest[:, 0] + np.log(np.exp(rows - largest).sum(axis=1))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_what_is_no_number_does_not_vanish() -> None:
    rows = np.array([[0, np.nan, 1], [np.nan] * 3, [0, -np.inf, 0]], dtype=np.float32)
    found = np.empty(3)
    log_totals(rows, found)
    np.testing.assert_allclose(found, [np.nan, np.nan, np.log(2)], rtol=1e-6)


def test_what_has_no_file_to_be_kept_beside_is_compiled_all_the_same() -> None:
    names: dict[str, object] = {}
    exec("def twice(x):\n    return 2 * x", names)
    assert compiled()(names["twice"])(21) == 42  # type: ignore[type-var, operator]
