"""Compiled: loops as machine code, and what they do to single numbers and rows of them.

NumPy goes over an array once for each step of a formula; a compiled loop takes a row through all
steps while it is near the processor, and lets other threads run meanwhile. What imports this module
is itself imported where it is called: the compiler takes 130 MB, which a server that nobody has
asked for a ranking can spare.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from data.preparation.sequences import Floats

Function = TypeVar("Function", bound=Callable[..., Any])

ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)
_LOWEST, _HIGHEST = np.float32(-87), np.float32(88)
"""Beyond these an exponential is no normal float32."""
_LOG2_E = np.float32(1.44269504)
_LN2, _LN2_REST = np.float32(0.693359375), np.float32(-2.12194440e-4)
"""The logarithm of 2 in two parts: whole numbers times the first are exact."""
_BITS, _BIAS, _MAGNITUDE = np.int32(23), np.int32(127), np.int32(2**31 - 1)
_ROOT_HALF = np.int32(0x3F3504F3)
"""The square root of 1/2, as a float32's bits."""


def compiled(*allowed: str) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function at its first call, and keeps the code on disk.

    Parameters
    ----------
    *allowed : str
        What the compiler may assume of floating point beside that a product and a sum may be one
        operation: ``reassoc`` lets it add up in another order.
    """
    flags = {"contract", *allowed}

    def decorate(function: Function) -> Function:
        def compile_(*, keep: bool) -> Any:
            return numba.njit(function, cache=keep, nogil=True, error_model="numpy", fastmath=flags)

        try:
            return cast(Function, compile_(keep=True))
        except RuntimeError:  # there is no folder that could be written to
            return cast(Function, compile_(keep=False))

    return decorate


@compiled()
def exp(x: Any) -> Any:
    """Return e^x of a float32, within 2e-7 of its size (the polynomial of Cephes' ``expf``)."""
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
    """Return the natural logarithm of a normal float32 above zero, within 2e-7 of its size or 1."""
    bits = np.float32(x).view(np.int32)
    exponent = np.int32((bits - _ROOT_HALF) >> _BITS)
    return _log(np.int32(bits - (exponent << _BITS)).view(np.float32) - ONE, np.float32(exponent))


@compiled()
def log1p(x: Any) -> Any:
    """Return log(1 + x) of a float32 that is not below zero; small ones lose nothing."""
    bits = np.float32(ONE + x).view(np.int32)
    exponent = np.int32((bits - _ROOT_HALF) >> _BITS)
    rest = np.int32(bits - (exponent << _BITS)).view(np.float32) - ONE
    return _log(x if exponent == 0 else rest, np.float32(exponent))


@compiled()
def _log(x: Any, exponent: Any) -> Any:
    """Return log(2^exponent (1 + x)), x near zero (the polynomial of Cephes' ``logf``)."""
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
    """Return the largest of some float32, which are compared as integers: many at a time."""
    found = np.int32(-(2**31))
    for i in range(len(row)):
        bits = np.float32(row[i]).view(np.int32)
        found = max(found, bits ^ ((bits >> np.int32(31)) & _MAGNITUDE))
    return np.int32(found ^ ((found >> np.int32(31)) & _MAGNITUDE)).view(np.float32)


@compiled("reassoc")
def total(row: Floats) -> Any:
    """Return the sum of some float32, added up in many parts."""
    found = ZERO
    for i in range(len(row)):
        found += row[i]
    return found


@compiled()
def log_totals(rows: Floats, found: Floats) -> None:
    """Find the logarithm of the sum of each row's exponentials.

    Parameters
    ----------
    rows : float array [rows, numbers]
    found : float array [rows]
        Where to put it.
    """
    raw = np.empty(rows.shape[1], np.float32)
    for row in range(len(rows)):
        best = highest(rows[row])
        for i in range(len(raw)):
            raw[i] = exp(rows[row, i] - best)
        found[row] = best + log(total(raw))
