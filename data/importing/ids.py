"""How ids are written: whole numbers, whole numbers that went through floats, or text."""

import re
from collections.abc import Sequence
from decimal import Decimal

from data.datasets.database import quote

_CUT = "[.,]0{1,18}$"
_PLAIN = r"(0|[1-9][0-9]{0,17})([.]0+|,0{1,2})?"
_SCIENTIFIC = r"[1-9](?:[.][0-9]+[eE][+]?[0-9]{1,2}|[eE][+][0-9]{2})"  # R writes 1e+05
_ROUNDED = r"[1-9][.,]([0-9]+)[eE][+]0*([0-9]{1,2})"  # Java drops zeros, too, but writes no plus


def is_integer(text: str) -> bool:
    """Return whether an id is a whole number written in the usual way, of at most 18 digits.

    >>> is_integer("17850"), is_integer("017850"), is_integer("17850.0")
    (True, False, False)
    """
    return text.isascii() and text.isdigit() and len(text) < 19 and str(int(text)) == text


def is_rounded(text: str) -> bool:
    """Return whether an id is written in scientific notation with fewer digits than it has.

    >>> is_rounded("4.80E+17"), is_rounded("1.785000e+04"), is_rounded("17850")
    (True, False, False)
    """
    match = re.fullmatch(_ROUNDED, text)
    return match is not None and len(match[1]) < int(match[2])


def are_floats(values: Sequence[str]) -> bool:
    """Return whether ids are whole numbers, some of which are written as floats are.

    >>> are_floats(["17850.0", "17851"]), are_floats(["17850,0"]), are_floats(["1.785000e+04"])
    (True, True, True)
    >>> are_floats(["1.5E7", "1.7850123E7"]), are_floats(["1e+05", "100001"])
    (True, True)
    >>> are_floats(["17850"]), are_floats(["17850.5"]), are_floats(["17,000"])
    (False, False, False)
    """
    return any(not is_integer(value) for value in values) and all(map(_is_whole, values))


def _is_whole(text: str) -> bool:
    if re.fullmatch(_PLAIN, text):
        return True
    if not re.fullmatch(_SCIENTIFIC, text) or is_rounded(text):
        return False
    number = Decimal(text)
    return number == number.to_integral_value() and number < 2**53


def are_floats_sql(column: str) -> str:
    """Return the SQL aggregate that tells what ``are_floats`` does, over all rows."""
    number = f"{column}::DOUBLE"
    whole = (
        f"CASE WHEN {column} IS NULL OR regexp_full_match({column}, {quote(_PLAIN)}) THEN true "
        f"WHEN regexp_full_match({column}, {quote(_SCIENTIFIC)}) "
        f"THEN {number} = round({number}) AND {number} < {2**53} "
        f"AND NOT ({is_rounded_sql(column)}) ELSE false END"
    )
    return (
        f"coalesce(bool_and({whole}), false) "
        f"AND coalesce(bool_or(NOT regexp_full_match({column}, '[0-9]+')), false)"
    )


def is_rounded_sql(column: str) -> str:
    """Return the SQL condition that tells what ``is_rounded`` does."""
    digits, exponent = (f"regexp_extract({column}, {quote(_ROUNDED)}, {k})" for k in (1, 2))
    return (
        f"CASE WHEN regexp_full_match({column}, {quote(_ROUNDED)}) "
        f"THEN strlen({digits}) < {exponent}::INT ELSE false END"
    )


def integer_sql(column: str) -> str:
    """Return the SQL of the digits of an id that is a whole number, be it written as a float."""
    return (
        f"CASE WHEN regexp_matches({column}, '[eE]') THEN {column}::DOUBLE::BIGINT::VARCHAR "
        f"ELSE regexp_replace({column}, {quote(_CUT)}, '') END"
    )
