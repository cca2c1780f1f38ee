"""The page of a dataset: key figures, filters and charts."""

from functools import lru_cache
from typing import Any

import dash
from dash import Input, Output, State, callback, html

from dashboard import components as kit
from dashboard import formats
from dashboard.context import current_home
from dashboard.pages.datasets import attribute_cards, filter_bar, filter_query
from dashboard.pages.datasets.charts import CHARTS, NO_TIMES
from dashboard.pages.datasets.head import head
from dashboard.pages.datasets.key_figures import dataset_key_figures
from dashboard.services.datasets import library
from data.datasets.dataset import Dataset
from data.errors import Damaged
from data.exploration.attributes import table_attributes
from data.exploration.filters import Filters
from data.home import Home
from data.i18n import _, language

dash.register_page(
    __name__,
    path_template="/data/<dataset>",
    title=lambda dataset="", **_parts: f"{dataset} · Vitrina",
)


def layout(dataset: str = "", **parameters: str) -> html.Div:
    """Return the page; a callback per chart fills the cards."""
    source = library.open_dataset(current_home(), dataset)
    attributes = attribute_cards.layout(source)
    return html.Div(
        [
            *head(source),
            dataset_key_figures(source),
            *_without_purchases(source),
            filter_bar.layout(source, parameters),
            kit.stack(*_rows(), kit.grid(*attributes) if attributes else None),
        ]
    )


def _rows() -> list[html.Div]:
    """Return rows of twelve columns: where a card is empty, the other one of its row fills it."""
    rows: list[list[html.Figure]] = []
    room = 0
    for name, chart in CHARTS.items():
        if chart.span > room:
            rows.append([])
            room = 12
        rows[-1].append(kit.figure_card(_card(name), span=chart.span, height=chart.height))
        room -= chart.span
    return [kit.grid(*row) for row in rows]


def _card(name: str) -> str:
    return f"dataset-{name}"


def _without_purchases(dataset: Dataset) -> list[html.P]:
    """Return a note where the log has no purchases, with the event types that it has."""
    summary = dataset.manifest.summary
    if summary["purchases"]:
        return []
    sentence = _(
        "This log has no purchases; it has {counts}. Charts count the most frequent type, and a "
        "network learns to predict that unless others are chosen for its training."
    )
    counts = formats.event_types(summary["events_by_type"])
    return [html.P(sentence.format(counts=counts), className="import-warning", role="status")]


@lru_cache(maxsize=256)
def _render(
    key: tuple[Home, str, str], name: str, filters: Filters, theme: str, _language: str
) -> dict[str, Any]:
    """Return the data of a card, cached because drawing takes longer than the cached query."""
    home, dataset, _fingerprint = key
    entry = CHARTS[name]
    chart = entry.draw(library.statistics(home, dataset), filters, theme)
    return kit.render(chart) if chart else kit.render_empty(_(entry.empty), _(entry.title))


def _register(name: str) -> None:
    """Register the callback of a chart, so that each card is filled independently."""

    @callback(
        Output(kit.chart_id(_card(name)), "data"),
        Input("theme", "data"),
        Input(filter_bar.FILTERS, "data"),
        State(filter_bar.DATASET, "data"),
    )
    def show(theme: str, filters: filter_bar.FilterState, dataset: str) -> dict[str, Any]:
        home = current_home()
        source = library.open_dataset(home, dataset)
        if CHARTS[name].timed and source.manifest.time_from_order:
            return kit.render_empty(_(NO_TIMES), _(CHARTS[name].title))
        query = filter_query.read(filters["given"], table_attributes(source))
        try:
            return _render((home, dataset, source.fingerprint), name, query, theme, language())
        except Damaged as error:  # a line with the title: every chart may say the same
            return kit.render_empty(str(error), _(CHARTS[name].title))


for _name in CHARTS:
    _register(_name)
attribute_cards.register()
filter_bar.register()
