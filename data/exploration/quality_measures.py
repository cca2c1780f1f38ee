"""The numbers that the quality report speaks of."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb

from data.datasets.database import quote
from data.datasets.store import Dataset

CHUNK = 2_000_000
"""Events that are compared with each other at once when duplicates are counted."""
SPIKE = 3.0
"""An abnormal day has so many times the purchases of the median day."""
ROBOT = 500
"""Events on an average day of activity that nobody makes by hand."""


def measure(dataset: Dataset) -> dict[str, Any]:
    """Count what is odd about a dataset.

    Returns
    -------
    dict
        JSON values: ``duplicates``, ``empty_days``, ``spike_days``, ``spike_shares``,
        ``spike_times``, ``zero_prices``, ``negative_prices``, ``products_with_prices``,
        ``products_with_categories``, ``products_with_brands``, ``products_sold_once``,
        ``buyers_once``, ``heavy_buyers``, ``heavy_limit``, ``most_purchases``, ``robots``,
        ``robot_limit``.
    """
    with dataset.connect() as connection:
        return {
            "duplicates": _duplicates(connection),
            **_days(connection),
            **_one(
                connection,
                "SELECT count(*) FILTER (price = 0) AS zero_prices, count(*) FILTER (price < 0) AS "
                "negative_prices FROM events",
            ),
            **_one(
                connection,
                "SELECT count(*) FILTER (low < high) AS products_with_prices FROM (SELECT "
                "min(price) AS low, max(price) AS high FROM purchases GROUP BY product_key)",
            ),
            **_one(
                connection,
                "SELECT count(*) FILTER (c < d) AS products_with_categories, "
                "count(*) FILTER (a < b) AS products_with_brands FROM (SELECT min(category) AS c, "
                "max(category) AS d, min(brand) AS a, max(brand) AS b "
                "FROM events GROUP BY product_key)",
            ),
            **_one(
                connection,
                "SELECT count(*) FILTER (purchases = 1) AS products_sold_once FROM products",
            ),
            **_buyers(connection),
        }


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    return dict(zip(names, found.fetchone() or (), strict=True))


def _duplicates(connection: duckdb.DuckDBPyConnection) -> int:
    """Count the rows that repeat another in every column, some days at a time.

    Equal rows have equal times, so days can be looked at apart: memory stays bounded.
    """
    columns = (
        "time, type, user_key, product_key, category_id, category, brand, price, session, title"
    )
    extra = 0
    for first, end in _chunks(connection):
        row = connection.execute(
            f"SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n FROM events "
            f"WHERE time >= TIMESTAMP {quote(first)} AND time < TIMESTAMP {quote(end)} "
            f"GROUP BY hash({columns}) HAVING n > 1)"
        ).fetchone()
        extra += row[0] if row else 0
    return extra


def _chunks(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[date, date]]:
    """Yield spans of days that hold about ``CHUNK`` events each."""
    days = connection.execute(
        "SELECT time::DATE AS day, count(*) FROM events GROUP BY day ORDER BY day"
    ).fetchall()
    held = 0
    first: date = days[0][0]
    for position, (day, count) in enumerate(days):
        held += count
        if held >= CHUNK or position == len(days) - 1:
            yield first, day + timedelta(days=1)
            first, held = day + timedelta(days=1), 0


def _days(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Find the days without purchases and those with abnormally many."""
    counts = dict(
        connection.execute(
            "SELECT time::DATE AS day, count(*) FROM purchases GROUP BY day ORDER BY day"
        ).fetchall()
    )
    if len(counts) < 7:
        return {"empty_days": [], "spike_days": [], "spike_shares": [], "spike_times": []}
    first, last = min(counts), max(counts)
    span = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    total, ordinary = sum(counts.values()), sorted(counts.values())[len(counts) // 2]
    empty = [day.isoformat() for day in span if day not in counts]
    spikes = [day for day in span if counts.get(day, 0) > SPIKE * ordinary and ordinary >= 5]
    return {
        "empty_days": empty,
        "spike_days": [day.isoformat() for day in spikes],
        "spike_shares": [counts[day] / total for day in spikes],
        "spike_times": [counts[day] / ordinary for day in spikes],
    }


def _buyers(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Count buyers of one purchase, buyers with implausibly many, and visitors like machines."""
    numbers = _one(
        connection,
        "SELECT count(*) FILTER (purchases = 1) AS buyers_once, "
        "coalesce(max(purchases), 0) AS most_purchases, "
        "greatest(100, 5 * coalesce(quantile_disc(purchases, 0.999), 0))::BIGINT AS heavy_limit "
        "FROM users WHERE purchases > 0",
    )
    per_day = "events / (1 + date_diff('day', first, last))"
    return {
        **numbers,
        **_one(
            connection,
            f"SELECT count(*) FILTER (purchases > {numbers['heavy_limit']}) AS heavy_buyers, "
            f"count(*) FILTER ({per_day} > {ROBOT}) AS robots, {ROBOT} AS robot_limit FROM users",
        ),
    }
