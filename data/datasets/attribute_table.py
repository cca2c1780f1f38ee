"""The attributes of many products or buyers, as the side tables of a dataset have them."""

from dataclasses import dataclass, field

import duckdb
import pandas as pd

from data.datasets.side_tables import IDS, VIEWS, Attribute
from data.datasets.store import Dataset

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
        attributes = tuple(one for one in table.attributes if one.kind in kinds) if table else ()
        if not attributes:
            return cls()
        columns = ", ".join((IDS[name], *(attribute.column for attribute in attributes)))
        rows = connection.execute(f"SELECT {columns} FROM {VIEWS[name]}").df()
        return cls(attributes, rows.set_index(IDS[name]))
