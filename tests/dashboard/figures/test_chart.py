"""A chart and the figure card that shows it."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.components import render, render_empty
from dashboard.figures import examples
from dashboard.figures.chart import Chart
from dashboard.figures.template import figure, percentages
from dashboard.theme import THEMES, colour
from data.i18n import use_language


def test_a_table_twin_holds_only_what_json_knows() -> None:
    table = pd.DataFrame(
        {
            "Day": pd.to_datetime(["2019-11-17", None]),
            "Events": np.array([3, 5], dtype=np.int64),
            "Share": [0.25, np.nan],
            "Brand": ["=cmd()", None],
        }
    )
    chart = Chart(figure("light"), "A finding", "A unit", table)
    assert chart.rows() == [["2019-11-17", 3, 0.25, "=cmd()"], [None, 5, None, None]]
    assert [column["numeric"] for column in chart.columns()] == [False, True, True, False]


def test_columns_of_a_table_may_have_the_same_name() -> None:
    table = pd.DataFrame([["cases", 1, 0.5]], columns=["After", "cases", "cases"])
    chart = Chart(figure("light"), "A finding", "A unit", table)
    assert [column["numeric"] for column in chart.columns()] == [False, True, True]
    assert chart.rows() == [["cases", 1, 0.5]]


def test_a_figure_card_says_what_a_screen_reader_cannot_see() -> None:
    chart = Chart(figure("light"), "A finding", "Events by day", pd.DataFrame())
    assert render(chart)["summary"] == "A finding. Events by day"


def test_an_empty_figure_card_says_so_in_a_sentence() -> None:
    empty = render_empty("No purchases in this period.", "Prices")
    assert empty == {"empty": "No purchases in this period.", "title": "Prices"}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "draw",
    [
        examples.training_lines,
        examples.funnel_bars,
        examples.week_heat,
        examples.category_areas,
        examples.concentration,
    ],
)
def test_every_shape_follows_the_theme_and_has_a_twin(draw: object, theme: str) -> None:
    chart = draw(theme)  # type: ignore[operator]
    assert chart.figure.layout.template.layout.paper_bgcolor == colour("surface", theme)
    assert not chart.finding.endswith(".")
    assert len(chart.rows()) > 0


def test_bars_start_at_zero() -> None:
    chart = examples.funnel_bars("light")
    assert chart.figure.layout.xaxis.rangemode == "tozero"


def test_percentages_of_axes_and_hovers_are_written_as_the_language_writes_them() -> None:
    assert percentages("%{x}: %{y:.1%}") == "%{x}: %{y:.1%}"
    use_language("es")
    assert percentages("%{x}: %{y:.1%}") == "%{x}: %{y:$.1%}"
    assert percentages(".2~%") == "$.2~%"
    assert percentages(percentages(".0%")) == "$.0%"


def test_no_figure_writes_percentages_in_another_way() -> None:
    folder = Path(examples.__file__).parent
    lines = [
        f"{file.name}: {line.strip()}"
        for file in sorted(folder.glob("*.py"))
        if file.name != "template.py"
        for line in file.read_text("utf-8").splitlines()
        if re.search(r"\.\d~?%", line) and "percentages(" not in line
    ]
    assert lines == []
