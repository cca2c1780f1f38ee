"""Filters as query parameters of an address."""

import math
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from data.comma_list import read_list, write_list
from data.exploration.attributes import AttributeFilter, TableAttribute
from data.exploration.statistics import Filters

SEPARATOR = "|"  # many brands and categories hold commas; one that holds this is quoted
RANGE = ".."

NO_ATTRIBUTES: Mapping[str, TableAttribute] = {}


def read(
    query: Mapping[str, str], attributes: Mapping[str, TableAttribute] = NO_ATTRIBUTES
) -> Filters:
    """Parse the query parameters of an address; invalid values are ignored.

    Parameters
    ----------
    query : mapping
        Query parameters: first, last, types, categories, brands, low, high, and the values or the
        range of each attribute by its name, such as ``product.genre=Drama|Comedy`` and
        ``user.age=20..30``.
    attributes : mapping
        The attributes of the dataset by name; others are ignored.

    Examples
    --------
    >>> read({"brands": "apple|lg", "low": "10", "first": "soon"}).brands
    ('apple', 'lg')
    """
    return Filters(
        first=_day(query.get("first")),
        last=_day(query.get("last")),
        types=_split(query.get("types")),
        categories=_split(query.get("categories")),
        brands=_split(query.get("brands")),
        price_low=_price(query.get("low")),
        price_high=_price(query.get("high")),
        attributes=tuple(
            attribute_filter
            for name, attribute in attributes.items()
            if (attribute_filter := _attribute(attribute, query.get(name)))
        ),
    )


def parameters(filters: Filters) -> dict[str, str]:
    """Return the query parameters of filters; the inverse of `read`."""
    values = {
        "first": filters.first.isoformat() if filters.first else "",
        "last": filters.last.isoformat() if filters.last else "",
        "types": write_list(filters.types, SEPARATOR),
        "categories": write_list(filters.categories, SEPARATOR),
        "brands": write_list(filters.brands, SEPARATOR),
        "low": "" if filters.price_low is None else f"{filters.price_low:g}",
        "high": "" if filters.price_high is None else f"{filters.price_high:g}",
        **{
            attribute_filter.of.name: _attribute_text(attribute_filter)
            for attribute_filter in filters.attributes
        },
    }
    return {name: value for name, value in values.items() if value}


def write(filters: Filters) -> str:
    """Return the query string of filters; empty if there are none.

    Examples
    --------
    >>> write(Filters(brands=("apple", "lg"), price_low=10.0))
    '?brands=apple%7Clg&low=10'
    """
    query = parameters(filters)
    return f"?{urlencode(query)}" if query else ""


def _attribute(attribute: TableAttribute, text: str | None) -> AttributeFilter | None:
    """Return the filter of an attribute; None for a text that sets none."""
    if not attribute.is_number:
        values = _split(text)
        return AttributeFilter(attribute, values) if values else None
    low, _separator, high = (text or "").partition(RANGE)
    bounds = _number(low), _number(high)
    return None if bounds == (None, None) else AttributeFilter(attribute, (), *bounds)


def _attribute_text(attribute_filter: AttributeFilter) -> str:
    if not attribute_filter.of.is_number:
        return write_list(attribute_filter.values, SEPARATOR)
    return RANGE.join(
        "" if bound is None else f"{bound:.12g}"
        for bound in (attribute_filter.low, attribute_filter.high)
    )


def _split(text: str | None) -> tuple[str, ...]:
    try:
        return tuple(read_list(text or "", SEPARATOR))
    except ValueError:
        return ()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _price(text: str | None) -> float | None:
    value = _number(text)
    return None if value is None or value < 0 else value


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) else None
