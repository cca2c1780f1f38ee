"""Attributes of buyers as codes, in NumPy.

Imports nothing of Vitrina: it is copied into exported bundles.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

UNKNOWN = 1
"""Code of a value that is missing, or that training never saw."""
RARE = 2
"""Code that the rare values of a category share; the first interval of a number."""


def attribute_codes(vocabulary: Sequence[Mapping[str, Any]], columns: Mapping[str, Any]) -> Any:
    """Return the code of every attribute of some buyers, uint8 [buyers, attributes].

    Parameters
    ----------
    vocabulary : sequence of mapping
        The content of ``buyer_attributes.json``: ``name``, and the ``values`` and the ``rare``
        values of a category, or the ``bounds`` of the intervals of a number.
    columns : mapping
        From names to the values of all buyers; an attribute without a column is missing.

    Examples
    --------
    >>> sex = {"name": "sex", "values": ["F", "M"], "rare": ["X"]}
    >>> age = {"name": "age", "bounds": [30.0, 50.0]}
    >>> values = {"sex": ["M", "X", "never seen", None], "age": [29, "30", 64.5, "old"]}
    >>> attribute_codes([sex, age], values).tolist()
    [[4, 2], [2, 3], [1, 4], [1, 1]]
    """
    count = max((len(values) for values in columns.values()), default=0)
    codes = np.full((count, len(vocabulary)), UNKNOWN, dtype=np.uint8)
    for number, attribute in enumerate(vocabulary):
        if attribute["name"] in columns:
            values = columns[attribute["name"]]
            code_of = _interval_codes if "bounds" in attribute else _value_codes
            codes[:, number] = code_of(attribute, values)
    return codes


def codes_of_buyer(vocabulary: Sequence[Mapping[str, Any]], buyer: Mapping[str, Any]) -> Any:
    """Return the code of every attribute of one buyer, uint8 [1, attributes].

    Parameters
    ----------
    vocabulary : sequence of mapping
        As ``attribute_codes`` takes it.
    buyer : mapping
        What is known of the buyer, by the name of the attribute; others are missing.
    """
    names = [attribute["name"] for attribute in vocabulary]
    codes = attribute_codes(vocabulary, {name: [buyer.get(name)] for name in names})
    return codes.reshape(1, len(names))


def sizes(vocabulary: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """Return the number of codes of each attribute, padding and missing included."""
    return tuple(
        RARE + 1 + len(attribute["bounds" if "bounds" in attribute else "values"])
        for attribute in vocabulary
    )


def as_text(value: Any) -> str | None:
    """Return a value of a category as its text; None where it is missing.

    Examples
    --------
    >>> as_text("F"), as_text(3.0), as_text(float("nan")), as_text("")
    ('F', '3', None, None)
    """
    if isinstance(value, float):
        if np.isnan(value):
            return None
        value = int(value) if value.is_integer() else value
    return None if value is None else str(value) or None


def as_number(value: Any) -> float:
    """Return a value of a number; NaN where it is missing or none.

    Examples
    --------
    >>> as_number("30"), as_number(None), as_number("old")
    (30.0, nan, nan)
    """
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _value_codes(attribute: Mapping[str, Any], values: Any) -> Any:
    codes = dict.fromkeys(attribute["rare"], RARE)
    codes.update({value: RARE + 1 + code for code, value in enumerate(attribute["values"])})
    return np.array([codes.get(as_text(value), UNKNOWN) for value in values], dtype=np.uint8)


def _interval_codes(attribute: Mapping[str, Any], values: Any) -> Any:
    numbers = np.array([as_number(value) for value in values])
    codes = RARE + np.searchsorted(np.array(attribute["bounds"]), numbers, side="right")
    return np.where(np.isnan(numbers), UNKNOWN, codes)
