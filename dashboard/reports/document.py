"""The HTML file of a report: it holds its style sheet and its charts, and no script."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from dash import html
from dash.development.base_component import Component
from markupsafe import Markup

from dashboard import formats
from dashboard.components import card
from dashboard.components.aria import aria
from dashboard.figures.chart import Chart
from dashboard.reports.chart_svg import chart_svg
from dashboard.reports.static_html import KEEP, static_html
from dashboard.theme import COLOURS, FONT, MONOSPACE, SIZES, THEMES, colour
from dashboard.web.assets import ASSETS
from data.i18n import _, language

HEIGHT = 300
"""Height in pixels of a chart whose figure has none."""
MOST_ROWS = 40
"""Rows of the table of a chart at most."""
_STYLES = (ASSETS / "base.css", ASSETS / "components.css", Path(__file__).with_name("report.css"))

_PAGE = Markup("""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title} · Vitrina</title>
<style>
{style}
</style>
</head>
<body>
<main class="report">
{body}
</main>
</body>
</html>
""")


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes
    ----------
    title, purpose : str
    sections : sequence of Component
        In the order of interest; None is left out.
    """

    title: str
    purpose: str
    sections: Sequence[Component | None]

    def as_html(self) -> str:
        """Return the file."""
        head = html.Header([html.H1(self.title), html.P(self.purpose, className="purpose")])
        body = [head, *self.sections, html.Footer(html.P(_written(), className="note"))]
        return str(
            _PAGE.format(
                language=language(),
                title=self.title,
                style=Markup(_style()),
                body=static_html(body),
            )
        )


def figure(draw: Callable[[str], Chart | None], height: float = HEIGHT) -> html.Figure | None:
    """Return a chart with its finding, in the colours of both themes, and its data as a table.

    Parameters
    ----------
    draw : callable
        From a theme to the chart; None where there is nothing to draw.
    height : float
        In pixels, where the figure itself has none.
    """
    charts = {theme: chart for theme in THEMES if (chart := draw(theme)) is not None}
    if not charts:
        return None
    chart = charts["light"]
    return html.Figure(
        [
            html.H2(chart.finding, className="card-title"),
            html.P(chart.subtitle, className="subtitle"),
            *(
                html.Div(
                    chart_svg(chart_of_theme, theme, height),
                    className=f"chart is-{theme}",
                    tabIndex="0",
                    role="group",
                    **aria(label=_("Chart")),
                )
                for theme, chart_of_theme in charts.items()
            ),
            *([html.P(chart.note, className="note")] if chart.note else []),
            _table_of(chart),
        ],
        className="panel report-figure",
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> html.Div:
    """Return a table whose first column names the rows."""
    lines: list[Component] = []
    for name, *others in rows:
        cells: list[Component] = [html.Td(cell, className="is-number") for cell in others]
        lines.append(html.Tr([html.Th(name, scope="row"), *cells]))
    names: list[Component] = [html.Th(head[0], scope="col")]
    names += [html.Th(name, scope="col", className="is-number") for name in head[1:]]
    body = html.Table([html.Thead(html.Tr(names)), html.Tbody(lines)], className="plain-table")
    return html.Div(body, className="table-scroll", tabIndex="0")


def facts(title: str, entries: Iterable[tuple[str, str]], subtitle: str = "") -> html.Section:
    """Return a card with a label and a value a line."""
    lines = [
        html.Div([html.Dt(label), html.Dd(value)], className="fact") for label, value in entries
    ]
    return card(html.Dl(lines, className="facts"), title=title, subtitle=subtitle)


def moment(value: float | datetime | None) -> str:
    """Return a time in UTC, since a report is read anywhere."""
    return formats.MISSING if value is None else formats.utc(value)


def _written() -> str:
    words = _("Written by Vitrina {version} on {time}.")
    return words.format(
        version=version("vitrina"), time=moment(datetime.fromtimestamp(time.time(), UTC))
    )


def _table_of(chart: Chart) -> html.Details:
    columns, rows = chart.columns(), chart.rows()
    shown = [
        [_cell(value, column["numeric"]) for value, column in zip(row, columns, strict=True)]
        for row in rows[:MOST_ROWS]
    ]
    words = _("Table")
    if len(rows) > MOST_ROWS:
        words = _("Table, the first {n} of {all} rows").format(
            n=MOST_ROWS, all=formats.number(len(rows))
        )
    return html.Details(
        [html.Summary(words), table([column["name"] for column in columns], shown)],
        className=KEEP,
    )


def _cell(value: object, numeric: bool) -> str:
    if value is None:
        return formats.MISSING
    if numeric and isinstance(value, float) and not value.is_integer():
        return formats.number(value, 4)
    return str(value)


def _style() -> str:
    """Return the style sheet: tokens of both themes, and the sheets of the pages."""
    shared = {"font": FONT, "font-mono": MONOSPACE, **SIZES}
    light, dark = ({name: colour(name, theme) for name in COLOURS} for theme in THEMES)
    return "\n".join(
        [
            f":root {{ color-scheme: light dark; {_variables(shared | light)} }}",
            "@media screen and (prefers-color-scheme: dark) {",
            f"  :root {{ {_variables(dark)} }}",
            "}",
            *(file.read_text(encoding="utf-8") for file in _STYLES),
        ]
    )


def _variables(values: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in values.items())
