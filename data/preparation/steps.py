"""The steps of a preparation, as SQL, and what is left after each."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb

from data.datasets.database import quote
from data.datasets.store import Dataset
from data.events import PURCHASE
from data.i18n import N_

if TYPE_CHECKING:
    from data.preparation.preparation import Preparation


@dataclass(frozen=True)
class Step:
    """What was left after a step: its name (a field, or ``"all"``), events, buyers, products."""

    name: str
    label: str
    events: int
    users: int
    products: int


def run(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    preparation: "Preparation",
    columns: str,
) -> Iterator[Step]:
    """Make the temporary table ``prepared`` and count what each step leaves."""
    summary = dataset.manifest.summary
    yield Step("all", N_("As imported"), *(summary[key] for key in ("events", "users", "products")))
    labels = {setting.name: setting.metadata["label"] for setting in fields(preparation)}
    filters = dict(row_filters(preparation))
    source = "purchases" if preparation.event_types == (PURCHASE,) else "events"
    where = " AND ".join(filters.values()) or "true"
    counted = _cumulative_counts(connection, source, tuple(filters.values()))
    for name, numbers in zip(filters, counted, strict=True):
        yield Step(name, labels[name], *numbers)
    connection.execute(
        f"CREATE TEMP TABLE prepared AS SELECT {columns} FROM {source} WHERE {where}"
    )
    for name, statement in _group_filters(preparation):
        connection.execute(statement)
        yield Step(name, labels[name], *_count(connection, "prepared"))


def counted_columns(preparation: "Preparation") -> str:
    """Return the columns that suffice to count what is left; buyers and products by their keys."""
    columns = "user_key AS user, product_key AS product"
    if preparation.drop_duplicates:
        return f"{columns}, row, time, type, category, brand, price, session"
    return f"{columns}, row, time, session" if preparation.merge_session_repeats else columns


def row_filters(preparation: "Preparation") -> Iterator[tuple[str, str]]:
    """Yield the steps that look at one event at a time, as SQL conditions."""
    if preparation.event_types:
        yield "event_types", f"type IN ({', '.join(map(quote, preparation.event_types))})"
    if preparation.first:
        yield "first", f"time >= TIMESTAMP {quote(preparation.first)}"
    if preparation.last:
        yield "last", f"time < TIMESTAMP {quote(preparation.last + timedelta(days=1))}"
    if preparation.require_brand:
        yield "require_brand", "brand IS NOT NULL"
    if preparation.require_category:
        yield "require_category", "category IS NOT NULL"
    if preparation.category_prefix:
        yield "category_prefix", f"starts_with(category, {quote(preparation.category_prefix)})"


def _group_filters(preparation: "Preparation") -> Iterator[tuple[str, str]]:
    """Yield the steps that look at several events, as statements that replace ``prepared``."""
    if preparation.drop_duplicates:
        equal = "time, type, user, product, category, brand, price, session"
        first = f"row_number() OVER (PARTITION BY {equal} ORDER BY row) = 1"
        yield "drop_duplicates", f"{_AGAIN} QUALIFY {first}"
    if preparation.merge_session_repeats:
        before = "OVER (PARTITION BY user ORDER BY time, row)"
        same = f"lag(product) {before} = product AND lag(session) {before} = session"
        yield "merge_session_repeats", f"{_AGAIN} QUALIFY coalesce(NOT ({same}), true)"
    if preparation.max_user_events:
        yield "max_user_events", _having("user", f"<= {preparation.max_user_events}")
    for name, column in (("min_product_events", "product"), ("min_user_events", "user")):
        least = getattr(preparation, name)
        if least > 1:
            yield name, _having(column, f">= {least}")


_AGAIN = "CREATE OR REPLACE TEMP TABLE prepared AS SELECT * FROM prepared"


def _having(column: str, condition: str) -> str:
    """Return the statement that keeps the events whose buyer or product has so many of them."""
    counted = f"SELECT {column} FROM prepared GROUP BY ALL HAVING count(*) {condition}"
    return f"{_AGAIN} SEMI JOIN ({counted}) USING ({column})"


Numbers = tuple[int, int, int]


def _count(
    connection: duckdb.DuckDBPyConnection, table: str, where: str = "true", key: str = ""
) -> Numbers:
    found = connection.execute(
        f"SELECT count(*), count(DISTINCT user{key}), count(DISTINCT product{key}) "
        f"FROM {table} WHERE {where}"
    ).fetchone()
    events, users, products = found or (0, 0, 0)
    return events, users, products


def _cumulative_counts(
    connection: duckdb.DuckDBPyConnection, source: str, conditions: tuple[str, ...]
) -> Iterator[Numbers]:
    """Count what each condition leaves of what the conditions before it left."""
    for last in range(1, len(conditions) + 1):
        yield _count(connection, source, " AND ".join(conditions[:last]), "_key")
