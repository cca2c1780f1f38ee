"""Compiled float32 functions agree with NumPy in double precision."""

import numpy as np
import pytest

from data.preparation.sequences import Floats
from model.kernels.math import compiled, exp, highest, log, log1p, log_totals, total

RANDOM = np.random.default_rng(0)
NUMBERS = (RANDOM.normal(size=5000) * 30).astype(np.float32)
POSITIVE = np.exp(np.clip(NUMBERS, -85, 85))


@compiled()
def map_exp(values: Floats, result: Floats) -> None:
    for i in range(len(values)):
        result[i] = exp(values[i])


@compiled()
def map_log(values: Floats, result: Floats) -> None:
    for i in range(len(values)):
        result[i] = log(values[i])


@compiled()
def map_log1p(values: Floats, result: Floats) -> None:
    for i in range(len(values)):
        result[i] = log1p(values[i])


def test_exp() -> None:
    result = np.empty_like(NUMBERS)
    map_exp(NUMBERS, result)
    inside = np.abs(NUMBERS) < 87
    expected = np.exp(NUMBERS[inside].astype(np.float64))
    np.testing.assert_allclose(result[inside], expected, rtol=3e-7)
    assert (result[NUMBERS <= -87] < 1e-37).all()
    assert np.isfinite(result).all()


def test_log() -> None:
    result = np.empty_like(POSITIVE)
    map_log(POSITIVE, result)
    expected = np.log(POSITIVE.astype(np.float64))
    np.testing.assert_allclose(result, expected, rtol=3e-7, atol=2e-7)


def test_log1p_has_no_cancellation_near_zero() -> None:
    values = np.concatenate([[0], np.logspace(-30, 30, 2000)]).astype(np.float32)
    result = np.empty_like(values)
    map_log1p(values, result)
    np.testing.assert_allclose(result, np.log1p(values.astype(np.float64)), rtol=3e-7)


@pytest.mark.parametrize(
    "values", [NUMBERS, np.abs(NUMBERS), -np.abs(NUMBERS), NUMBERS[:1], NUMBERS[:17]]
)
def test_maximum_and_sum_of_a_row(values: Floats) -> None:
    assert highest(values) == values.max()
    assert total(values) == pytest.approx(values.sum(dtype=np.float64), rel=1e-4, abs=1e-2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_sum_exp_neither_overflows_nor_underflows(dtype: type) -> None:
    rows = np.stack([NUMBERS, NUMBERS + 500, NUMBERS - 500]).astype(dtype)
    result = np.empty(3)
    log_totals(rows, result)
    largest = rows.max(axis=1, keepdims=True).astype(np.float64)
    expected = largest[:, 0] + np.log(np.exp(rows - largest).sum(axis=1))
    np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_log_sum_exp_propagates_nan() -> None:
    rows = np.array([[0, np.nan, 1], [np.nan] * 3, [0, -np.inf, 0]], dtype=np.float32)
    result = np.empty(3)
    log_totals(rows, result)
    np.testing.assert_allclose(result, [np.nan, np.nan, np.log(2)], rtol=1e-6)


def test_a_function_without_a_file_is_compiled_without_a_cache() -> None:
    names: dict[str, object] = {}
    exec("def twice(x):\n    return 2 * x", names)
    assert compiled()(names["twice"])(21) == 42  # type: ignore[type-var, operator]
