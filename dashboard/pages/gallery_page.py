"""The gallery: every shared component in every state."""

import time
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, callback, html

from dashboard import components as kit
from dashboard.components.badge import STATES
from dashboard.components.figure_card import render_error
from dashboard.figures import examples
from data.i18n import _

dash.register_page(__name__, path="/gallery", title="Vitrina")

FIGURES = {
    "gallery-lines": examples.training_lines,
    "gallery-bars": examples.funnel_bars,
    "gallery-heat": examples.week_heat,
    "gallery-areas": examples.category_areas,
    "gallery-lorenz": examples.concentration,
}


def layout(**_parameters: str) -> html.Div:
    """Return the page."""
    return html.Div(
        [
            _header(),
            _numbers(),
            kit.grid(
                kit.figure_card("gallery-lines", span=6),
                kit.figure_card("gallery-bars", span=6),
                kit.figure_card("gallery-heat", span=8, height=240),
                kit.figure_card("gallery-lorenz", span=4, height=240),
                kit.figure_card("gallery-areas", span=6, height=240),
                kit.figure_card("gallery-waiting", span=6, height=240),
                kit.figure_card("gallery-empty", span=6, height=200),
                kit.figure_card("gallery-error", span=6, height=200),
                _states(),
                _progress(),
                _form(),
                _buttons(),
                _messages(),
                _waiting(),
                _table(),
            ),
            _question(),
        ]
    )


@callback(
    *[Output(kit.chart_id(name), "data") for name in FIGURES],
    Output(kit.chart_id("gallery-empty"), "data"),
    Output(kit.chart_id("gallery-error"), "data"),
    Input("theme", "data"),
)
def show_figures(theme: str) -> tuple[Any, ...]:
    """Draw the figures in a theme."""
    empty = kit.render_empty(_("No purchases in this period."), _("Purchases per buyer"))
    error = render_error(_("The dataset oct could not be read. Import it again."), "5fa0c1")
    return (*(kit.render(draw(theme)) for draw in FIGURES.values()), empty, error)


@callback(
    Input("gallery-toast", "n_clicks"),
    prevent_initial_call=True,
)
def show_toast(_clicks: int) -> None:
    """Show a toast that disappears by itself."""
    kit.toast(_("The run demo-3 was deleted."))


def _header() -> html.Header:
    return kit.page_header(
        _("Gallery"),
        _("Every component of the interface in every state."),
        crumbs=[
            kit.Crumb(_("Data"), "/data"),
            kit.Crumb("demo", "/gallery", (("demo", "/gallery"), ("oct", "/gallery?oct"))),
            kit.Crumb(_("Gallery")),
        ],
        badge=kit.state_badge("running"),
        actions=[
            kit.menu(
                [
                    kit.menu_item(_("Rename"), "gallery-rename"),
                    kit.menu_item(_("Delete"), kit.confirm_opener("gallery"), danger=True),
                ]
            )
        ],
        primary=kit.button(_("Show a message"), "gallery-toast", kind="primary"),
    )


def _numbers() -> html.Dl:
    return kit.key_figures(
        kit.key_figure(
            _("Hit rate"),
            "31.4%",
            unit=_("of 10"),
            comparison=_("popularity: 12.9%"),
            tone="good",
            explanation=_("How often the next purchase is among the ten offered (HR@10)."),
            place="reference/evaluation#hr",
        ),
        kit.key_figure(_("Test loss"), "5.713", comparison=_("last run: 5.201"), tone="bad"),
        kit.key_figure(_("Events"), "67.5M", comparison=_("November 2019")),
        kit.key_figure(_("Median price"), "164.22", unit=_("per product")),
        kit.key_figure(_("Duration"), "4 min 7 s", comparison=_("12,400 targets/s")),
    )


def _states() -> html.Section:
    badges = html.Div([kit.state_badge(state) for state in STATES], className="actions")
    tabs = kit.tabs([(_("Charts"), "/gallery"), (_("Products"), "/gallery?products")], "/gallery")
    return kit.card([tabs, badges], title=_("States and views"), span=6)


