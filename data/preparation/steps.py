"""The steps of a preparation as SQL, in the fixed order in which they are applied.

Types in the history, dates, brand, category, category prefix, duplicates, repeats within a session,
buyers with many targets, rare products, buyers with few targets. The minimum of targets per buyer
comes last, so that it holds for the result.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from data.datasets.database import quote
from data.datasets.dataset import Dataset
from data.events import PURCHASE
from data.i18n import N_
from data.preparation.preparation import Preparation
from data.validation import specs


@dataclass(frozen=True)
class Step:
    """Counts after a step of a preparation.

    Attributes
    ----------
    name : str
        A field of ``Preparation``, or ``"all"`` for the dataset as imported.
    label : str
        Visible name (marked for translation, not translated).
    events, users, products : int
        Number of events, and of distinct buyers and products among them.
    targets : int
        Number of events of the types that are predicted.
    """

    name: str
    label: str
    events: int
    users: int
    products: int
    targets: int


def apply(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    preparation: Preparation,
    columns: str,
) -> Iterator[Step]:
    """Create the temporary table ``prepared`` and yield the counts after each step.

    Parameters
    ----------
    connection : duckdb connection
        Of the dataset, with its views.
    dataset : Dataset
        Gives the counts as imported.
    preparation : Preparation
        Fields at their neutral value give no step.
    columns : str
        SQL select list of the table ``prepared``, which has one more column: ``target`` tells
        whether an event is of a type that is predicted.
    """
    summary = dataset.manifest.summary
    events, users, products = (summary[key] for key in ("events", "users", "products"))
    predicted = is_target(preparation)
    targets = _count_targets(connection, predicted)
    yield Step("all", N_("As imported"), events, users, products, targets)
    labels = {name: spec.label for name, spec in specs(Preparation).items()}
    filters = dict(row_filters(preparation))
    source = event_source(preparation)
    where = " AND ".join(filters.values()) or "true"
    counts = _cumulative_counts(connection, source, tuple(filters.values()), predicted)
    for name, step_counts in zip(filters, counts, strict=True):
        yield Step(name, labels[name], *step_counts)
    connection.execute(
        f"CREATE TEMP TABLE prepared AS SELECT {columns}, {predicted} AS target"
        f" FROM {source} WHERE {where}"
    )
    for name, statement in _group_filters(preparation):
        connection.execute(statement)
        yield Step(name, labels[name], *_count(connection, "prepared"))


def counted_columns(preparation: Preparation) -> str:
    """Return the select list that suffices for counting, with ids as (often integer) keys."""
    columns = "user_key AS user, product_key AS product"
    if preparation.drop_duplicates:
        return f"{columns}, row, time, type, category, brand, price, session, quantity"
    return f"{columns}, row, time, type, session" if preparation.merge_session_repeats else columns


def event_source(preparation: Preparation) -> str:
    """Return the view that has the events of the types in the history."""
    return "purchases" if preparation.history_types == (PURCHASE,) else "events"


def is_target(preparation: Preparation) -> str:
    """Return the SQL condition of the events that are predicted."""
    if preparation.predicts_all:
        return "true"
    return f"coalesce(type IN ({', '.join(map(quote, preparation.target_types))}), false)"


def is_repeat_in_session(preparation: Preparation) -> str:
    """Return the SQL condition of an event whose predecessor has its product and session.

    The predecessor is among the buyer's targets for a target, and among the events of its type for
    any other: what leads to a purchase is no repetition of it.
    """
    kind = f"CASE WHEN {is_target(preparation)} THEN NULL ELSE type END"
    window = f"OVER (PARTITION BY user, {kind} ORDER BY time, row)"
    repeated = f"lag(product) {window} = product AND lag(session) {window} = session"
    return f"coalesce({repeated}, false)"


def row_filters(preparation: Preparation) -> Iterator[tuple[str, str]]:
    """Yield (field, SQL condition) of the steps that decide on each event by itself."""
    if preparation.history_types:
        yield "history_types", f"type IN ({', '.join(map(quote, preparation.history_types))})"
    if preparation.first:
        yield "first", f"time >= TIMESTAMP {quote(preparation.first)}"
    if preparation.last:
        yield "last", f"time < TIMESTAMP {quote(preparation.last)} + INTERVAL 1 DAY"
    if preparation.require_brand:
        yield "require_brand", "brand IS NOT NULL"
    if preparation.require_category:
        yield "require_category", "category IS NOT NULL"
    if preparation.category_prefix:
        yield "category_prefix", f"starts_with(category, {quote(preparation.category_prefix)})"


def _group_filters(preparation: Preparation) -> Iterator[tuple[str, str]]:
    """Yield (field, statement) of the steps that depend on several events of ``prepared``."""
    if preparation.drop_duplicates:
        columns = "time, type, user, product, category, brand, price, session, quantity"
        first = f"row_number() OVER (PARTITION BY {columns} ORDER BY row) = 1"
        yield "drop_duplicates", f"{_REPLACE} QUALIFY {first}"
    if preparation.merge_session_repeats:
        repeated = is_repeat_in_session(preparation)
        yield "merge_session_repeats", f"{_REPLACE} QUALIFY NOT {repeated}"
    targets = "count(*) FILTER (target)"
    if preparation.max_user_events:
        limit = f"{targets} <= {preparation.max_user_events}"
        yield "max_user_events", _having("user", limit)
    if preparation.min_product_events > 1:
        minimum = f"count(*) >= {preparation.min_product_events}"
        yield "min_product_events", _having("product", minimum)
    if preparation.min_user_events > 1 or not preparation.predicts_all:
        minimum = f"{targets} >= {preparation.min_user_events}"
        yield "min_user_events", _having("user", minimum)


_REPLACE = "CREATE OR REPLACE TEMP TABLE prepared AS SELECT * FROM prepared"


def _having(column: str, condition: str) -> str:
    """Return the statement that keeps the groups whose events meet a condition."""
    groups = f"SELECT {column} FROM prepared GROUP BY ALL HAVING {condition}"
    return f"{_REPLACE} SEMI JOIN ({groups}) USING ({column})"


Counts = tuple[int, int, int, int]
"""Events, distinct users, distinct products, targets."""


def _count(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    where: str = "true",
    key: str = "",
    target: str = "target",
) -> Counts:
    row = connection.execute(
        f"SELECT count(*), count(DISTINCT user{key}), count(DISTINCT product{key}), "
        f"count(*) FILTER ({target}) FROM {table} WHERE {where}"
    ).fetchone()
    events, users, products, targets = row or (0, 0, 0, 0)
    return events, users, products, targets


def _count_targets(connection: duckdb.DuckDBPyConnection, predicted: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM events WHERE {predicted}").fetchone()
    return int(row[0]) if row else 0


def _cumulative_counts(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    conditions: tuple[str, ...],
    predicted: str,
) -> Iterator[Counts]:
    """Yield the counts of the events that meet the first condition, the first two, and so on."""
    for last in range(1, len(conditions) + 1):
        yield _count(connection, source, " AND ".join(conditions[:last]), "_key", predicted)
