"""What the pages of a dataset ask about it."""

from dataclasses import dataclass

from data.datasets.store import Store
from data.exploration.quality import Finding, findings
from data.exploration.statistics import Filters, Statistics
from data.home import Home


@dataclass(frozen=True)
class Choices:
    """The values that filters offer, most frequent first."""

    categories: list[str]
    brands: list[str]


def statistics(home: Home, name: str) -> Statistics:
    """Return the statistics of a dataset.

    Raises
    ------
    BadInput
        Where there is no such dataset.
    """
    return Statistics(Store(home).open(name), home.cache)


def choices(home: Home, name: str, most: int) -> Choices:
    """Return at most so many categories and brands of a dataset."""
    found = statistics(home, name)
    categories = found.categories(Filters())["category"].dropna()
    brands = found.brands(Filters())["brand"].dropna()
    return Choices(categories.tolist()[:most], brands.tolist()[:most])


def quality(home: Home, name: str) -> list[Finding]:
    """Return what is worth knowing about a dataset, warnings first."""
    return findings(Store(home).open(name), home.cache)
