"""The registry of the charts of a dataset."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from dashboard.pages.datasets.charts import CHARTS, DatasetChart
from data.datasets.store import Store
from data.exploration.statistics import Filters, Statistics
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest


@pytest.fixture(scope="module")
def statistics(tmp_path_factory: pytest.TempPathFactory) -> Statistics:
    """Statistics of a random log of a hundred days."""
    folder: Path = tmp_path_factory.mktemp("charts")
    random, size = np.random.default_rng(1), 3_000
    category = random.integers(0, 20, size)
    log = pd.DataFrame(
        {
            "event_time": pd.Timestamp("2019-10-01")
            + pd.to_timedelta(random.integers(0, 100 * 24, size), unit="h"),
            "event_type": random.choice(["view", "cart", "purchase"], size),
            "user_id": random.integers(0, 80, size),
            "product_id": random.integers(0, 200, size),
            "category_code": [f"shop.aisle{number}" for number in category],
            "brand": [f"brand{number}" for number in random.integers(0, 30, size)],
            "price": random.integers(1, 900, size),
        }
    )
    log.to_csv(folder / "log.csv", index=False)
    home = Home(folder / "home")
    request = ImportRequest([folder / "log.csv"], "shop")
    return Statistics(ingest(Store(home), request), home.cache)


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_draws_a_log(name: str, statistics: Statistics) -> None:
    chart = CHARTS[name].draw(statistics, Filters(), "light")
    assert chart is not None
    assert chart.figure.data
    assert chart.finding
    assert len(chart.table)


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_empty_where_no_event_matches(name: str, statistics: Statistics) -> None:
    assert CHARTS[name].draw(statistics, Filters(brands=("nobody's",)), "dark") is None


@pytest.mark.parametrize("name", CHARTS)
def test_the_first_and_last_day_of_the_calendar_leave_all_events(
    name: str, statistics: Statistics
) -> None:
    ever = Filters(first=date.min, last=date.max)
    chart = CHARTS[name].draw(statistics, ever, "light")
    assert chart is not None
    assert CHARTS[name].draw(statistics, Filters(last=date.min), "light") is None


def test_days_are_drawn_by_the_hour_where_the_filters_leave_one(statistics: Statistics) -> None:
    day = statistics.events_by_day(Filters())["day"].iloc[0].date()
    chart = CHARTS["days"].draw(statistics, Filters(first=day, last=day), "light")
    assert chart is not None
    assert chart.table["Hour"].tolist() == [f"{hour:02d}:00" for hour in range(24)]


@pytest.mark.parametrize("name", [name for name, chart in CHARTS.items() if chart.sampled])
def test_a_chart_of_a_sample_of_users_says_so(
    name: str, statistics: Statistics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.exploration.user_sample.HUGE", 400)
    filters = Filters(price_low=0.0)  # an unfiltered funnel is exact, from the table of users
    chart = CHARTS[name].draw(statistics, filters, "light")
    assert chart is not None
    one_in = getattr(statistics, CHARTS[name].sampled)(filters)
    assert chart.note.endswith(f"Estimated from a random sample: one user in {one_in}.")
    assert one_in > 1


@pytest.fixture
def weekdays() -> Iterator[DatasetChart]:
    """A chart whose module holds both its query and its figure."""
    module = ModuleType("weekdays")

    def query(statistics: Statistics, filters: Filters) -> pd.DataFrame:
        return statistics.query_counted(
            filters,
            "SELECT dayname(time) AS day, count(*) AS events FROM {source} WHERE {where} "
            "GROUP BY day ORDER BY events DESC",
        )

    def draw(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
        if frame.empty:
            return None
        figure = shapes.bars(frame["day"].tolist(), frame["events"].tolist(), theme)
        return Chart(figure, f"Most {kind} events on {frame['day'].iloc[0]}", "", frame)

    vars(module).update(query=query, draw=draw)
    sys.modules["weekdays"] = module
    yield DatasetChart("Weekdays", "weekdays:query", "weekdays:draw", "No events.")
    del sys.modules["weekdays"]


def test_a_chart_may_bring_its_own_query(statistics: Statistics, weekdays: DatasetChart) -> None:
    chart = weekdays.draw(statistics, Filters(), "light")
    assert chart is not None
    assert chart.finding.startswith("Most purchase events on ")
    assert chart.table["events"].sum() == statistics.dataset.manifest.summary["purchases"]
    assert weekdays.draw(statistics, Filters(brands=("nobody's",)), "light") is None
