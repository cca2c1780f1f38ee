"""The query of each chart equals a plain computation in pandas, on real logs."""

import math
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.exploration.filters import Filters
from data.exploration.statistics import Statistics, summary
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

History = list[tuple[pd.Timestamp, str, str | None]]

SELECTIONS = {
    "groceries": ("groceries", Filters()),
    "groceries of some months": (
        "groceries",
        Filters(first=date(2017, 3, 1), last=date(2017, 9, 15)),
    ),
    "cheap food": ("groceries", Filters(categories=("grocery",), price_high=4.0)),
    "a brand of groceries": ("groceries", Filters(brands=("national_544",), price_low=0.5)),
    "morning": ("morning", Filters()),
    "electronics": ("morning", Filters(categories=("electronics",), price_high=500.0)),
    "telephones": ("morning", Filters(brands=("samsung", "apple"), price_low=100.0)),
    "views and carts": ("morning", Filters(types=("view", "cart"))),
}
"""Parts of the real logs; the last one has no purchases, so that views are counted for them."""


@pytest.fixture(scope="module", params=SELECTIONS)
def selection(request: pytest.FixtureRequest) -> tuple[Dataset, Filters]:
    name, filters = SELECTIONS[request.param]
    return request.getfixturevalue(name), filters


@pytest.fixture(scope="module")
def filters(selection: tuple[Dataset, Filters]) -> Filters:
    return selection[1]


@pytest.fixture
def statistics(selection: tuple[Dataset, Filters], tmp_path: Path) -> Statistics:
    return Statistics(selection[0], tmp_path)


@pytest.fixture(scope="module")
def events(selection: tuple[Dataset, Filters]) -> pd.DataFrame:
    """The events that the filters let through, chosen by pandas."""
    dataset, filters = selection
    with dataset.connect() as connection:
        frame = connection.execute("FROM events ORDER BY row").df()
    selected = pd.Series(True, index=frame.index)
    if filters.first and filters.last:
        days = frame["time"].dt.date
        selected &= (days >= filters.first) & (days <= filters.last)
    if filters.types:
        selected &= frame["type"].isin(filters.types)
    if filters.categories:
        prefixes = tuple(f"{name}." for name in filters.categories)
        category = frame["category"].fillna("")
        selected &= category.isin(filters.categories) | category.str.startswith(prefixes)
    if filters.brands:
        selected &= frame["brand"].isin(filters.brands)
    if filters.price_low is not None:
        selected &= frame["price"] >= filters.price_low
    if filters.price_high is not None:
        selected &= frame["price"] <= filters.price_high
    assert selected.any()
    return frame[selected]


@pytest.fixture(scope="module")
def purchases(events: pd.DataFrame) -> pd.DataFrame:
    """The events that charts of purchases count: views where there are no purchases."""
    kind = "purchase" if (events["type"] == "purchase").any() else "view"
    return events[events["type"] == kind]


@pytest.fixture(scope="module")
def histories(purchases: pd.DataFrame) -> list[History]:
    """Each buyer's purchases in order: time, product, category."""
    ordered = purchases.sort_values(["user", "time", "row"])
    histories: dict[str, History] = {}
    columns = (ordered[name].tolist() for name in ("user", "time", "product", "category"))
    for user, *purchase in zip(*columns, strict=True):
        histories.setdefault(user, []).append(tuple(purchase))
    return list(histories.values())


def as_counts(frame: pd.DataFrame, *columns: str) -> dict[object, int]:
    """Return a frame of counts as a dictionary from the values of the columns to the count."""
    keys = frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None)
    counts = frame[frame.columns.difference(columns)].iloc[:, 0]
    return {tuple(key): int(n) for key, n in zip(keys.to_numpy(), counts, strict=True) if n}


def test_events_by_day(statistics: Statistics, filters: Filters, events: pd.DataFrame) -> None:
    expected = Counter(zip(events["time"].dt.normalize(), events["type"], strict=True))
    assert as_counts(statistics.events_by_day(filters), "day", "type") == expected