def _progress() -> html.Section:
    return kit.card(
        kit.stack(
            kit.progress(
                0.34,
                label=_("Training"),
                left=247,
                detail=_("epoch {n} of {all}").format(n=3, all=10),
            ),
            kit.progress(None, label=_("Counting rows")),
        ),
        title=_("Progress"),
        span=6,
    )


def _form() -> html.Section:
    return kit.card(
        kit.stack(
            kit.field(
                _("Epochs"),
                dbc.Input(id="gallery-epochs", type="number", value=10),
                explanation=_("How many times the network sees all sequences."),
                place="reference/settings#epochs",
                hint=_("1 to 500"),
            ),
            kit.field(
                _("Learning rate"),
                dbc.Input(id="gallery-rate", type="number", value=7, invalid=True),
                error=_("7 is too large: choose a number from 0.000001 to 1."),
            ),
            kit.field(
                _("Network"),
                dbc.Select(
                    id="gallery-network",
                    options=[{"label": name, "value": name} for name in ("lstm", "gru")],
                    value="lstm",
                ),
            ),
            dbc.Checkbox(id="gallery-tied", label=_("Tie the embeddings"), value=True),
        ),
        title=_("Form"),
        span=6,
    )


def _buttons() -> html.Section:
    return kit.card(
        kit.stack(
            html.Div(
                [
                    kit.button(_("Compare"), icon="compare"),
                    kit.button(_("Stop"), kind="danger", icon="stop"),
                    kit.button(_("Clone"), kind="quiet"),
                    kit.button(_("Import"), disabled=True),
                ],
                className="actions",
            ),
            kit.upload("gallery"),
            html.P([_("Started"), " ", kit.moment(1_574_000_000.0)]),
            kit.stale_note(1_574_000_000.0),
            kit.sampled_note(_("Drawn from 100,000 of 67,501,979 events.")),
        ),
        title=_("Buttons, files and notes"),
        span=6,
    )


def _messages() -> html.Section:
    return kit.card(
        kit.stack(
            kit.error_state(
                _("The file oct.csv has no column for the time."),
                advice=_("Choose the column that holds the time, then import again."),
                incident="1c9a04",
                action=kit.button(_("Choose columns")),
            ),
            kit.toast_card(_("The run demo-3 was deleted."), lasting=True),
            kit.toast_card(
                _("The connection to the server is lost."), tone="bad", incident="77ab01"
            ),
        ),
        title=_("Errors and messages"),
        span=6,
    )


def _waiting() -> html.Section:
    return kit.card(
        kit.stack(
            kit.empty_state(
                _("No run yet. Train a first network on the demo shop."),
                kit.button(_("Train"), href="/train"),
            ),
            kit.loading_state(lines=3, height=80),
        ),
        title=_("Empty and loading"),
        span=6,
    )


def _table() -> html.Section:
    now = time.time()
    rows = [
        {"run": f"demo-{n}", "state": state, "loss": 5.7 - n / 9, "hits": 0.1 + n / 30, "time": now}
        for n, state in enumerate(STATES, start=1)
    ]
    columns = [
        kit.Column("run", _("Run"), "id", link="/gallery?run={run}", filterable=True),
        kit.Column("state", _("State"), "state"),
        kit.Column("loss", _("Validation loss"), "number", digits=3),
        kit.Column("hits", _("Hit rate"), "percent", digits=1),
        kit.Column("time", _("Created"), "time"),
    ]
    table = kit.data_table("gallery-table", columns, rows, label=_("Runs"), row_id="run")
    return kit.card(table, title=_("Table"), flush=True)


def _question() -> dbc.Modal:
    return kit.confirm(
        "gallery",
        _("Delete run {run}?").format(run="demo-3"),
        _("Its model, curves and log are removed and cannot be brought back."),
        _("Delete"),
    )
