"""Side tables of products and buyers: given to a dataset, replaced, and removed."""

from collections.abc import Collection
from pathlib import Path

from dashboard.services.datasets.imports import check_not_importing
from data.datasets.store import Dataset, Store
from data.home import Home
from data.importing.side_tables import attach_side_tables


def attach(
    home: Home,
    name: str,
    *,
    products: Path | None = None,
    buyers: Path | None = None,
    remove: Collection[str] = (),
    encoding: str | None = None,
    decimal_mark: str | None = None,
) -> Dataset:
    """Give a dataset side tables, and return it; see `data.importing.side_tables`.

    Raises
    ------
    BadInput
        If the dataset is unknown or being imported, or a file cannot be used. Nothing changes.
    """
    Store(home).open(name)
    check_not_importing(home, name)
    return attach_side_tables(
        Store(home),
        name,
        products=products,
        buyers=buyers,
        remove=remove,
        encoding=encoding,
        decimal_mark=decimal_mark,
    )