def test_events_by_hour(statistics: Statistics, filters: Filters, events: pd.DataFrame) -> None:
    time = events["time"].dt
    expected = Counter(zip(time.weekday, time.hour, events["type"], strict=True))
    assert as_counts(statistics.events_by_hour(filters), "weekday", "hour", "type") == expected


def test_the_funnel_counts_users_with_every_step_so_far(
    statistics: Statistics, filters: Filters, events: pd.DataFrame
) -> None:
    steps = [kind for kind in ("view", "cart", "purchase") if kind in statistics.dataset.types]
    steps = [kind for kind in steps if not filters.types or kind in filters.types]
    did = events.groupby("user")["type"].agg(set)
    expected = [
        (kind, int((events["type"] == kind).sum()),
         sum(set(steps[: k + 1]) <= types for types in did))
        for k, kind in enumerate(steps)
    ]  # fmt: skip
    frame = statistics.funnel(filters)
    assert list(frame[["type", "events", "users"]].itertuples(index=False, name=None)) == expected


@pytest.mark.parametrize("column", ["category", "brand"])
def test_categories_and_brands(
    statistics: Statistics, filters: Filters, purchases: pd.DataFrame, column: str
) -> None:
    expected = purchases[column].value_counts(dropna=False)
    frame = statistics.categories(filters) if column == "category" else statistics.brands(filters)
    assert as_counts(frame, column) == {
        (None if pd.isna(name) else name,): n for name, n in expected.items()
    }
    assert frame["events"].is_monotonic_decreasing


def test_prices(statistics: Statistics, filters: Filters, purchases: pd.DataFrame) -> None:
    prices = purchases.loc[purchases["price"] > 0, "price"]
    frame = statistics.prices(filters)
    expected = Counter(math.floor(math.log10(price) * 10 + 1e-9) for price in prices)
    assert {round(math.log10(row.low) * 10): row.events for row in frame.itertuples()
            if row.events} == expected  # fmt: skip
    for name, share in {"lower": 0.25, "median": 0.5, "upper": 0.75}.items():
        if len(prices):
            assert set(frame[name]) == {prices.quantile(share, interpolation="inverted_cdf")}


def test_purchases_per_user(
    statistics: Statistics, filters: Filters, histories: list[History]
) -> None:
    expected = Counter((len(history),) for history in histories)
    assert as_counts(statistics.purchases_per_user(filters), "purchases") == expected


def test_days_between(statistics: Statistics, filters: Filters, histories: list[History]) -> None:
    expected = Counter(
        ((after[0] - before[0]).days,)
        for history in histories
        for before, after in pairwise(history)
    )
    assert as_counts(statistics.days_between(filters), "days") == expected


def test_repeats(statistics: Statistics, filters: Filters, histories: list[History]) -> None:
    expected: Counter[tuple[str]] = Counter()
    for history in histories:
        _times, products, categories = zip(*history, strict=True)
        for k in range(1, len(history)):
            if products[k] == products[k - 1]:
                kind = "same"
            elif products[k] in products[:k]:
                kind = "earlier"
            elif not pd.isna(categories[k]) and categories[k] in categories[:k]:
                kind = "category"
            else:
                kind = "new"
            expected[(kind,)] += 1
    assert as_counts(statistics.repeats(filters), "kind") == expected


def test_the_long_tail_is_the_lorenz_curve_of_purchases_over_products(
    statistics: Statistics, filters: Filters, purchases: pd.DataFrame
) -> None:
    sold = purchases["product"].value_counts().sort_values()
    frame = statistics.long_tail(filters)
    for point in frame.itertuples():
        first = sold.iloc[: round(point.products * len(sold))]
        assert point.events == pytest.approx(first.sum() / sold.sum())
    assert len(frame) <= 201


def test_transitions(statistics: Statistics, filters: Filters, histories: list[History]) -> None:
    expected: Counter[tuple[str | None, str | None]] = Counter()
    for history in histories:
        for before, after in pairwise(history):
            if not pd.isna(before[2]) and not pd.isna(after[2]):
                expected[before[2], after[2]] += 1
    assert as_counts(statistics.transitions(filters), "before", "after") == expected


