"""No text that comes from a log or a person is markup in a chart."""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.components import render
from dashboard.figures import model_ranking, recommendation, search
from dashboard.figures.chart import Chart
from dashboard.figures.comparison import compare
from dashboard.figures.line_chart import Line, lines
from dashboard.figures.plain_text import mark, plain_text
from dashboard.figures.progress_axis import View
from dashboard.pages.datasets.charts import CHARTS
from dashboard.training_metrics import TrainingMetrics
from data.datasets.store import Store
from data.exploration.statistics import Filters, Statistics
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

LINK = '<a href="https://example.org">tea</a>'
BOLD = "<b>&lt;sub&gt;</b><br>"
MARK = mark("#123456")


def texts(value: Any) -> Iterator[str]:
    """Yield the texts of a figure that Plotly draws, without the templates written here."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"template", "hovertemplate", "texttemplate"}:
                yield from texts(inner)
    elif isinstance(value, list | tuple | np.ndarray):
        for inner in value:
            yield from texts(inner)


def drawn(chart: Chart) -> set[str]:
    """Return the texts of a chart as a reader sees them; fail where one of them is markup."""
    found = set()
    for text in texts(render(chart)["figure"]):
        plain = re.sub(r'^<span style="color:#[0-9a-f]{6}">●</span> ', "", text)
        assert "<" not in plain, text
        assert not re.search(r"&(?!(amp|lt|gt);)", plain), text
        found.add(html.unescape(plain))
    return found


@pytest.fixture(scope="module")
def statistics(tmp_path_factory: pytest.TempPathFactory) -> Statistics:
    """Statistics of a log whose event types, brands, categories and titles are markup."""
    folder: Path = tmp_path_factory.mktemp("markup")
    random, size = np.random.default_rng(1), 2_000
    log = pd.DataFrame(
        {
            "event_time": pd.Timestamp("2019-10-01")
            + pd.to_timedelta(random.integers(0, 100 * 24, size), unit="h"),
            "event_type": random.choice(["<i>view</i>", "cart", "purchase"], size),
            "user_id": random.integers(0, 80, size),
            "product_id": random.choice([LINK, BOLD, *map(str, range(50))], size),
            "category_code": random.choice([LINK.replace(".", "·"), f"shop.{BOLD}"], size),
            "brand": random.choice([LINK, BOLD, "M&S", "MARK" + MARK], size),
            "price": random.integers(1, 900, size),
            "title": LINK,
        }
    )
    log.to_csv(folder / "log.csv", index=False)
    home = Home(folder / "home")
    return Statistics(ingest(Store(home), ImportRequest([folder / "log.csv"], "shop")), home.cache)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_of_a_dataset_draws_names_as_they_are(name: str, statistics: Statistics) -> None:
    chart = CHARTS[name].draw(statistics, Filters(), "light")
    assert chart is not None
    names = drawn(chart)
    if name == "brands":
        assert {LINK, BOLD, "M&S"} <= names


def model(name: str) -> dict[str, Any]:
    metrics = {"ndcg@10": 0.05}
    segments = {"target": {part: {"targets": 3, **metrics} for part in ("repeat", "explore")}}
    interval = {"ndcg@10": [0.04, 0.06]}
    return {
        "name": name, "kind": "network", "metrics": metrics, "ci95": interval, "segments": segments
    }  # fmt: skip


RUNS = {
    name: TrainingMetrics([{"epoch": n, "loss": 5.0, "val_loss": 6.0 - n} for n in (1, 2)])
    for name in (LINK, BOLD)
}
DRAWINGS: dict[str, Callable[[], Chart]] = {
    "models": lambda: model_ranking.ranking_chart([model(LINK)], "ndcg@10", "light"),
    "segments": lambda: model_ranking.segment_chart([model(LINK)], "ndcg@10", "light"),
    "runs": lambda: compare(RUNS, "loss", View()),
    "categories": lambda: recommendation.expected_categories(
        [LINK, BOLD], np.array([0.5, 0.5]), [LINK], "light"
    ),
    "search": lambda: search.importance({"a": 0.7, "b": 0.3}, {"a": LINK, "b": BOLD}, "light"),
    "lines": lambda: Chart(
        lines([Line(LINK, [1, 2], [1.0, 2.0], "training")], "light"), "", "", pd.DataFrame()
    ),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_chart_of_a_model_or_run_draws_names_as_they_are(name: str) -> None:
    assert drawn(DRAWINGS[name]())


def test_the_mark_of_a_line_stays_markup_and_its_name_does_not() -> None:
    figure = lines([Line(LINK, [1, 2], [1.0, 2.0], "training")], "light")
    (label,) = (annotation["text"] for annotation in plain_text(figure)["layout"]["annotations"])
    assert label.startswith('<span style="color:#')
    assert label.endswith('●</span> &lt;a href="https://example.org"&gt;tea&lt;/a&gt;')


def test_a_figure_is_not_changed_by_its_plain_text() -> None:
    figure = lines([Line("a & b", [1, 2], [1.0, 2.0], "training")], "light")
    assert plain_text(figure) == plain_text(figure)
    assert figure.data[0].name == "a & b"
