"""Key figures of a dataset, and the query behind each chart.

Charts of purchases count the event type that ``Statistics.counted`` names: purchases, or the most
frequent type of a log without purchases. Charts of users' histories query that type too, and in a
huge log a sample of one user in ``Statistics.one_in``.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.cache import FrameCache
from data.datasets.database import quote
from data.datasets.dataset import Dataset
from data.events import PURCHASE, TYPES
from data.exploration.attributes import TableAttribute
from data.exploration.filters import Filters
from data.exploration.paged_tables import (
    PRODUCT_LISTING,
    USER_LISTING,
    PageQuery,
    cached_page,
    catalogue,
)
from data.exploration.user_sample import one_in, sample_condition

__all__ = ["Filters", "Statistics", "summary"]

CURVE_POINTS = 200
MOST_VALUES = 5_000  # of a number; more are rounded
BINS_PER_DECADE = 10
_QUARTILES = {"lower": 0.25, "median": 0.5, "upper": 0.75}


def summary(dataset: Dataset) -> dict[str, Any]:
    """Return the key figures of a dataset.

    Returns
    -------
    dict
        ``name``, ``rows_read``, ``rows_kept``, ``rows_rejected``, ``rejected_by_reason``,
        ``events``, ``purchases``, ``users``, ``products``; ``first_event`` and ``last_event``
        (ISO 8601, UTC); ``missing_category_share`` and ``missing_brand_share`` of all events;
        ``repeat_share`` of purchases whose product the user had purchased before;
        ``consecutive_repeat_share`` of pairs of consecutive purchases with the same product; and
        more.
    """
    return {"name": dataset.name, **dataset.manifest.summary}


class Statistics:
    """Cached queries over a dataset, one method per chart.

    Parameters
    ----------
    dataset : Dataset
        The dataset to query.
    cache_folder : Path
        Folder of the cache; may be deleted at any time.
    """

    def __init__(self, dataset: Dataset, cache_folder: Path) -> None:
        self.dataset = dataset
        self._cache = FrameCache(cache_folder)

    def counted(self, filters: Filters) -> str:
        """Return the event type that charts of purchases count under these filters."""
        types = [kind for kind in self.dataset.types if kind in (filters.types or [kind])]
        if PURCHASE in types or not types:
            return PURCHASE
        return types[0]

    def one_in(self, filters: Filters) -> int:
        """Return n if charts of users' histories query a sample of one user in n."""
        kind = self.counted(filters)
        return one_in(self.dataset.manifest.summary["events_by_type"].get(kind, 0))

    def funnel_one_in(self, filters: Filters) -> int:
        """Return n if the funnel is estimated from a sample of one user in n."""
        return one_in(self.dataset.manifest.summary["events"]) if filters else 1

    def events_by_day(self, filters: Filters) -> pd.DataFrame:
        """Return the number of events per day and type.

        Columns: day (date, UTC), type, events.
        """
        return self._query_hours(
            filters,
            "SELECT time::DATE AS day, type, {count} AS events FROM {source} WHERE {where} "
            "GROUP BY day, type ORDER BY day, type",
        )

    def events_by_hour(self, filters: Filters) -> pd.DataFrame:
        """Return the number of events per weekday, hour and type.

        Columns: weekday (0 is Monday), hour (0 to 23, UTC), type, events.
        """
        return self._query_hours(
            filters,
            "SELECT isodow(time) - 1 AS weekday, hour(time) AS hour, type, {count} AS events "
            "FROM {source} WHERE {where} GROUP BY ALL ORDER BY weekday, hour, type",
        )

    def funnel(self, filters: Filters) -> pd.DataFrame:
        """Return the steps from view to purchase with their numbers of events and users.

        Columns: type, events, users (with events of this type and of every type before it).
        Estimates if ``funnel_one_in`` is more than 1.
        """
        steps = [
            kind
            for kind in TYPES
            if kind in self.dataset.types
            and kind != "remove_from_cart"
            and (not filters.types or kind in filters.types)
        ]
        if not steps:
            return pd.DataFrame({"type": [], "events": [], "users": []})
        counts = {kind: f"count(*) FILTER (type = {quote(kind)})" for kind in steps}
        per_user = ", ".join(f"{count} AS n{k}" for k, count in enumerate(counts.values()))
        one_in = self.funnel_one_in(filters)
        sample = sample_condition("{where}", one_in)
        source = f"(SELECT {per_user} FROM {{source}} WHERE {sample} GROUP BY user_key)"
        if not filters:
            columns = {"view": "views", "cart": "carts", PURCHASE: "purchases"}
            per_user = ", ".join(f"{columns[kind]} AS n{k}" for k, kind in enumerate(steps))
            source = f"(SELECT {per_user} FROM users)"
        selects = [
            f"SELECT {k} AS step, {quote(kind)} AS type, {one_in} * sum(n{k})::BIGINT AS events, "
            f"{one_in} * count(*) FILTER ({' AND '.join(f'n{j} > 0' for j in range(k + 1))}) "
            "AS users FROM per_user"
            for k, kind in enumerate(steps)
        ]
        return self.query_events(
            filters,
            f"WITH per_user AS MATERIALIZED {source} SELECT type, coalesce(events, 0) AS events, "
            f"coalesce(users, 0) AS users FROM ({' UNION ALL '.join(selects)}) ORDER BY step",
        )

    def categories(self, filters: Filters) -> pd.DataFrame:
        """Return the number of events per category, in falling order.

        Columns: category (missing for events without one), events.
        """
        return self.query_counted(
            filters,
            "SELECT category, count(*) AS events FROM {source} WHERE {where} "
            "GROUP BY category ORDER BY events DESC, category",
        )

    def brands(self, filters: Filters) -> pd.DataFrame:
        """Return the number of events per brand, in falling order.

        Columns: brand (missing for events without one), events.
        """
        return self.query_counted(
            filters,
            "SELECT brand, count(*) AS events FROM {source} WHERE {where} "
            "GROUP BY brand ORDER BY events DESC, brand",
        )

    def attribute(self, filters: Filters, attribute: TableAttribute) -> pd.DataFrame:
        """Return the number of events per value of an attribute, in falling order.

        Columns: value (missing where the side table has none), events. A number of more than
        ``MOST_VALUES`` values is rounded to so many steps between its lowest and highest value.
        """
        key = attribute.key
        return self.query_counted(
            filters,
            f"SELECT {self._rounded(attribute)} AS value, sum(events)::BIGINT AS events FROM "
            f"(SELECT {key}, count(*) AS events FROM {{source}} WHERE {{where}} GROUP BY {key}) "
            f"LEFT JOIN {attribute.view} USING ({key}) GROUP BY value ORDER BY events DESC, value",
        )

    def attribute_values(self, attribute: TableAttribute, limit: int) -> list[str]:
        """Return the values of an attribute that most products or buyers have."""
        column = attribute.column
        values = self.query_events(
            Filters(),
            f"SELECT {column} AS value FROM {attribute.view} WHERE {column} IS NOT NULL "
            f"GROUP BY value ORDER BY count(*) DESC, value LIMIT {limit}",
        )
        return [str(value) for value in values["value"]]

    def _rounded(self, attribute: TableAttribute) -> str:
        """Return the SQL of the values that ``attribute`` groups by."""
        column = attribute.column
        if not attribute.is_number:
            return column
        bounds = self.query_events(
            Filters(),
            f"SELECT count(DISTINCT {column}), min({column}), max({column}) FROM {attribute.view}",
        )
        values, low, high = (float(bound) for bound in bounds.iloc[0])
        if values <= MOST_VALUES:
            return column
        step = (high - low) / MOST_VALUES
        return f"{low!r} + round(({column} - {low!r}) / {step!r}) * {step!r}"

    def prices(self, filters: Filters) -> pd.DataFrame:
        """Return a histogram of prices with ten logarithmic bins per decade, and their quartiles.

        Columns: low (included), high (excluded), events; lower, median and upper, the quartiles of
        the prices themselves, are the same in every row. Prices of zero or less are left out.
        """
        frame = self.query_counted(
            filters,
            "WITH counts AS (SELECT price, count(*) AS events FROM {source} WHERE {where} "
            "AND price > 0 GROUP BY price), ranks AS (SELECT price, events, "
            "sum(events) OVER (ORDER BY price) / sum(events) OVER () AS share FROM counts) "
            f"SELECT floor(log10(price) * {BINS_PER_DECADE} + 1e-9)::INTEGER AS bin, "
            "sum(events)::BIGINT AS events, "
            + ", ".join(
                f"min(min(price) FILTER (share >= {share})) OVER ()::DOUBLE AS {name}"
                for name, share in _QUARTILES.items()
            )
            + " FROM ranks GROUP BY bin ORDER BY bin",
        )
        if frame.empty:
            return pd.DataFrame({name: [] for name in ("low", "high", "events", *_QUARTILES)})
        bins = np.arange(frame["bin"].min(), frame["bin"].max() + 1)
        events = frame.set_index("bin")["events"].reindex(bins).fillna(0).astype(int)
        low, high = (10.0 ** ((bins + k) / BINS_PER_DECADE) for k in (0, 1))
        histogram = pd.DataFrame({"low": low, "high": high, "events": events.to_numpy()})
        return histogram.assign(**frame.loc[0, [*_QUARTILES]])

    def purchases_per_user(self, filters: Filters) -> pd.DataFrame:
        """Return the distribution of the number of purchases per user.

        Columns: purchases, users (with this number of purchases).
        """
        return self.query_users(
            filters,
            "SELECT n AS purchases, count(*) AS users FROM (SELECT count(*) AS n FROM {source} "
            "WHERE {where} GROUP BY user_key) GROUP BY n ORDER BY n",
        )

    def days_between(self, filters: Filters) -> pd.DataFrame:
        """Return the distribution of the time between consecutive purchases of a user.

        Columns: days (whole days), pairs (of consecutive purchases).
        """
        return self.query_users(
            filters,
            "SELECT ((epoch_us(time) - before) // 86400000000)::INTEGER AS days, "
            "count(*) AS pairs FROM (SELECT time, lag(epoch_us(time)) OVER buyer AS before "
            "FROM {source} WHERE {where} WINDOW buyer AS (PARTITION BY user_key "
            "ORDER BY time, row)) WHERE before IS NOT NULL GROUP BY days ORDER BY days",
        )

    def repeats(self, filters: Filters) -> pd.DataFrame:
        """Return how the next purchase of a user relates to the earlier ones.

        Columns: kind, pairs (of consecutive purchases). Kinds: ``same``, the product of the
        previous purchase; ``earlier``, a product of an earlier purchase; ``category``, a new
        product of the category of an earlier purchase; ``new``, anything else.
        """
        return self.query_users(
            filters,
            "SELECT CASE WHEN product_key = before THEN 'same' WHEN product_time > 1 THEN "
            "'earlier' WHEN category IS NOT NULL AND category_time > 1 THEN 'category' "
            "ELSE 'new' END AS kind, count(*) AS pairs FROM (SELECT product_key, category, "
            "lag(product_key) OVER (PARTITION BY user_key ORDER BY time, row) AS before, "
            "row_number() OVER (PARTITION BY user_key, product_key ORDER BY time, row) "
            "AS product_time, "
            "row_number() OVER (PARTITION BY user_key, category ORDER BY time, row) "
            "AS category_time "
            "FROM {source} WHERE {where}) WHERE before IS NOT NULL GROUP BY kind ORDER BY kind",
        )

    def long_tail(self, filters: Filters) -> pd.DataFrame:
        """Return the Lorenz curve of purchases over products, from the least purchased product on.

        Columns: products, events (cumulative shares, 0 to 1); at most 201 points.
        """
        counts = self.query_counted(
            filters,
            "SELECT n, count(*) AS products FROM (SELECT count(*) AS n FROM {source} "
            "WHERE {where} GROUP BY product_key) GROUP BY n ORDER BY n",
        )
        events = np.repeat(counts["n"].to_numpy(np.int64), counts["products"].to_numpy(np.int64))
        products = len(events)
        if not products:
            return pd.DataFrame({"products": [], "events": []})
        index = np.unique(np.linspace(0, products, min(products, CURVE_POINTS) + 1).astype(int))
        cumulative = np.concatenate([[0], np.cumsum(events)])
        return pd.DataFrame(
            {"products": index / products, "events": cumulative[index] / cumulative[-1]}
        )

    def transitions(self, filters: Filters) -> pd.DataFrame:
        """Return the number of transitions between the categories of consecutive purchases.

        Columns: before, after (categories), pairs, in falling order.
        """
        return self.query_users(
            filters,
            "SELECT before, after, count(*) AS pairs FROM (SELECT category AS after, "
            "lag(category) OVER (PARTITION BY user_key ORDER BY time, row) AS before "
            "FROM {source} WHERE {where}) WHERE before IS NOT NULL AND after IS NOT NULL "
            "GROUP BY before, after ORDER BY pairs DESC, before, after",
        )

    def cohorts(self, filters: Filters) -> pd.DataFrame:
        """Return how many users of each monthly cohort purchase in each later month.

        Columns: cohort (month of the first purchase), months (since then), buyers.
        """
        return self.query_users(
            filters,
            "SELECT date_trunc('month', first) AS cohort, "
            "date_diff('month', first, time)::INTEGER AS months, "
            "count(DISTINCT user_key) AS buyers FROM (SELECT user_key, time, "
            "min(time) OVER (PARTITION BY user_key) AS first FROM {source} WHERE {where}) "
            "GROUP BY cohort, months ORDER BY cohort, months",
        )

    def products(
        self, search: str, sort: str | None, descending: bool, start: int, stop: int
    ) -> tuple[pd.DataFrame, int]:
        """Return a page of the table of products and its number of rows; see ``PageQuery``."""
        query = PageQuery(search, sort, descending, start, stop)
        return cached_page(self.dataset, PRODUCT_LISTING, query, self._cache)

    def users(
        self, search: str, sort: str | None, descending: bool, start: int, stop: int
    ) -> tuple[pd.DataFrame, int]:
        """Return a page of the table of users and its number of rows; see ``PageQuery``."""
        query = PageQuery(search, sort, descending, start, stop)
        return cached_page(self.dataset, USER_LISTING, query, self._cache)

    def catalogue(self, ids: Sequence[str]) -> pd.DataFrame:
        """Return product, title, category, brand and price of products, in the order of ``ids``."""
        return catalogue(self.dataset, ids)

    def query_events(self, filters: Filters, sql: str) -> pd.DataFrame:
        """Return the result of a query over the events of every type; it is cached.

        Parameters
        ----------
        filters : Filters
            Events to consider.
        sql : str
            A SELECT with the placeholders ``{source}`` (a table) and ``{where}`` (a condition).
        """
        return self._query(filters, sql, "events")

    def query_counted(self, filters: Filters, sql: str) -> pd.DataFrame:
        """Return the result of a query over the events of the type that `counted` names."""
        kind = self.counted(filters)
        source = "purchases" if kind == PURCHASE else f"(FROM events WHERE type = {quote(kind)})"
        return self._query(filters, sql, source)

    def query_users(self, filters: Filters, sql: str) -> pd.DataFrame:
        """Return the result of a query like `query_counted`, over one user in `one_in`."""
        sample = sample_condition("{where}", self.one_in(filters))
        return self.query_counted(filters, sql.replace("{where}", sample))

    def _query_hours(self, filters: Filters, sql: str) -> pd.DataFrame:
        """Count events over time, from the table of hours where the filters allow it."""
        if replace(filters, first=None, last=None, types=()):
            return self.query_events(filters, sql.replace("{count}", "count(*)"))
        return self._query(filters, sql.replace("{count}", "sum(events)::BIGINT"), "hours")

    def _query(self, filters: Filters, sql: str, source: str) -> pd.DataFrame:
        statement = sql.format(source=source, where=filters.where())

        def execute() -> pd.DataFrame:
            with self.dataset.connect() as connection:
                return connection.execute(statement).df()

        return self._cache.get(f"{self.dataset.fingerprint} {statement}", execute)
