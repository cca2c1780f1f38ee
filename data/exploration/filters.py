"""Filters that select a part of a log for the charts."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from data.datasets.database import quote
from data.exploration.attributes import AttributeFilter


@dataclass(frozen=True)
class Filters:
    """A selection of events; an empty field selects all.

    Attributes
    ----------
    first, last : date or None
        First and last day (UTC), both included.
    types : tuple of str
        Event types.
    categories : tuple of str
        Categories with their subcategories (``electronics`` includes ``electronics.audio``).
    brands : tuple of str
        Brands.
    price_low, price_high : float or None
        Bounds of the price, both included; either leaves out events without a price.
    attributes : tuple of AttributeFilter
        Attributes of the products or buyers of the events.
    """

    first: date | None = None
    last: date | None = None
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    price_low: float | None = None
    price_high: float | None = None
    attributes: tuple[AttributeFilter, ...] = ()

    def __bool__(self) -> bool:
        """Return whether any filter is set."""
        return any(getattr(self, field.name) not in (None, ()) for field in fields(self))

    def conditions(self) -> Iterator[str]:
        """Yield the filters as SQL conditions."""
        if self.first:
            yield f"time >= TIMESTAMP {quote(self.first)}"
        if self.last:
            yield f"time < TIMESTAMP {quote(self.last)} + INTERVAL 1 DAY"
        if self.types:
            yield f"type IN ({_literals(self.types)})"
        if self.categories:
            subcategories = (
                f"starts_with(category, {quote(name + '.')})" for name in self.categories
            )
            conditions = [f"category IN ({_literals(self.categories)})", *subcategories]
            yield f"({' OR '.join(conditions)})"
        if self.brands:
            yield f"brand IN ({_literals(self.brands)})"
        if self.price_low is not None:
            yield f"price >= {float(self.price_low)!r}"
        if self.price_high is not None:
            yield f"price <= {float(self.price_high)!r}"
        yield from (attribute.condition() for attribute in self.attributes)

    def where(self) -> str:
        """Return the filters as one SQL condition."""
        return " AND ".join(self.conditions()) or "true"


def _literals(values: tuple[str, ...]) -> str:
    return ", ".join(map(quote, values))
