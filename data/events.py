"""What an event is: the columns that every purchase log is brought to.

An event is one row of a log: at a time, a user did something with a product. Identifiers are
text and survive exactly, whatever they look like. Only ``user``, ``product`` and ``time`` are
never missing.
"""

from dataclasses import dataclass

from data.i18n import N_


@dataclass(frozen=True)
class Column:
    """A column of the event table.

    Attributes
    ----------
    name : str
        Its name in the event table, and in ``--map``.
    kind : str
        The DuckDB type that it is kept in.
    required : bool
        Whether every event must have a value in it.
    label : str
        What people call it (marked for translation, not translated).
    """

    name: str
    kind: str
    required: bool
    label: str


COLUMNS = (
    Column("time", "TIMESTAMP", True, N_("Time")),
    Column("type", "VARCHAR", False, N_("Event type")),
    Column("user", "VARCHAR", True, N_("Buyer")),
    Column("product", "VARCHAR", True, N_("Product")),
    Column("category_id", "VARCHAR", False, N_("Category id")),
    Column("category", "VARCHAR", False, N_("Category")),
    Column("brand", "VARCHAR", False, N_("Brand")),
    Column("price", "DOUBLE", False, N_("Price")),
    Column("session", "VARCHAR", False, N_("Session")),
    Column("title", "VARCHAR", False, N_("Title")),
)
"""The columns in the order in which they are kept. A further one, ``row`` (BIGINT), counts the
kept rows in source order from 0 and breaks ties between equal times."""

NAMES = tuple(column.name for column in COLUMNS)

PURCHASE = "purchase"
TYPES = ("view", "cart", "remove_from_cart", PURCHASE)
"""The event types that charts know, in the order of a shop visit; others are kept as they are."""