def test_cohorts(statistics: Statistics, filters: Filters, histories: list[History]) -> None:
    expected: Counter[tuple[pd.Timestamp, int]] = Counter()
    for history in histories:
        months = [time.year * 12 + time.month for time, _product, _category in history]
        cohort = history[0][0].normalize().replace(day=1)
        for month in set(months):
            expected[cohort, month - months[0]] += 1
    assert as_counts(statistics.cohorts(filters), "cohort", "months") == expected


CHARTS = (
    *(Statistics.events_by_day, Statistics.events_by_hour, Statistics.categories),
    *(Statistics.brands, Statistics.prices, Statistics.purchases_per_user),
    *(Statistics.days_between, Statistics.repeats, Statistics.long_tail),
    *(Statistics.transitions, Statistics.cohorts),
)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.__name__)
def test_filters_that_no_event_passes_give_empty_frames(
    groceries: Dataset, tmp_path: Path, chart: Callable[[Statistics, Filters], pd.DataFrame]
) -> None:
    assert chart(Statistics(groceries, tmp_path), Filters(brands=("nobody's",))).empty


def test_filters_that_no_event_passes_give_a_funnel_of_zeros(
    morning: Dataset, tmp_path: Path
) -> None:
    frame = Statistics(morning, tmp_path).funnel(Filters(brands=("nobody's",)))
    assert list(frame["type"]) == ["view", "cart", "purchase"]
    assert not frame[["events", "users"]].any(axis=None)


@pytest.fixture(params=["groceries", "morning"])
def dataset(request: pytest.FixtureRequest) -> Dataset:
    dataset: Dataset = request.getfixturevalue(request.param)
    return dataset


def test_the_summary_equals_a_computation_in_pandas(dataset: Dataset) -> None:
    with dataset.connect() as connection:
        events = connection.execute("FROM events ORDER BY row").df()
    figures = summary(dataset)
    bought = events[events["type"] == "purchase"].sort_values(["user", "time", "row"])
    before = bought.groupby("user")["product"].shift()
    assert figures["events"] == len(events) == figures["rows_kept"]
    assert figures["purchases"] == len(bought)
    assert figures["users"] == events["user"].nunique()
    assert figures["products"] == events["product"].nunique()
    assert figures["missing_brand_share"] == pytest.approx(events["brand"].isna().mean())
    assert figures["missing_category_share"] == pytest.approx(events["category"].isna().mean())
    assert figures["repeat_share"] == pytest.approx(bought.duplicated(["user", "product"]).mean())
    assert figures["consecutive_repeat_share"] == pytest.approx(
        (before == bought["product"]).sum() / before.notna().sum()
    )


def test_the_catalogue_has_the_last_values_of_each_product(
    dataset: Dataset, tmp_path: Path
) -> None:
    with dataset.connect() as connection:
        events = connection.execute("FROM events ORDER BY time, row").df()
    last = events.groupby("product").nth(-1).set_index("product")
    ids = list(last.index[::7])
    frame = Statistics(dataset, tmp_path).catalogue([*ids, "unheard of"])
    assert list(frame["product"]) == [*ids, "unheard of"]
    for column in ("price", "brand", "category"):
        expected = last.loc[ids, column].astype(object)
        pd.testing.assert_series_equal(
            frame[column].iloc[:-1].astype(object), expected,
            check_index=False, check_names=False, check_dtype=False,
        )  # fmt: skip
    assert frame.iloc[-1][["price", "brand", "category"]].isna().all()


