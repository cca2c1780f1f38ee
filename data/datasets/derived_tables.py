"""Aggregate tables that an import derives from its events, and the key figures of a dataset.

``purchases`` holds the events of type purchase ordered by user and time, so that queries about
purchases do not scan the many views; ``users`` and ``products`` hold one row per user and per
product, ordered by falling number of purchases; ``hours`` holds the number of events per hour and
type, for charts over time.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from data.datasets.database import WRITE, copy, keyed_view, quote
from data.events import MONEY, NAMES, PURCHASE
from data.progress import ShouldStop, execute, never

USERS = f"""
    WITH sales AS (
        SELECT user_key, count(*) AS purchases, sum({MONEY}) AS spent,
            min(time) AS first_purchase, max(time) AS last_purchase
        FROM purchases GROUP BY user_key
    ), activity AS (
        SELECT user_key, count(*) AS events, count(*) FILTER (type = 'view') AS views,
            count(*) FILTER (type = 'cart') AS carts, min(time) AS first, max(time) AS last
        FROM events GROUP BY user_key
    )
    SELECT user_key, events, views, carts, coalesce(purchases, 0) AS purchases,
        CASE WHEN purchases IS NULL THEN 0 ELSE spent END AS spent,
        first, last, first_purchase, last_purchase
    FROM activity LEFT JOIN sales USING (user_key) ORDER BY purchases DESC, user_key"""

# The last event of a product is the latest one, ties broken by row. Time and row are packed into
# one integer, since comparing pairs takes five times as long.
PRODUCTS = f"""
    WITH sales AS (
        SELECT product_key, count(*) AS purchases, count(DISTINCT user_key) AS buyers,
            sum({MONEY}) AS revenue, min(time) AS first_sale, max(time) AS last_sale
        FROM purchases GROUP BY product_key
    ), activity AS (
        SELECT product_key, count(*) AS events, min(time) AS first, max(time) AS last,
            (max(epoch_us(time)::HUGEINT * 4294967296 + row) % 4294967296)::BIGINT AS last_row
        FROM events GROUP BY product_key
    )
    SELECT activity.product_key, title, category, brand, price, activity.events,
        coalesce(purchases, 0) AS purchases, coalesce(buyers, 0) AS buyers,
        CASE WHEN purchases IS NULL THEN 0 ELSE revenue END AS revenue, first_sale, last_sale,
        activity.first, activity.last
    FROM activity JOIN events ON events.row = activity.last_row
        LEFT JOIN sales ON sales.product_key = activity.product_key
    ORDER BY purchases DESC, activity.product_key"""

HOURS = """
    SELECT date_trunc('hour', time) AS time, type, count(*) AS events,
        count(category) AS with_category, count(brand) AS with_brand, count(price) AS with_price,
        min(time) AS first, max(time) AS last
    FROM events GROUP BY 1, 2 ORDER BY 1, 2"""


def purchases_select(columns: Sequence[str]) -> str:
    """Return the SELECT of the purchases with the event columns that a log has."""
    keys = [f"{name}_key" if name in ("user", "product") else name for name in columns]
    return (
        f"SELECT row, {', '.join(keys)} FROM events WHERE type = {quote(PURCHASE)} "
        "ORDER BY user_key, time, row"
    )


def derive(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    columns: Sequence[str],
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Write the derived tables and return the key figures of the dataset.

    Parameters
    ----------
    connection : duckdb connection
        With a view ``events`` of the whole dataset.
    folder : Path
        Receives ``purchases.parquet``, ``users.parquet``, ``products.parquet`` and
        ``hours.parquet``.
    columns : sequence of str
        The event columns that the log has.
    should_stop : callable
        Called about ten times a second; true raises Cancelled.

    Returns
    -------
    dict
        JSON values: ``events``, ``purchases``, ``users``, ``products``, ``first_event``,
        ``last_event``, ``repeat_share``, ``events_by_type``, shares of missing values, and more.
    """
    purchases = purchases_select(columns)
    tables = {"purchases": purchases, "users": USERS, "products": PRODUCTS, "hours": HOURS}
    for table, select in tables.items():
        file = folder / f"{table}.parquet"
        execute(connection, copy(select, file, WRITE), _ignore, should_stop)
        absent = [name for name in NAMES if name not in columns] if table == "purchases" else []
        connection.execute(f"CREATE VIEW {table} AS {keyed_view(file, (), absent)}")
    return _summary(connection)


def _ignore(share: float) -> None:
    """Drop the progress of a table: none takes long."""


def _summary(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    by_type = connection.execute(
        "SELECT type, sum(events)::BIGINT, sum(with_category)::BIGINT, sum(with_brand)::BIGINT, "
        "sum(with_price)::BIGINT, min(first), max(last) FROM hours "
        "GROUP BY type ORDER BY sum(events) DESC, type"
    ).fetchall()
    events = sum(row[1] for row in by_type)
    purchases: tuple[Any, ...] = next(
        (row for row in by_type if row[0] == PURCHASE), (None, 0, 0, 0)
    )
    counts = "SELECT count(*), count(*) FILTER (purchases > 0)"
    users, buyers = _row(connection, f"{counts} FROM users")
    products, products_sold = _row(connection, f"{counts} FROM products")
    return {
        "events": events,
        "purchases": purchases[1],
        "users": users,
        "products": products,
        "first_event": _iso(min((row[5] for row in by_type), default=None)),
        "last_event": _iso(max((row[6] for row in by_type), default=None)),
        "missing_category_share": _share(events - sum(row[2] for row in by_type), events),
        "missing_brand_share": _share(events - sum(row[3] for row in by_type), events),
        **_repeat_shares(connection),
        "buyers": buyers,
        "products_sold": products_sold,
        "events_by_type": {row[0] or "": row[1] for row in by_type},
        "missing_price_share": _share(events - sum(row[4] for row in by_type), events),
        "purchases_missing_category_share": _share(purchases[1] - purchases[2], purchases[1]),
        "purchases_missing_brand_share": _share(purchases[1] - purchases[3], purchases[1]),
    }


def _repeat_shares(connection: duckdb.DuckDBPyConnection) -> dict[str, float | None]:
    """Return how often buyers purchase a product again.

    ``repeat_share`` is the share of all purchases whose product the buyer had sales before;
    ``consecutive_repeat_share`` the share of pairs of consecutive purchases of a buyer with the
    same product.
    """
    purchases, distinct = _row(
        connection,
        "SELECT coalesce(sum(n), 0)::BIGINT, count(*) FROM "
        "(SELECT count(*) AS n FROM purchases GROUP BY user_key, product_key)",
    )
    pairs, same = _row(
        connection,
        "SELECT count(before), count(*) FILTER (before = product_key) FROM (SELECT product_key, "
        "lag(product_key) OVER (PARTITION BY user_key ORDER BY time, row) AS before "
        "FROM purchases)",
    )
    return {
        "repeat_share": _share(purchases - distinct, purchases),
        "consecutive_repeat_share": _share(same, pairs),
    }


def _row(connection: duckdb.DuckDBPyConnection, select: str) -> tuple[Any, ...]:
    return connection.execute(select).fetchone() or ()


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _iso(time: Any) -> str | None:
    return f"{time.isoformat()}Z" if time else None
