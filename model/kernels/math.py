"""Compilation of loops with Numba, and float32 functions of numbers and rows for them.

NumPy passes over an array once for each operation of a formula; a compiled loop applies the whole
formula to a row while it is in the cache, and releases the global interpreter lock. Modules that
import this one are imported where they are called: the compiler takes 130 MB, which a server
process that ranks nothing saves.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from data.preparation.sequences import Floats

Function = TypeVar("Function", bound=Callable[..., Any])

ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)
_LOWEST, _HIGHEST = np.float32(-87), np.float32(88)
"""Bounds within which e^x is a normal float32."""
_LOG2_E = np.float32(1.44269504)
_LN2, _LN2_REST = np.float32(0.693359375), np.float32(-2.12194440e-4)
"""log 2 as a sum of two: an integer times the first is exact."""
_BITS, _BIAS, _MAGNITUDE = np.int32(23), np.int32(127), np.int32(2**31 - 1)
_ROOT_HALF = np.int32(0x3F3504F3)
"""The bits of the float32 that is nearest to the square root of 1/2."""


def compiled(*allowed: str) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function at its first call and caches the code on disk.

    Parameters
    ----------
    *allowed : str
        LLVM fast-math flags beside ``contract`` (fused multiply-add): ``reassoc`` allows sums in
        another order.
    """
    flags = {"contract", *allowed}

    def decorate(function: Function) -> Function:
        def compile_(*, cache: bool) -> Any:
            return numba.njit(
                function, cache=cache, nogil=True, error_model="numpy", fastmath=flags
            )

        try:
            return cast(Function, compile_(cache=True))
        except RuntimeError:  # no folder for the cache can be written to
            return cast(Function, compile_(cache=False))

    return decorate


@compiled()
def exp(x: Any) -> Any:
    """Return e^x of a float32, relative error below 2e-7 (the polynomial of Cephes' ``expf``)."""
    x = min(max(x, _LOWEST), _HIGHEST)
    whole = np.floor(x * _LOG2_E + HALF)
    x = x - whole * _LN2 - whole * _LN2_REST
    y = np.float32(1.9875691500e-4)
    y = y * x + np.float32(1.3981999507e-3)
    y = y * x + np.float32(8.3334519073e-3)
    y = y * x + np.float32(4.1665795894e-2)
    y = y * x + np.float32(1.6666665459e-1)
    y = y * x + np.float32(5.0000001201e-1)
    y = y * x * x + x + ONE
    return y * np.int32((np.int32(whole) + _BIAS) << _BITS).view(np.float32)


@compiled()
def log(x: Any) -> Any:
    """Return log(x) of a positive normal float32, relative or absolute error below 2e-7."""
    bits = np.float32(x).view(np.int32)
    exponent = np.int32((bits - _ROOT_HALF) >> _BITS)
    return _log(np.int32(bits - (exponent << _BITS)).view(np.float32) - ONE, np.float32(exponent))


@compiled()
def log1p(x: Any) -> Any:
    """Return log(1 + x) of a non-negative float32, without cancellation near 0."""
    bits = np.float32(ONE + x).view(np.int32)
    exponent = np.int32((bits - _ROOT_HALF) >> _BITS)
    rest = np.int32(bits - (exponent << _BITS)).view(np.float32) - ONE
    return _log(x if exponent == 0 else rest, np.float32(exponent))


@compiled()
def _log(x: Any, exponent: Any) -> Any:
    """Return log(2^exponent (1 + x)) for x near 0 (the polynomial of Cephes' ``logf``)."""
    square = x * x
    y = np.float32(7.0376836292e-2)
    y = y * x + np.float32(-1.1514610310e-1)
    y = y * x + np.float32(1.1676998740e-1)
    y = y * x + np.float32(-1.2420140846e-1)
    y = y * x + np.float32(1.4249322787e-1)
    y = y * x + np.float32(-1.6668057665e-1)
    y = y * x + np.float32(2.0000714765e-1)
    y = y * x + np.float32(-2.4999993993e-1)
    y = y * x + np.float32(3.3333331174e-1)
    return x + (y * x * square + exponent * _LN2_REST - HALF * square) + exponent * _LN2


@compiled()
def highest(row: Floats) -> Any:
    """Return the maximum of a row of float32.

    Compares the numbers as integers of the same order, which the compiler vectorises.
    """
    best = np.int32(-(2**31))
    for i in range(len(row)):
        bits = np.float32(row[i]).view(np.int32)
        best = max(best, bits ^ ((bits >> np.int32(31)) & _MAGNITUDE))
    return np.int32(best ^ ((best >> np.int32(31)) & _MAGNITUDE)).view(np.float32)


@compiled("reassoc")
def total(row: Floats) -> Any:
    """Return the sum of a row of float32, in vectorised partial sums."""
    result = ZERO
    for i in range(len(row)):
        result += row[i]
    return result


@compiled()
def log_totals(rows: Floats, result: Floats) -> None:
    """Compute the log-sum-exp of each row.

    Parameters
    ----------
    rows : float array [rows, numbers]
    result : float array [rows]
        Output.
    """
    exponentials = np.empty(rows.shape[1], np.float32)
    for row in range(len(rows)):
        best = highest(rows[row])
        for i in range(len(exponentials)):
            exponentials[i] = exp(rows[row, i] - best)
        result[row] = best + log(total(exponentials))
