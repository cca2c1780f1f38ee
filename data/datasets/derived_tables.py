"""The tables that are derived from the events of an import, and its summary figures.

``purchases`` holds the purchases by buyer and time, so that what is asked about buyers never
touches the many views; ``users`` and ``products`` hold one row each, those with most purchases
first; ``hours`` counts the events of each hour, so that a chart over time needs no look at them.
"""

from pathlib import Path
from typing import Any

import duckdb

from data.datasets.database import WRITE, quote
from data.events import PURCHASE
from data.progress import Stop, execute, never

PURCHASES = f"""
    SELECT row, time, type, user_key, product_key, category_id, category, brand, price, session,
        title
    FROM events WHERE type = '{PURCHASE}' ORDER BY user_key, time, row"""

USERS = """
    WITH bought AS (
        SELECT user_key, count(*) AS purchases, sum(price) AS spent,
            min(time) AS first_purchase, max(time) AS last_purchase
        FROM purchases GROUP BY user_key
    ), seen AS (
        SELECT user_key, count(*) AS events, count(*) FILTER (type = 'view') AS views,
            count(*) FILTER (type = 'cart') AS carts, min(time) AS first, max(time) AS last
        FROM events GROUP BY user_key
    )
    SELECT user_key, events, views, carts, coalesce(purchases, 0) AS purchases,
        coalesce(spent, 0) AS spent, first, last, first_purchase, last_purchase
    FROM seen LEFT JOIN bought USING (user_key) ORDER BY purchases DESC, user_key"""

# The last event of a product is the latest one, and of equally late ones the last in the source:
# time and row are put into one number, since comparing pairs takes five times as long.
PRODUCTS = """
    WITH bought AS (
        SELECT product_key, count(*) AS purchases, count(DISTINCT user_key) AS buyers,
            sum(price) AS revenue, min(time) AS first_sale, max(time) AS last_sale
        FROM purchases GROUP BY product_key
    ), seen AS (
        SELECT product_key, count(*) AS events, min(time) AS first, max(time) AS last,
            (max(epoch_us(time)::HUGEINT * 4294967296 + row) % 4294967296)::BIGINT AS last_row
        FROM events GROUP BY product_key
    )
    SELECT seen.product_key, title, category, brand, price, seen.events,
        coalesce(purchases, 0) AS purchases, coalesce(buyers, 0) AS buyers,
        coalesce(revenue, 0) AS revenue, first_sale, last_sale, seen.first, seen.last
    FROM seen JOIN events ON events.row = seen.last_row
        LEFT JOIN bought ON bought.product_key = seen.product_key
    ORDER BY purchases DESC, seen.product_key"""

HOURS = """
    SELECT time_bucket(INTERVAL 1 HOUR, time) AS time, type, count(*) AS events,
        count(category) AS with_category, count(brand) AS with_brand, count(price) AS with_price,
        min(time) AS first, max(time) AS last
    FROM events GROUP BY 1, 2 ORDER BY 1, 2"""


def derive(
    connection: duckdb.DuckDBPyConnection, folder: Path, cancelled: Stop = never
) -> dict[str, Any]:
    """Write the derived tables beside the events and return the summary figures.

    Parameters
    ----------
    connection : duckdb connection
        With a view ``events`` of the whole dataset.
    folder : Path
        Receives ``purchases.parquet``, ``users.parquet``, ``products.parquet`` and
        ``hours.parquet``.
    cancelled : callable
        Asked now and then whether to stop.
    """
    tables = {"purchases": PURCHASES, "users": USERS, "products": PRODUCTS, "hours": HOURS}
    for table, select in tables.items():
        file = folder / f"{table}.parquet"
        execute(connection, f"COPY ({select}) TO {quote(file)} ({WRITE})", _hush, cancelled)
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({quote(file)})")
    return _summary(connection)


def _hush(share: float) -> None:
    """Say nothing of how far a table is: none takes long."""


def _summary(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    by_type = connection.execute(
        "SELECT type, sum(events)::BIGINT, sum(with_category)::BIGINT, sum(with_brand)::BIGINT, "
        "sum(with_price)::BIGINT, min(first), max(last) FROM hours "
        "GROUP BY type ORDER BY sum(events) DESC, type"
    ).fetchall()
    events = sum(row[1] for row in by_type)
    bought: tuple[Any, ...] = next((row for row in by_type if row[0] == PURCHASE), (None, 0, 0, 0))
    bought_any = "SELECT count(*), count(*) FILTER (purchases > 0)"
    users, buyers = _row(connection, f"{bought_any} FROM users")
    products, sold = _row(connection, f"{bought_any} FROM products")
    return {
        "events": events,
        "purchases": bought[1],
        "users": users,
        "products": products,
        "first_event": _iso(min((row[5] for row in by_type), default=None)),
        "last_event": _iso(max((row[6] for row in by_type), default=None)),
        "missing_category_share": _share(events - sum(row[2] for row in by_type), events),
        "missing_brand_share": _share(events - sum(row[3] for row in by_type), events),
        **_repeats(connection),
        "buyers": buyers,
        "products_sold": sold,
        "events_by_type": {row[0] or "": row[1] for row in by_type},
        "missing_price_share": _share(events - sum(row[4] for row in by_type), events),
        "purchases_missing_category_share": _share(bought[1] - bought[2], bought[1]),
        "purchases_missing_brand_share": _share(bought[1] - bought[3], bought[1]),
    }


def _repeats(connection: duckdb.DuckDBPyConnection) -> dict[str, float | None]:
    """Return which share of purchases repeat a product of the buyer's, and the very last one.

    ``repeat_share`` is of all purchases; ``consecutive_repeat_share`` of the pairs of purchases
    that follow one another.
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
