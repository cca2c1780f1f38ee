"""Queries for the figures of the quality report."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb

from data.datasets.database import quote
from data.datasets.dataset import Dataset
from data.events import MONEY, RETURN

CHUNK = 2_000_000
"""Events per query when duplicates are counted; bounds the memory."""
SPIKE = 3.0
"""Ratio to the median number of purchases per day above which a day is a spike."""
ROBOT = 500
"""Mean number of events per day above which a user is probably a program."""


def measure(dataset: Dataset) -> dict[str, Any]:
    """Return the figures of the quality report of a dataset.

    Returns
    -------
    dict
        JSON values: ``duplicates``, ``empty_days``, ``spike_days``, ``spike_shares``,
        ``spike_times``, ``zero_prices``, ``negative_prices``, ``products_with_prices``,
        ``products_with_categories``, ``products_with_brands``, ``products_sold_once``,
        ``buyers_once``, ``heavy_buyers``, ``heavy_limit``, ``most_purchases``, ``robots``,
        ``robot_limit``; ``all_returns``, ``all_units``, ``all_money``, and of the returns that
        follow a purchase of the same product by the same buyer ``matched_returns``,
        ``matched_units``, ``matched_money`` (money is None where no return has a price).
    """
    with dataset.connect() as connection:
        return {
            "duplicates": _duplicates(connection),
            **_days(connection),
            **_row(
                connection,
                "SELECT count(*) FILTER (price = 0) AS zero_prices, count(*) FILTER (price < 0) AS "
                "negative_prices FROM events",
            ),
            **_row(
                connection,
                "SELECT count(*) FILTER (low < high) AS products_with_prices FROM (SELECT "
                "min(price) AS low, max(price) AS high FROM purchases GROUP BY product_key)",
            ),
            **_row(
                connection,
                "SELECT count(*) FILTER (c < d) AS products_with_categories, "
                "count(*) FILTER (a < b) AS products_with_brands FROM (SELECT min(category) AS c, "
                "max(category) AS d, min(brand) AS a, max(brand) AS b "
                "FROM events GROUP BY product_key)",
            ),
            **_row(
                connection,
                "SELECT count(*) FILTER (purchases = 1) AS products_sold_once FROM products",
            ),
            **_buyers(connection),
            **_returns(connection),
        }


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    return dict(zip(names, result.fetchone() or (), strict=True))


def _duplicates(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of rows that are equal to an earlier row in every column.

    Equal rows have equal times, so that ranges of days can be queried one after another.
    """
    columns = (
        "time, type, user_key, product_key, category_id, category, brand, price, session, title, "
        "quantity"
    )
    duplicates = 0
    for first, end in _day_ranges(connection):
        row = connection.execute(
            f"SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n FROM events "
            f"WHERE time >= TIMESTAMP {quote(first)} AND time < TIMESTAMP {quote(end)} "
            f"GROUP BY hash({columns}) HAVING n > 1)"
        ).fetchone()
        duplicates += row[0] if row else 0
    return duplicates


def _day_ranges(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[date, date]]:
    """Yield ranges of days (the end excluded) with about ``CHUNK`` events each."""
    days = connection.execute(
        "SELECT time::DATE AS day, count(*) FROM events GROUP BY day ORDER BY day"
    ).fetchall()
    events = 0
    first: date = days[0][0]
    for position, (day, count) in enumerate(days):
        events += count
        if events >= CHUNK or position == len(days) - 1:
            yield first, day + timedelta(days=1)
            first, events = day + timedelta(days=1), 0


def _days(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the days without purchases and the days with abnormally many."""
    counts = dict(
        connection.execute(
            "SELECT time::DATE AS day, count(*) FROM purchases GROUP BY day ORDER BY day"
        ).fetchall()
    )
    if len(counts) < 7:
        return {"empty_days": [], "spike_days": [], "spike_shares": [], "spike_times": []}
    first, last = min(counts), max(counts)
    days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    total, median = sum(counts.values()), sorted(counts.values())[len(counts) // 2]
    empty = [day.isoformat() for day in days if day not in counts]
    spikes = [day for day in days if counts.get(day, 0) > SPIKE * median and median >= 5]
    return {
        "empty_days": empty,
        "spike_days": [day.isoformat() for day in spikes],
        "spike_shares": [counts[day] / total for day in spikes],
        "spike_times": [counts[day] / median for day in spikes],
    }


def _buyers(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the numbers of users with one purchase, with implausibly many, and of programs."""
    numbers = _row(
        connection,
        "SELECT count(*) FILTER (purchases = 1) AS buyers_once, "
        "coalesce(max(purchases), 0) AS most_purchases, "
        "greatest(100, 5 * coalesce(quantile_disc(purchases, 0.999), 0))::BIGINT AS heavy_limit "
        "FROM users WHERE purchases > 0",
    )
    per_day = "events / (1 + date_diff('day', first, last))"
    return {
        **numbers,
        **_row(
            connection,
            f"SELECT count(*) FILTER (purchases > {numbers['heavy_limit']}) AS heavy_buyers, "
            f"count(*) FILTER ({per_day} > {ROBOT}) AS robots, {ROBOT} AS robot_limit FROM users",
        ),
    }


def _returns(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the numbers, units and money of all returns and of those that undo a purchase.

    A return undoes a purchase of the same product by the same buyer before it, or at the same
    time: many logs have days without a clock.
    """
    conditions = {"all": "true", "matched": "bought <= time"}
    counts = ", ".join(
        f"count(*) FILTER ({condition}) AS {name}_returns, "
        f"coalesce(sum(coalesce(quantity, 1)) FILTER ({condition}), 0) AS {name}_units, "
        f"sum(abs({MONEY})) FILTER ({condition}) AS {name}_money"
        for name, condition in conditions.items()
    )
    return _row(
        connection,
        f"SELECT {counts} FROM (FROM events WHERE type = {quote(RETURN)}) LEFT JOIN "
        "(SELECT user_key, product_key, min(time) AS bought FROM purchases GROUP BY ALL) "
        "USING (user_key, product_key)",
    )
