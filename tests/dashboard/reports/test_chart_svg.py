"""Charts as SVG: their parts are where their numbers put them, and their texts are never markup."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.figures import buyers, categories, events, prices, shapes
from dashboard.figures.chart import Chart
from dashboard.figures.drift import weekly_accuracy
from dashboard.figures.line_chart import Line
from dashboard.reports.chart_svg import WIDTH, chart_svg
from tests.dashboard.drift_results import drift

HEIGHT = 300.0


def picture(chart: Chart | None) -> ET.Element:
    """Return a chart as a tree of elements; text that were markup would not parse."""
    assert chart is not None
    return ET.fromstring(chart_svg(chart, "light", HEIGHT))


def chart(figure: go.Figure) -> Chart:
    return Chart(figure, "Finding", "Subtitle", pd.DataFrame())


def widths(tree: ET.Element) -> list[float]:
    return [float(bar.attrib["width"]) for bar in tree.iter("rect")]


def words(tree: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in tree.iter("text")]


def test_bars_are_as_long_as_their_numbers() -> None:
    tree = picture(chart(shapes.bars(["a", "b"], [4, 1], "light", texts=["80%", "20%"])))
    long, short = widths(tree)
    assert long == pytest.approx(4 * short, rel=0.01)
    assert {"a", "b", "80%", "20%"} <= set(words(tree))


def test_a_gap_interrupts_a_line() -> None:
    line = Line("loss", [1, 2, 3, 4], [2.0, None, 1.0, 0.5], "training")
    (drawn,) = picture(chart(shapes.lines([line], "light"))).iter("path")
    assert drawn.attrib["d"].count("M") == 2
    assert drawn.attrib["d"].count("L") == 1


def test_names_are_never_markup() -> None:
    tree = picture(chart(shapes.bars(["<script>alert(1)</script>", "a & b"], [1, 2], "light")))
    assert {"<script>alert(1)</script>", "a & b"} <= set(words(tree))
    assert not list(tree.iter("script"))


def test_the_areas_of_a_treemap_are_as_large_as_their_numbers() -> None:
    frame = pd.DataFrame({"category": ["tea", "cups", None], "events": [6, 3, 1]})
    tree = picture(categories.categories(frame, "light", "purchase"))
    sizes = [
        float(area.attrib["width"]) * float(area.attrib["height"]) for area in tree.iter("rect")
    ]
    assert [size / sum(sizes) for size in sizes] == pytest.approx([0.6, 0.3, 0.1], abs=0.005)
    assert sum(sizes) == pytest.approx(WIDTH * 300, rel=0.01)


def test_a_heat_map_has_a_cell_for_each_number() -> None:
    tree = picture(chart(shapes.heat_map([1, 2], ["Mon", "Tue"], [[1, 2], [3, None]], "light")))
    scale = 24
    assert len(list(tree.iter("rect"))) == 3 + scale
    assert {"1", "2", "Mon", "Tue"} <= set(words(tree))


def test_days_have_a_panel_for_each_type_and_a_time_axis() -> None:
    first = date(2019, 11, 1)
    rows = [
        (first + timedelta(days=day), kind, 10 * day + 1)
        for day in range(30)
        for kind in ("view", "purchase")
    ]
    tree = picture(events.days(pd.DataFrame(rows, columns=["day", "type", "events"]), "light"))
    assert len(list(tree.iter("path"))) == 2
    assert {"● Views", "● Purchases", "Nov 14"} <= set(words(tree))


def test_intervals_are_drawn_and_lie_within_the_picture() -> None:
    tree = picture(weekly_accuracy(drift(-0.06, -0.02), "It holds", "light"))
    upright = re.compile(r"M([\d.]+) ([\d.]+)L\1 ([\d.]+)")
    intervals = [bar for line in tree.iter("path") if (bar := upright.fullmatch(line.attrib["d"]))]
    assert len(intervals) == 2 * len(drift(-0.06, -0.02)["weeks"])
    assert all(0 < float(bar[end]) < HEIGHT for bar in intervals for end in (2, 3))


def test_a_logarithmic_axis_has_decades() -> None:
    low = [2.0**power for power in range(11)]
    frame = pd.DataFrame({"low": low, "high": [2 * price for price in low], "events": 5})
    frame = frame.assign(lower=8.0, median=32.0, upper=128.0)
    assert {"1", "10", "100", "1000"} <= set(words(picture(prices.prices(frame, "light", "view"))))


def test_what_it_cannot_draw_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        picture(chart(go.Figure(go.Box(y=[1, 2]))))


@pytest.mark.parametrize("draw", [buyers.purchases, buyers.gaps])
def test_vertical_bars_have_their_texts_within_the_picture(draw: Callable[..., Chart]) -> None:
    column, count = ("purchases", "users") if draw is buyers.purchases else ("days", "pairs")
    tree = picture(draw(pd.DataFrame({column: [1, 2, 3], count: [90, 9, 1]}), "light", "purchase"))
    assert all(0 < float(text.attrib["y"]) < HEIGHT for text in tree.iter("text"))
