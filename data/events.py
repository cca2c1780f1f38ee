"""The columns and types of events: the schema that every purchase log is brought to.

An event is one row of a log: at a time, a user did something with a product. Identifiers are text
and are kept exactly as written. Only ``user``, ``product`` and ``time`` are never missing.
"""

from dataclasses import dataclass

from data.i18n import N_


@dataclass(frozen=True)
class EventColumn:
    """A column of the event table.

    Attributes
    ----------
    name : str
        Name in the event table, and in ``--map``.
    kind : str
        DuckDB type.
    required : bool
        Whether every event has a value in it.
    label : str
        Visible name (marked for translation, not translated).
    """

    name: str
    kind: str
    required: bool
    label: str


COLUMNS = (
    EventColumn("time", "TIMESTAMP", True, N_("Time")),
    EventColumn("type", "VARCHAR", False, N_("Event type")),
    EventColumn("user", "VARCHAR", True, N_("Buyer")),
    EventColumn("product", "VARCHAR", True, N_("Product")),
    EventColumn("category_id", "VARCHAR", False, N_("Category id")),
    EventColumn("category", "VARCHAR", False, N_("Category")),
    EventColumn("brand", "VARCHAR", False, N_("Brand")),
    EventColumn("price", "DOUBLE", False, N_("Price")),
    EventColumn("session", "VARCHAR", False, N_("Session")),
    EventColumn("title", "VARCHAR", False, N_("Title")),
    EventColumn("quantity", "DOUBLE", False, N_("Quantity")),
)
"""Event columns in the order in which they are stored. One more column, ``row`` (BIGINT), numbers
the rows in source order from 0 and breaks ties between equal times.

``price`` is that of one unit. ``quantity`` is the number of units, above 0 in returns, too; where
it is missing, the log does not say it, and sums take one unit."""

NAMES = tuple(column.name for column in COLUMNS)
KINDS = {column.name: column.kind for column in COLUMNS}

PURCHASE = "purchase"
RETURN = "return"
"""The type of an event that undoes a purchase."""

MONEY = "price * coalesce(quantity, 1)"
"""SQL of what all units of an event cost."""

TYPES = ("view", "cart", "remove_from_cart", PURCHASE)
"""Event types that the charts know, in the order of a shop visit; other types are kept as they
are."""
