"""What part of a log is looked at."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta

from data.datasets.database import quote


@dataclass(frozen=True)
class Filters:
    """The part of a log that charts show; an empty field lets everything through.

    Attributes
    ----------
    first, last : date or None
        The first and the last day, UTC, both included.
    types : tuple of str
        Event types.
    categories : tuple of str
        Categories; one takes in those below it (``electronics`` holds ``electronics.audio``).
    brands : tuple of str
        Brands.
    price_low, price_high : float or None
        Bounds of the price, both included; events without a price are left out by either.
    """

    first: date | None = None
    last: date | None = None
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    price_low: float | None = None
    price_high: float | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is filtered."""
        return any(getattr(self, field.name) not in (None, ()) for field in fields(self))

    def conditions(self) -> Iterator[str]:
        """Yield the filters as SQL conditions."""
        if self.first:
            yield f"time >= TIMESTAMP {quote(self.first)}"
        if self.last:
            yield f"time < TIMESTAMP {quote(self.last + timedelta(days=1))}"
        if self.types:
            yield f"type IN ({_listed(self.types)})"
        if self.categories:
            below = (f"starts_with(category, {quote(one + '.')})" for one in self.categories)
            yield f"({' OR '.join([f'category IN ({_listed(self.categories)})', *below])})"
        if self.brands:
            yield f"brand IN ({_listed(self.brands)})"
        if self.price_low is not None:
            yield f"price >= {float(self.price_low)!r}"
        if self.price_high is not None:
            yield f"price <= {float(self.price_high)!r}"

    def where(self) -> str:
        """Return the filters as one SQL condition."""
        return " AND ".join(self.conditions()) or "true"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(map(quote, values))
