"""Figure cards: a chart with its finding as the title, the same data as a table, and downloads.

A page lays out ``figure_card("days")`` and fills it from one callback, whose only output is
``Output(chart_id("days"), "data")`` and which returns ``render(chart)``. The callbacks that draw
the chart, switch to the table and download are registered here once for all figure cards.
"""

from collections.abc import Sequence
from typing import Any

import dash
from dash import MATCH, ClientsideFunction, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboard.components.aria import aria
from dashboard.components.field import dom_id
from dashboard.components.icon import icon
from dashboard.figures.chart import Chart
from dashboard.figures.plain_text import plain_text
from data.exploration.csv_export import csv_text
from data.i18n import _, language

HEIGHT = 320  # pixels
_CHART, _GRAPH, _DOWNLOAD = "chart", "chart-graph", "chart-download"


def chart_id(name: str | Any) -> dict[str, Any]:
    """Return the id of the store whose ``data`` a callback sets to ``render(chart)``."""
    return {"type": _CHART, "id": name}


def figure_card(
    name: str,
    *,
    span: int = 6,
    height: int = HEIGHT,
    actions: Sequence[Component] = (),
    data: dict[str, Any] | None = None,
) -> html.Figure:
    """Return a figure card, empty but of its final size.

    Parameters
    ----------
    name : str
        Name of the figure in ids and in the names of downloaded files.
    span : int
        Number of columns, of twelve, on a wide screen.
    height : int
        Height of the chart in pixels.
    actions : sequence of Component
        Controls of the figure, such as a choice of smoothing.
    data : dict, optional
        Result of ``render`` if the chart is known when the page is laid out.
    """
    graph = dcc.Graph(
        id=_part(_GRAPH, name),
        figure={},
        config={
            "displayModeBar": False,
            "responsive": True,
            "locale": language(),
            "doubleClick": "reset+autosize",
        },
        style={"height": f"{height}px"},
    )
    finding = _part("chart-finding", name)
    return html.Figure(
        [
            dcc.Store(id=chart_id(name), data=data),
            dcc.Download(id=_part(_DOWNLOAD, name)),
            html.Div(
                [
                    html.Div(
                        [
                            html.H2("\u00a0", id=finding, className="card-title"),
                            html.P(
                                "\u00a0", id=_part("chart-subtitle", name), className="subtitle"
                            ),
                        ]
                    ),
                    html.Div([*actions, *_tools(name)], className="card-actions"),
                ],
                className="card-head",
            ),
            html.Div(
                [
                    html.Div(graph, id=_part("chart-picture", name), role="img"),
                    html.Div(
                        id=_part("chart-table", name),
                        className="twin",
                        hidden=True,
                        tabIndex="0",
                        role="region",
                        **aria(label=_("Table")),
                    ),
                    html.Div(id=_part("chart-message", name)),
                ],
                className="figure-body",
                style={"minHeight": f"{height}px"},
            ),
            html.P(id=_part("chart-note", name), className="note"),
        ],
        id=_part("chart-card", name),
        className=f"panel figure-card is-waiting span-{span}",
        **aria(labelledby=dom_id(finding)),
    )


def render(chart: Chart) -> dict[str, Any]:
    """Return the data of a figure card that shows a chart."""
    return {
        "finding": chart.finding,
        "subtitle": chart.subtitle,
        "summary": chart.summary or f"{chart.finding}. {chart.subtitle}",
        "note": chart.note,
        "figure": plain_text(chart.figure),
        "columns": chart.columns(),
        "rows": chart.rows(),
    }


def render_empty(sentence: str, title: str) -> dict[str, Any]:
    """Return the data of a figure card without a chart: a title, and one sentence beside it."""
    return {"empty": sentence, "title": title}


def render_error(sentence: str, incident: str, title: str = "") -> dict[str, Any]:
    """Return the data of a figure card whose chart failed, with the id of the log entry."""
    reference = _("Id in the log: {incident}").format(incident=incident)
    return {"error": sentence, "reference": reference, "title": title}


def register(app: dash.Dash) -> None:
    """Register the callbacks of all figure cards."""
    app.clientside_callback(
        ClientsideFunction("vitrina", "show_chart"),
        Output(_part("chart-finding", MATCH), "children"),
        Output(_part("chart-subtitle", MATCH), "children"),
        Output(_part("chart-note", MATCH), "children"),
        Output(_part("chart-message", MATCH), "children"),
        Output(_part(_GRAPH, MATCH), "figure"),
        Output(_part("chart-picture", MATCH), "aria-label"),
        Output(_part("chart-card", MATCH), "className"),
        Input(chart_id(MATCH), "data"),
        State(_part("chart-card", MATCH), "className"),
    )
    app.clientside_callback(
        ClientsideFunction("vitrina", "show_table"),
        Output(_part("chart-table", MATCH), "children"),
        Output(_part("chart-table", MATCH), "hidden"),
        Output(_part("chart-picture", MATCH), "hidden"),
        Output(_part("chart-twin", MATCH), "aria-pressed"),
        Input(_part("chart-twin", MATCH), "n_clicks"),
        Input(chart_id(MATCH), "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("vitrina", "save_picture"),
        Output(_part("chart-png", MATCH), "title"),
        Input(_part("chart-png", MATCH), "n_clicks"),
        State(_part(_GRAPH, MATCH), "id"),
        State(_part("chart-png", MATCH), "title"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(_part(_DOWNLOAD, MATCH), "data"),
        Input(_part("chart-csv", MATCH), "n_clicks"),
        State(chart_id(MATCH), "data"),
        prevent_initial_call=True,
    )
    def save_table(_clicks: int, card: dict[str, Any] | None) -> Any:
        if not card or "rows" not in card:
            return dash.no_update
        header = [column["name"] for column in card["columns"]]
        return {
            "content": csv_text(header, card["rows"]),
            "filename": f"{dash.ctx.triggered_id['id']}.csv",
            "type": "text/csv",
        }


def _part(part: str, name: Any) -> dict[str, Any]:
    return {"type": part, "id": name}


def _tools(name: str) -> list[Component]:
    table, csv, png = _("Show as a table"), _("Download as CSV"), _("Download as PNG")
    return [
        html.Button(
            icon(picture),
            id=_part(part, name),
            type="button",
            className="quiet-button",
            title=label,
            **aria(label=label, **extra),
        )
        for part, picture, label, extra in (
            ("chart-twin", "table", table, {"pressed": "false"}),
            ("chart-csv", "download", csv, {}),
            ("chart-png", "image", png, {}),
        )
    ]
