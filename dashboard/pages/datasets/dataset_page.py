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
from dashboard.services.datasets import library
from data.datasets.store import Dataset
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
    cards = [
        kit.figure_card(_card(name), span=chart.span, height=chart.height)
        for name, chart in CHARTS.items()
    ]
    return html.Div(
        [
            *head(source),
            _key_figures(source),
            *_without_purchases(source),
            filter_bar.layout(source, parameters),
            kit.grid(*cards, *attribute_cards.layout(source)),
        ]
    )


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


def _key_figures(dataset: Dataset) -> html.Dl:
    """Return the key figures of a dataset."""
    summary = dataset.manifest.summary
    events, purchases, buyers = (summary[key] for key in ("events", "purchases", "buyers"))
    return kit.key_figures(
        kit.key_figure(
            _("Purchases"),
            formats.number(purchases),
            comparison=_("{share} of {events} events").format(
                share=formats.percent(purchases / events if events else None),
                events=formats.number(events),
            ),
        ),
        kit.key_figure(
            _("Buyers"),
            formats.number(buyers),
            comparison=_("of {users} people; {mean} purchases each").format(
                users=formats.number(summary["users"]),
                mean=formats.number(purchases / buyers if buyers else None, 2),
            ),
        ),
        kit.key_figure(
            _("Products bought"),
            formats.number(summary["products_sold"]),
            comparison=_("of {products} in the log").format(
                products=formats.number(summary["products"])
            ),
        ),
        kit.key_figure(
            _("Bought again"),
            formats.percent(summary["repeat_share"]),
            comparison=_("{share} of next purchases repeat the last one").format(
                share=formats.percent(summary["consecutive_repeat_share"])
            ),
            explanation=_(
                "Share of purchases of a product that the same buyer had bought before. Such "
                "purchases are predicted by a repeat baseline: compare every model with it."
            ),
            place="data-pages#charts",
        ),
        kit.key_figure(
            _("Rejected rows"),
            formats.number(summary["rows_rejected"]),
            comparison=_("of {rows} read; {share} of purchases have no category").format(
                rows=formats.number(summary["rows_read"]),
                share=formats.percent(summary["purchases_missing_category_share"]),
            ),
        ),
    )


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
    def show(theme: str, filters: dict[str, Any], dataset: str) -> dict[str, Any]:
        home = current_home()
        source = library.open_dataset(home, dataset)
        if CHARTS[name].timed and source.manifest.time_from_order:
            return kit.render_empty(_(NO_TIMES), _(CHARTS[name].title))
        query = filter_query.read(filters["given"], table_attributes(source))
        return _render((home, dataset, source.fingerprint), name, query, theme, language())


for _name in CHARTS:
    _register(_name)
attribute_cards.register()
filter_bar.register()