def test_tables_can_be_paged_searched_and_sorted(groceries: Dataset, tmp_path: Path) -> None:
    statistics = Statistics(groceries, tmp_path)
    first, total = statistics.products("", "purchases", True, 0, 10)
    second, _total = statistics.products("", "purchases", True, 10, 20)
    assert total == groceries.manifest.summary["products"]
    assert first["purchases"].min() >= second["purchases"].max()
    assert not set(first["product"]) & set(second["product"])
    cheap, some = statistics.products("SEAFOOD", "price", False, 0, 1000)
    assert some == len(cheap) < total
    assert cheap["category"].str.contains("seafood").all()
    assert cheap["price"].is_monotonic_increasing
    buyers, everybody = statistics.users("", None, False, 0, 5)
    assert everybody == groceries.manifest.summary["users"]
    assert buyers["purchases"].is_monotonic_decreasing


def test_an_unknown_column_cannot_be_sorted_by(groceries: Dataset, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Cannot sort"):
        Statistics(groceries, tmp_path).users("", "1; DROP TABLE users", False, 0, 5)


def test_a_cached_result_equals_the_computed_one(groceries: Dataset, tmp_path: Path) -> None:
    for ask in (Statistics.events_by_day, Statistics.brands, Statistics.cohorts):
        fresh = ask(Statistics(groceries, tmp_path), Filters())
        kept = ask(Statistics(groceries, tmp_path), Filters())
        pd.testing.assert_frame_equal(fresh, kept, check_dtype=False)
    assert any(tmp_path.rglob("cache.db"))


def test_a_brand_with_braces_is_matched_exactly(tmp_path: Path) -> None:
    rows = (("a", "x", "b{1}"), ("a", "y", "b{1}"), ("b", "x", "b{{1}}"), ("b", "y", "{where}"))
    log = tmp_path / "log.csv"
    log.write_text("user,product,brand\n" + "".join(f"{','.join(row)}\n" for row in rows))
    home = Home(tmp_path / "home")
    statistics = Statistics(ingest(Store(home), ImportRequest([log], "log")), home.cache)
    for brand, events in (("b{1}", 2), ("b{{1}}", 1), ("{where}", 1)):
        frame = statistics.brands(Filters(brands=(brand,)))
        assert list(frame.itertuples(index=False, name=None)) == [(brand, events)]


def test_the_cache_may_be_deleted_at_any_time(groceries: Dataset, tmp_path: Path) -> None:
    statistics = Statistics(groceries, tmp_path)
    before = statistics.events_by_day(Filters())
    shutil.rmtree(tmp_path / "statistics")
    for _again in range(2):
        pd.testing.assert_frame_equal(
            statistics.events_by_day(Filters()), before, check_dtype=False
        )


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a log of this size count as huge, so that two people in three are left out."""
    monkeypatch.setattr("data.exploration.user_sample.HUGE", 25_000)


def test_a_huge_log_is_estimated_from_a_sample_of_users(
    groceries: Dataset, tmp_path: Path, few: None
) -> None:
    statistics = Statistics(groceries, tmp_path)
    whole = groceries.manifest.summary
    assert statistics.one_in(Filters()) == 3
    people = statistics.purchases_per_user(Filters())
    assert 0.25 < people["users"].sum() / whole["buyers"] < 0.42
    mean = (people["purchases"] * people["users"]).sum() / people["users"].sum()
    assert mean == pytest.approx(whole["purchases"] / whole["buyers"], rel=0.1)
    pairs = statistics.repeats(Filters()).set_index("kind")["pairs"]
    assert pairs["same"] / pairs.sum() == pytest.approx(whole["consecutive_repeat_share"], rel=0.25)


def test_the_funnel_of_a_huge_log_is_scaled_up_to_all_users(
    morning: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters = Filters(price_high=500.0)
    exact = Statistics(morning, tmp_path / "exact").funnel(filters).set_index("type")
    monkeypatch.setattr("data.exploration.user_sample.HUGE", 6_000)
    statistics = Statistics(morning, tmp_path / "sampled")
    assert (statistics.funnel_one_in(filters), statistics.funnel_one_in(Filters())) == (3, 1)
    about = statistics.funnel(filters).set_index("type")
    assert about.loc["view", "users"] == pytest.approx(exact.loc["view", "users"], rel=0.15)
    assert set(about["events"] % 3) == {0}
