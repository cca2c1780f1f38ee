"""Products and buyers of a dataset as tables that page on the server."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from data.datasets.cache import FrameCache
from data.datasets.store import Dataset
from data.errors import BadInput
from data.i18n import _


@dataclass(frozen=True)
class Listing:
    """A table to page through.

    Attributes
    ----------
    table : str
        A view of ``Dataset.connect``.
    key : str
        The column that tells rows apart.
    columns : tuple of str
        What is shown; any of them can be sorted by.
    searched : tuple of str
        The columns that a search looks into.
    order : str
        The column that it is sorted by unless somebody asks otherwise, largest first.
    """

    table: str
    key: str
    columns: tuple[str, ...]
    searched: tuple[str, ...]
    order: str = "purchases"


PRODUCTS = Listing(
    "products",
    "product",
    (
        *("product", "title", "category", "brand", "price"),
        *("events", "purchases", "buyers", "revenue"),
        *("first_sale", "last_sale", "first", "last"),
    ),
    ("product", "title", "category", "brand"),
)
USERS = Listing(
    "users",
    "user",
    (
        *("user", "events", "purchases", "spent"),
        *("first", "last", "first_purchase", "last_purchase"),
    ),
    ("user",),
)


@dataclass(frozen=True)
class Asked:
    """Which rows of a table are wanted.

    Attributes
    ----------
    search : str
        Rows that hold this text, in whatever case, in one of the searched columns.
    sort : str or None
        The column to sort by; missing values come last.
    descending : bool
        Whether the largest come first.
    start, stop : int
        The first row, and the row after the last.
    """

    search: str = ""
    sort: str | None = None
    descending: bool = True
    start: int = 0
    stop: int = 100


def kept_page(
    dataset: Dataset, listing: Listing, asked: Asked, cache: FrameCache
) -> tuple[pd.DataFrame, int]:
    """Return some rows of a table and how many there are in all, computed once and kept."""
    name = f"{dataset.fingerprint} {listing.table} 1"
    total = cache.get(
        f"{name} total {asked.search!r}",
        lambda: pd.DataFrame({"rows": [count(dataset, listing, asked.search)]}),
    )
    rows = cache.get(f"{name} {asked}", lambda: page(dataset, listing, asked))
    return rows, int(total["rows"].iloc[0])


def count(dataset: Dataset, listing: Listing, search: str) -> int:
    """Return how many rows of a table a search finds."""
    where, values = _found(listing, search)
    with dataset.connect() as connection:
        row = connection.execute(
            f"SELECT count(*) FROM {listing.table} WHERE {where}", values
        ).fetchone()
    return row[0] if row else 0


def _found(listing: Listing, search: str) -> tuple[str, dict[str, str]]:
    """Return the SQL condition of a search, and its values."""
    text = search.strip().lower()
    if not text:
        return "true", {}
    return " OR ".join(f"contains(lower({name}), $text)" for name in listing.searched), {
        "text": text
    }


def page(dataset: Dataset, listing: Listing, asked: Asked) -> pd.DataFrame:
    """Return some rows of a table; a column that cannot be sorted by raises BadInput."""
    column = asked.sort or listing.order
    if column not in listing.columns:
        raise BadInput(
            _("Cannot sort by {column}; choose one of {known}.").format(
                column=column, known=", ".join(listing.columns)
            )
        )
    direction = "DESC" if asked.descending or asked.sort is None else "ASC"
    where, values = _found(listing, asked.search)
    with dataset.connect() as connection:
        return connection.execute(
            f"SELECT {', '.join(listing.columns)} FROM {listing.table} WHERE {where} "
            f"ORDER BY {column} {direction} NULLS LAST, {listing.key}_key "
            f"LIMIT {max(asked.stop - asked.start, 0)} OFFSET {max(asked.start, 0)}",
            values,
        ).df()


def catalogue(dataset: Dataset, ids: Sequence[str]) -> pd.DataFrame:
    """Return product, title, category, brand and price of products, in the order asked for.

    Products that the dataset does not know have missing values.
    """
    wanted = pd.DataFrame({"product": pd.Series(list(ids), dtype="str")})
    with dataset.connect() as connection:
        connection.register("wanted", wanted.drop_duplicates())
        known = connection.execute(
            "SELECT product, title, category, brand, price FROM products "
            "WHERE product IN (SELECT product FROM wanted)"
        ).df()
    return wanted.merge(known, on="product", how="left")
