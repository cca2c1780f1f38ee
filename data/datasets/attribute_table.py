"""The attributes of many products or buyers, as the side tables of a dataset have them."""

from dataclasses import dataclass, field

import duckdb
import pandas as pd

from data.datasets.dataset import Dataset
from data.datasets.side_tables import IDS, KINDS, PRODUCTS, VIEWS, Attribute

IMAGE = "image"
"""Name of the attribute that is the address of a picture."""
CODED = ("category", "number")
"""Kinds of attributes that models read as codes."""


@dataclass(frozen=True)
class AttributeTable:
    """Attributes of products or buyers; empty without a side table.

    Attributes
    ----------
    attributes : tuple of Attribute
    rows : DataFrame
        A row for each id that the side table knows, which is the index, and a column for each
        attribute, named as it is; missing values are None or NaN.
    """

    attributes: tuple[Attribute, ...] = ()
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __len__(self) -> int:
        """Return the number of attributes."""
        return len(self.attributes)

    @classmethod
    def read(
        cls,
        connection: duckdb.DuckDBPyConnection,
        dataset: Dataset,
        name: str,
        kinds: tuple[str, ...] = CODED,
    ) -> "AttributeTable":
        """Return the attributes of some kinds of all products or buyers of a dataset's log.

        Parameters
        ----------
        connection : DuckDBPyConnection
            Of ``dataset.connect``.
        dataset : Dataset
        name : {"products", "buyers"}
        kinds : tuple of str
            Of ``data.datasets.side_tables.KINDS``.
        """
        table = dataset.manifest.side_tables.get(name)
        attributes = (
            tuple(entry for entry in table.attributes if entry.kind in kinds) if table else ()
        )
        if not attributes:
            return cls()
        columns = ", ".join((IDS[name], *(attribute.column for attribute in attributes)))
        rows = connection.execute(f"SELECT {columns} FROM {VIEWS[name]}").df()
        return cls(attributes, rows.set_index(IDS[name]))

    @classmethod
    def of_products(
        cls, connection: duckdb.DuckDBPyConnection, dataset: Dataset
    ) -> "AttributeTable":
        """Return all that is known of the products of a log as attributes, titles among them.

        The address of a picture is left out.
        """
        table = cls.read(connection, dataset, PRODUCTS, KINDS)
        attributes = tuple(entry for entry in table.attributes if entry.name != IMAGE)
        titles = connection.execute("SELECT product, title FROM products").df()
        rows = titles.set_index("product")
        if not rows["title"].any() and not attributes:
            return cls()
        others = table.rows[[attribute.name for attribute in attributes]] if attributes else None
        return cls(
            (Attribute("title", "text", "title"), *attributes),
            rows if others is None else rows.join(others),
        )
