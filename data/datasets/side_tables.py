"""Side tables of a dataset: what is known of its products and of its buyers beside the log.

A side table has one row per id. Its title, category, category id, brand and price fill the events
whose log has none; every other column is an attribute. A dataset keeps it in one Parquet file with
the id as text (``product`` or ``user``), the event columns that it fills, and its attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PRODUCTS, BUYERS = "products", "buyers"

IDS = {PRODUCTS: "product", BUYERS: "user"}
"""Side table → the event column whose ids it describes."""

LISTS = {PRODUCTS: "products", BUYERS: "users"}
"""Side table → the derived table that has a row for each of the log's ids."""

VIEWS = {PRODUCTS: "product_attributes", BUYERS: "buyer_attributes"}
"""Side table → its view, and the name of its Parquet file."""

FILLABLE = ("category_id", "category", "brand", "price", "title")
"""Event columns that a table of products fills."""

KINDS = ("category", "number", "text")


@dataclass(frozen=True)
class Attribute:
    """A column of a side table that is no column of an event.

    Attributes
    ----------
    name : str
        The column of the view ``product_attributes`` or ``buyer_attributes``; lower-case letters,
        digits and underscores, and no name of a column of ``products`` or ``users``. The address
        of a product's picture is always called ``image``.
    kind : str
        ``"category"`` (a few texts that repeat, VARCHAR), ``"number"`` (DOUBLE) or ``"text"``
        (VARCHAR).
    label : str
        The column as the file names it.
    """

    name: str
    kind: str
    label: str

    @property
    def column(self) -> str:
        """The SQL of the column: its quoted name, since it may be a word of SQL."""
        return f'"{self.name}"'


@dataclass(frozen=True)
class SideTable:
    """The entry of a side table in the manifest.

    Attributes
    ----------
    file : str
        The name of the imported file.
    key : str
        The file's column that holds the ids.
    rows : int
        Rows of the file.
    duplicates : int
        Rows left out since an earlier one has the same id.
    rejected : int
        Rows left out since they have no id or cannot be parsed.
    fills : tuple of str
        The event columns that it fills, of ``FILLABLE``.
    attributes : tuple of Attribute
        Its other columns, in the order of the file.
    """

    file: str
    key: str
    rows: int
    duplicates: int
    rejected: int
    fills: tuple[str, ...]
    attributes: tuple[Attribute, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SideTable":
        """Return the table of an entry in ``manifest.json``."""
        attributes = tuple(Attribute(**attribute) for attribute in value["attributes"])
        return cls(**{**value, "fills": tuple(value["fills"]), "attributes": attributes})
