"""Similar products by the learned embeddings, and a map of all products."""

from typing import Any

from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    dcc,
    html,
    register_page,
)
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, empty_state, error_state, grid
from dashboard.components.aria import data
from dashboard.context import current_home
from dashboard.pages.recommend.attribute_list import attribute_list
from dashboard.pages.recommend.fragments import product_name_and_details
from dashboard.pages.recommend.page_state import PATH, Query
from dashboard.pages.recommend.product_map_card import (
    CARD,
    CHOSEN,
    MAP,
    POINTS,
    RUN,
    map_card,
    register,
)
from dashboard.pages.recommend.search_box import Option, list_id, search_box, suggestions, words_id
from dashboard.pages.recommend.tabs import address, view
from dashboard.services.recommendations.product_map import product_map
from dashboard.services.recommendations.product_search import search_products
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from dashboard.services.recommendations.similar_products import SimilarProduct, similar_products
from dashboard.services.recommendations.what_if import add_edits
from data.datasets.side_tables import PRODUCTS
from data.errors import VitrinaError
from data.exploration.attributes import attributes_of
from data.i18n import _, ngettext

PLACE = f"{PATH}/products"
register_page(
    __name__, path=PLACE, title=lambda **_parts: f"{_('Products')} · {_('Recommend')} · Vitrina"
)

SIMILAR = "space-found"
BOX = "space-product"


def layout(**parameters: str) -> html.Div:
    """Return the page for the product that the address names, or for the most popular one."""
    purpose = _("Similar products, by the embeddings that the network has learned.")
    served, top = view(current_home(), parameters, PLACE, purpose)
    if served is None:
        return html.Div(top)
    product = parameters.get("product") or served.model.catalogue.products[0]
    try:
        products = product_map(served)
    except VitrinaError as error:
        return html.Div([*top, card(error_state(str(error)))])
    return html.Div(
        [
            *top,
            dcc.Store(id=RUN, data=served.name),
            dcc.Store(id=CHOSEN, data=product),
            dcc.Store(id=POINTS, data=products.points),
            grid(
                card(
                    [
                        search_box(
                            BOX,
                            _("Find a product"),
                            _("Find a product: title, id, brand, category"),
                        ),
                        html.Div(_similar(served, product), id=SIMILAR),
                    ],
                    title=_("Most similar products"),
                    subtitle=_("Cosine similarity of the embeddings, 1 at most"),
                    span=5,
                ),
                html.Div(map_card(served, products), id=CARD, className="span-7"),
            ),
        ],
        className="space",
    )


def _similar(served: ServedRun, product: str) -> Component:
    try:
        similar = similar_products(served, product)
    except VitrinaError as error:
        return empty_state(str(error))
    known = served.model.catalogue.describe(product)
    basket = Query(run=served.name, edit=add_edits([product])).href()
    attributes = attributes_of(served.dataset, PRODUCTS, product) if served.dataset else []
    return html.Div(
        [
            html.Div(
                [
                    html.Div(product_name_and_details(known)),
                    dcc.Link(_("Recommend after it"), href=basket),
                ],
                className="space-chosen",
            ),
            *attribute_list(attributes),
            html.Ol([_row(served.name, item) for item in similar], className="space-list"),
        ]
    )


def _row(run: str, item: SimilarProduct) -> html.Li:
    product = item.product
    count = ngettext("{count} purchase", "{count} purchases", item.count)
    link = dcc.Link(
        product_name_and_details(product),
        href=address(PLACE, run, product=product.product),
        className="space-link",
    )
    bar = html.Span(
        html.Span(className="chance-fill", style={"width": f"{100 * max(item.cosine, 0):.1f}%"}),
        className="chance-track",
    )
    return html.Li(
        [
            link,
            html.Span(count.format(count=formats.number(item.count)), className="note number"),
            bar,
            html.Span(formats.number(item.cosine, 2), className="number"),
        ],
        **data(product=product.product),
    )


register()

clientside_callback(
    ClientsideFunction("vitrina", "space_draw"),
    Output(MAP, "title"),
    Input(POINTS, "data"),
    Input(CHOSEN, "data"),
    Input("theme", "data"),
    State(RUN, "data"),
)


@callback(
    Output(SIMILAR, "children"),
    Input(CHOSEN, "data"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def show(product: str, run: str) -> Component:
    """List the products similar to the one chosen on the map or in the search."""
    return _similar(serve_run(current_home(), run), product)


@callback(
    Output(list_id(BOX), "children"),
    Input(words_id(BOX), "value"),
    State(RUN, "data"),
)
def suggest(words: str | None, run: str) -> Any:
    """Suggest products that the model knows."""
    matches = search_products(serve_run(current_home(), run).model.catalogue, words or "")
    rows = [
        Option(
            [
                html.Span(
                    product_name_and_details(match),
                    className="search-product",
                )
            ],
            {"do": "space", "value": match.product},
        )
        for match in matches
    ]
    return suggestions(BOX, words or "", rows, _("The model knows no such product."))
