"""The card with the map of products, and the computation of the map of neighbours."""

import math
from typing import Any

from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import button, card, progress
from dashboard.components.aria import aria
from dashboard.context import current_home
from dashboard.pages.recommend.fragments import percent
from dashboard.services.recommendations.product_map import (
    COMPONENTS,
    NEIGHBOURS,
    ProductMap,
    failed_map,
    has_neighbour_map,
    map_job,
    product_map,
    start_neighbour_map,
)
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from data.errors import VitrinaError
from data.i18n import _, ngettext

CARD = "space-card"
RUN, CHOSEN = "space-run", "space-chosen"
MAP, POINTS = "space-map", "space-points"
METHODS, OTHER, METHOD = "space-methods", "space-other", "space-method"
COMPUTE, CLOCK = "space-compute", "space-clock"
DEPTH = 10
"""Most similar products that are looked for on the map."""
POLL_INTERVAL = 1_000  # milliseconds


def map_card(served: ServedRun, products: ProductMap) -> html.Section:
    """Return the card of the map."""
    names = [name.replace("_", " ") or _("Other") for name in products.groups]
    key = [
        html.Li([html.Span(className=f"dot is-group-{place}"), name])
        for place, name in enumerate(names if any(products.groups) else [])
    ]
    canvas = html.Canvas(
        id=MAP,
        className="space-canvas",
        tabIndex="0",
        role="img",
        **aria(label=_("Map of the products; arrow keys move it, plus and minus zoom")),
    )
    return card(
        [
            html.Div([canvas, html.Div(className="space-tip", hidden=True)], className="space-map"),
            html.Ul(key, className="space-key"),
            html.P(
                _("Drag to move, scroll to zoom, click a product to see similar ones."),
                className="note",
            ),
            html.P(_kept(products), className="note"),
            dcc.Store(id=METHOD, data=products.method),
            html.Div(_methods(served, products.method), id=METHODS, className="space-methods"),
        ],
        title=_finding(products),
        subtitle=_method_sentence(products),
    )


def _finding(products: ProductMap) -> str:
    """Return whether similar products are of one category; without categories what is drawn."""
    if math.isnan(products.same_category):
        return _("Map of the products")
    return _(
        "The most similar product is of the same category in {share} of cases; by chance {chance}"
    ).format(share=formats.percent(products.same_category, 0), chance=percent(products.by_chance))


def _method_sentence(products: ProductMap) -> str:
    count = len(products.points["product"])
    if products.variance is None:
        text = ngettext(
            "{count} product, laid out by t-SNE so that similar ones lie together",
            "{count} products, laid out by t-SNE so that similar ones lie together",
            count,
        )
        return text.format(count=formats.number(count))
    text = ngettext(
        "{count} product on the first two principal components ({share} of the variance)",
        "{count} products on the first two principal components ({share} of the variance)",
        count,
    )
    return text.format(count=formats.number(count), share=formats.percent(products.variance, 0))


def _kept(products: ProductMap) -> str:
    if len(products.points["product"]) <= DEPTH:
        return ""
    return _(
        "Of the ten most similar products of each, {share} are among the ten nearest on the map."
    ).format(share=formats.percent(products.kept, 0))


def _methods(served: ServedRun, method: str, error: str = "") -> list[Component]:
    """Return a button for the other method, or else for the computation of neighbours."""
    if method == NEIGHBOURS:
        return [button(_("Show the principal components"), OTHER)]
    if has_neighbour_map(served):
        return [button(_("Show the map of neighbours"), OTHER)]
    job = map_job(served)
    if job is not None:
        share = job.progress.get("iterations", 0) / job.progress.get("all", 1)
        return [
            html.Div(
                [
                    progress(share or None, label=_("Computing the map of neighbours")),
                    dcc.Interval(id=CLOCK, interval=POLL_INTERVAL),
                ],
                role="status",
            )
        ]
    failed = failed_map(served)
    message = error or (failed.message if failed else "")
    return [
        button(_("Compute the map of neighbours"), COMPUTE),
        *([html.P(message, className="field-error")] if message else []),
    ]


def register() -> None:
    """Register the callbacks of the card."""

    @callback(
        Output(METHODS, "children"),
        Input(COMPUTE, "n_clicks", allow_optional=True),
        State(RUN, "data"),
        prevent_initial_call=True,
    )
    def compute(clicks: int | None, run: str) -> Any:
        """Compute the map of neighbours in the background."""
        if not clicks:
            return no_update
        served, error = serve_run(current_home(), run), ""
        try:
            start_neighbour_map(served)
        except VitrinaError as refusal:
            error = str(refusal)
        return _methods(served, COMPONENTS, error)

    @callback(
        Output(METHODS, "children", allow_duplicate=True),
        Output(CARD, "children"),
        Output(POINTS, "data"),
        Input(CLOCK, "n_intervals", allow_optional=True),
        Input(OTHER, "n_clicks", allow_optional=True),
        State(METHOD, "data"),
        State(RUN, "data"),
        prevent_initial_call=True,
    )
    def show_map(ticks: int | None, clicks: int | None, method: str, run: str) -> tuple[Any, ...]:
        """Show the map by the other method, or the map of neighbours once it is computed."""
        if not (clicks or ticks):
            return no_update, no_update, no_update
        served = serve_run(current_home(), run)
        if ctx.triggered_id == CLOCK and map_job(served) is not None:
            return _methods(served, COMPONENTS), no_update, no_update
        products = product_map(served, NEIGHBOURS if method == COMPONENTS else COMPONENTS)
        return no_update, map_card(served, products), products.points
