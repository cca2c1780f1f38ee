"""One dataset: its key figures, and charts that filters act on."""

from functools import lru_cache
from typing import Any

import dash
from dash import Input, Output, State, callback, html

from dashboard import components as kit
from dashboard import formats
from dashboard.context import current_home
from dashboard.pages.datasets import filter_bar, filter_query
from dashboard.pages.datasets.charts import CHARTS
from dashboard.pages.datasets.head import head
from dashboard.services.datasets import library
from data.datasets.store import Dataset
from data.exploration.filters import Filters
from data.home import Home
from data.i18n import _, language

dash.register_page(
    __name__,
    path_template="/data/<dataset>",
    title=lambda dataset="", **_parts: f"{dataset} · Vitrina",
)


def layout(dataset: str = "", **given: str) -> html.Div:
    """Show the frame at once; each chart fills itself."""
    opened = library.open_dataset(current_home(), dataset)
    cards = [
        kit.figure_card(_card(name), span=chart.span, height=chart.height)
        for name, chart in CHARTS.items()
    ]
    return html.Div(
        [*head(opened), _key_figures(opened), filter_bar.layout(opened, given), kit.grid(*cards)]
    )


def _card(name: str) -> str:
    return f"dataset-{name}"


def _key_figures(dataset: Dataset) -> html.Dl:
    """Return the five numbers that say what kind of log this is."""
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
                "Share of purchases of a product that the same buyer had bought before. What "
                "repeats can be predicted without a network: compare every model with it."
            ),
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
def _drawn(
    place: tuple[Home, str, str], name: str, filters: Filters, theme: str, _language: str
) -> dict[str, Any]:
    """Return what fills a card; drawing takes longer than looking up what was counted."""
    home, dataset, _version = place
    entry = CHARTS[name]
    chart = entry.draw(library.statistics(home, dataset), filters, theme)
    return kit.render(chart) if chart else kit.render_empty(_(entry.empty), _(entry.title))


def _fill(name: str) -> None:
    """Let one chart follow the theme and the filters, apart from every other."""

    @callback(
        Output(kit.chart_id(_card(name)), "data"),
        Input("theme", "data"),
        Input(filter_bar.FILTERS, "data"),
        State(filter_bar.DATASET, "data"),
    )
    def show(theme: str, filters: dict[str, Any], dataset: str) -> dict[str, Any]:
        home = current_home()
        version = library.open_dataset(home, dataset).fingerprint
        chosen = filter_query.read(filters["given"])
        return _drawn((home, dataset, version), name, chosen, theme, language())


for _name in CHARTS:
    _fill(_name)
filter_bar.register()
