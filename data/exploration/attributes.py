"""Attributes that the side tables of a dataset give to its products and buyers."""

from dataclasses import dataclass

from data.datasets.database import quote
from data.datasets.dataset import Dataset
from data.datasets.side_tables import BUYERS, IDS, PRODUCTS, VIEWS, Attribute


@dataclass(frozen=True)
class TableAttribute:
    """An attribute and the side table that it belongs to.

    Attributes
    ----------
    table : {"products", "buyers"}
    attribute : Attribute
    """

    table: str
    attribute: Attribute

    @property
    def name(self) -> str:
        """A name that is unique in the dataset, such as ``user.age`` or ``product.genre``."""
        return f"{IDS[self.table]}.{self.attribute.name}"

    @property
    def label(self) -> str:
        """The column as the file names it."""
        return self.attribute.label

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.attribute.kind == "number"

    @property
    def column(self) -> str:
        """The SQL of its column in ``view``."""
        return self.attribute.column

    @property
    def view(self) -> str:
        """The view of the dataset that holds it."""
        return VIEWS[self.table]

    @property
    def key(self) -> str:
        """The key column of the view and of events: ``product_key`` or ``user_key``."""
        return f"{IDS[self.table]}_key"


def table_attributes(dataset: Dataset) -> dict[str, TableAttribute]:
    """Return the attributes that filters and charts offer, by name: categories and numbers."""
    attributes = [
        *(TableAttribute(PRODUCTS, attribute) for attribute in dataset.product_attributes),
        *(TableAttribute(BUYERS, attribute) for attribute in dataset.buyer_attributes),
    ]
    return {
        table_attribute.name: table_attribute
        for table_attribute in attributes
        if table_attribute.attribute.kind != "text"
    }


def attributes_of(dataset: Dataset, table: str, name: str) -> list[tuple[Attribute, str | float]]:
    """Return the attributes of one product or buyer and their values, without missing ones.

    Parameters
    ----------
    dataset : Dataset
    table : {"products", "buyers"}
    name : str
        Id of the product or buyer.
    """
    attributes = dataset.product_attributes if table == PRODUCTS else dataset.buyer_attributes
    if not attributes:
        return []
    columns = ", ".join(attribute.column for attribute in attributes)
    with dataset.connect() as connection:
        row = connection.execute(
            f"SELECT {columns} FROM {VIEWS[table]} WHERE {IDS[table]} = ?", [name]
        ).fetchone()
    values = zip(attributes, row or (), strict=bool(row))
    return [(attribute, value) for attribute, value in values if value is not None]


@dataclass(frozen=True)
class AttributeFilter:
    """Events of the products or buyers with some values of an attribute.

    Attributes
    ----------
    of : TableAttribute
    values : tuple of str
        Values of a category; empty for all.
    low, high : float or None
        Bounds of a number, both included.
    """

    of: TableAttribute
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    def condition(self) -> str:
        """Return the SQL condition on events."""
        column, key = self.of.column, self.of.key
        conditions = [f"{column} IN ({', '.join(map(quote, self.values))})"] if self.values else []
        if self.low is not None:
            conditions.append(f"{column} >= {float(self.low)!r}")
        if self.high is not None:
            conditions.append(f"{column} <= {float(self.high)!r}")
        where = " AND ".join(conditions) or "true"
        return f"{key} IN (SELECT {key} FROM {self.of.view} WHERE {where})"
