"""Server-side search, sorting and paging of the tables of products and users."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from data.datasets.cache import FrameCache
from data.datasets.dataset import Dataset
from data.datasets.side_tables import BUYERS, PRODUCTS, VIEWS, Attribute
from data.errors import BadInput
from data.i18n import _


@dataclass(frozen=True)
class Listing:
    """A table with paging.

    Attributes
    ----------
    table : str
        A view of ``Dataset.connect``.
    key : str
        The id column.
    columns : tuple of str
        Columns of the view, by which the table can be sorted.
    searched : tuple of str
        Columns in which a search looks for its text.
    side_table : str
        The side table that describes the rows.
    attributes : tuple of Attribute
        Its attributes: further columns, by which the table can be sorted and searched.
    order : str
        Column of the default order, largest first.
    """

    table: str
    key: str
    columns: tuple[str, ...]
    searched: tuple[str, ...]
    side_table: str
    attributes: tuple[Attribute, ...] = ()
    order: str = "purchases"

    def of(self, dataset: Dataset) -> "Listing":
        """Return the table with the attributes of a dataset."""
        attributes = {
            PRODUCTS: dataset.product_attributes,
            BUYERS: dataset.buyer_attributes,
        }
        return replace(self, attributes=attributes[self.side_table])

    @property
    def source(self) -> str:
        """The SQL of the rows with all columns."""
        key, names = f"{self.key}_key", [attribute.column for attribute in self.attributes]
        return (
            f"{self.table} LEFT JOIN (SELECT {', '.join([key, *names])} "
            f"FROM {VIEWS[self.side_table]}) USING ({key})"
        )


PRODUCT_LISTING = Listing(
    "products",
    "product",
    (
        *("product", "title", "category", "brand", "price"),
        *("events", "purchases", "buyers", "revenue"),
        *("first_sale", "last_sale", "first", "last"),
    ),
    ("product", "title", "category", "brand"),
    PRODUCTS,
)
USER_LISTING = Listing(
    "users",
    "user",
    (
        *("user", "events", "purchases", "spent"),
        *("first", "last", "first_purchase", "last_purchase"),
    ),
    ("user",),
    BUYERS,
)


@dataclass(frozen=True)
class PageQuery:
    """Search, order and range of a page.

    Attributes
    ----------
    search : str
        Text that one of the searched columns must contain, ignoring case.
    sort : str or None
        Column to sort by, None for the default; missing values come last.
    descending : bool
        Whether the largest values come first.
    start, stop : int
        Range of rows, ``stop`` excluded.
    """

    search: str = ""
    sort: str | None = None
    descending: bool = True
    start: int = 0
    stop: int = 100


def cached_page(
    dataset: Dataset, listing: Listing, query: PageQuery, cache: FrameCache
) -> tuple[pd.DataFrame, int]:
    """Return a page of a table and the total number of rows that match the search; cached."""
    listing = listing.of(dataset)
    name = f"{dataset.fingerprint} {listing.table} 2"
    total = cache.get(
        f"{name} total {query.search!r}",
        lambda: pd.DataFrame({"rows": [count(dataset, listing, query.search)]}),
    )
    rows = cache.get(f"{name} {query}", lambda: page(dataset, listing, query))
    return rows, int(total["rows"].iloc[0])


def count(dataset: Dataset, listing: Listing, search: str) -> int:
    """Return the number of rows of a table that match a search."""
    where, values = _search_condition(listing, search)
    with dataset.connect() as connection:
        row = connection.execute(
            f"SELECT count(*) FROM {listing.source} WHERE {where}", values
        ).fetchone()
    return row[0] if row else 0


def _search_condition(listing: Listing, search: str) -> tuple[str, dict[str, str]]:
    """Return the SQL condition of a search and the values of its parameters."""
    text = search.strip().lower()
    if not text:
        return "true", {}
    texts = [attribute.column for attribute in listing.attributes if attribute.kind != "number"]
    searched = [*listing.searched, *texts]
    return " OR ".join(f"contains(lower({name}), $text)" for name in searched), {"text": text}


def page(dataset: Dataset, listing: Listing, query: PageQuery) -> pd.DataFrame:
    """Return a page of a table; an unknown column to sort by raises BadInput."""
    columns = {
        **{name: name for name in listing.columns},
        **{attribute.name: attribute.column for attribute in listing.attributes},
    }
    column = query.sort or listing.order
    if column not in columns:
        raise BadInput(
            _("Cannot sort by {column}; choose one of {known}.").format(
                column=column, known=", ".join(columns)
            )
        )
    direction = "DESC" if query.descending or query.sort is None else "ASC"
    where, values = _search_condition(listing, query.search)
    with dataset.connect() as connection:
        return connection.execute(
            f"SELECT {', '.join(columns.values())} FROM {listing.source} WHERE {where} "
            f"ORDER BY {columns[column]} {direction} NULLS LAST, {listing.key}_key "
            f"LIMIT {max(query.stop - query.start, 0)} OFFSET {max(query.start, 0)}",
            values,
        ).df()


def catalogue(dataset: Dataset, ids: Sequence[str]) -> pd.DataFrame:
    """Return product, title, category, brand and price of products, in the order of ``ids``.

    Products that the dataset does not have get missing values.
    """
    requested = pd.DataFrame({"product": pd.Series(list(ids), dtype="str")})
    with dataset.connect() as connection:
        connection.register("requested", requested.drop_duplicates())
        products = connection.execute(
            "SELECT product, title, category, brand, price FROM products "
            "WHERE product IN (SELECT product FROM requested)"
        ).df()
    return requested.merge(products, on="product", how="left")
