"""Products as the network sees them: what is like what, and a map of all of them."""

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
from dashboard.components.aria import aria, data
from dashboard.context import current_home
from dashboard.pages.recommend.fragments import percent, product_words
from dashboard.pages.recommend.page_state import PATH, Query
from dashboard.pages.recommend.search_box import Option, list_id, search_box, suggestions, words_id
from dashboard.pages.recommend.tabs import address, view
from dashboard.services.recommendations import catalogue, predictors, similar_products
from dashboard.services.recommendations.what_if import adding
from data.errors import BadInput
from data.home import Home
from data.i18n import _, ngettext

PLACE = f"{PATH}/products"
register_page(
    __name__, path=PLACE, title=lambda **_parts: f"{_('Products')} · {_('Recommend')} · Vitrina"
)

RUN, CHOSEN, FOUND = "space-run", "space-chosen", "space-found"
MAP, POINTS = "space-map", "space-points"
BOX = "space-product"


def layout(**parameters: str) -> html.Div:
    """Show the product that the address names, or the most popular one."""
    home = current_home()
    purpose = _("What the network takes for alike: products that it puts close to one another.")
    run, top = view(home, parameters, PLACE, purpose)
    if not run:
        return html.Div(top)
    model = predictors.predictor(home, run)
    product = parameters.get("product") or model.products[0]
    try:
        plane = similar_products.plane(home, run)
    except BadInput as error:
        return html.Div([*top, card(error_state(str(error)))])
    return html.Div(
        [
            *top,
            dcc.Store(id=RUN, data=run),
            dcc.Store(id=CHOSEN, data=product),
            dcc.Store(id=POINTS, data=plane.points),
            grid(
                card(
                    [
                        search_box(
                            BOX, _("Find a product"), _("Find a product: id, brand, category")
                        ),
                        html.Div(_neighbours(home, run, product), id=FOUND),
                    ],
                    title=_("Nearest products"),
                    subtitle=_("Cosine of the vectors that the network has learned, 1 at most"),
                    span=5,
                ),
                _map(plane),
            ),
        ],
        className="space",
    )


def _map(plane: similar_products.Plane) -> html.Section:
    count = len(plane.points["product"])
    words = ngettext(
        "{count} product on the two axes along which products differ most ({share} of it)",
        "{count} products on the two axes along which products differ most ({share} of it)",
        count,
    )
    names = [name.replace("_", " ") or _("Other") for name in plane.names]
    key = [
        html.Li([html.Span(className=f"dot is-group-{place}"), name])
        for place, name in enumerate(names)
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
                _("Drag to move, turn the wheel to zoom, click a product to see what is like it."),
                className="note",
            ),
        ],
        title=_(
            "In {kin} of cases a product's nearest neighbour is of its category; by chance {chance}"
        ).format(kin=formats.percent(plane.kin, 0), chance=percent(plane.chance)),
        subtitle=words.format(count=formats.number(count), share=formats.percent(plane.share, 0)),
        span=7,
    )


def _neighbours(home: Home, run: str, product: str) -> Component:
    try:
        found = similar_products.nearest(home, run, product)
    except BadInput as error:
        return empty_state(str(error))
    known = predictors.predictor(home, run).describe(product)
    basket = Query(run=run, edit=adding([product])).href()
    return html.Div(
        [
            html.Div(
                [
                    html.Div(product_words(product, None, known.brand, known.category)),
                    dcc.Link(_("What follows it"), href=basket),
                ],
                className="space-chosen",
            ),
            html.Ol([_row(run, one) for one in found], className="space-list"),
        ]
    )


def _row(run: str, one: similar_products.Neighbour) -> html.Li:
    product = one.product
    count = ngettext("{count} purchase", "{count} purchases", one.count)
    link = dcc.Link(
        product_words(product.product, None, product.brand, product.category),
        href=address(PLACE, run, product=product.product),
        className="space-link",
    )
    bar = html.Span(
        html.Span(className="chance-fill", style={"width": f"{100 * max(one.cosine, 0):.1f}%"}),
        className="chance-track",
    )
    return html.Li(
        [
            link,
            html.Span(count.format(count=formats.number(one.count)), className="note number"),
            bar,
            html.Span(formats.number(one.cosine, 2), className="number"),
        ],
        **data(product=product.product),
    )


clientside_callback(
    ClientsideFunction("vitrina", "space_draw"),
    Output(MAP, "title"),
    Input(POINTS, "data"),
    Input(CHOSEN, "data"),
    Input("theme", "data"),
    State(RUN, "data"),
)


@callback(
    Output(FOUND, "children"),
    Input(CHOSEN, "data"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def show(product: str, run: str) -> Component:
    """Show what is like the product that was chosen on the map or in the search."""
    return _neighbours(current_home(), run, product)


@callback(
    Output(list_id(BOX), "children"),
    Input(words_id(BOX), "value"),
    State(RUN, "data"),
)
def suggest(words: str | None, run: str) -> Any:
    """Suggest products that the model knows."""
    found = catalogue.search(predictors.predictor(current_home(), run), words or "")
    rows = [
        Option(
            [
                html.Span(
                    product_words(one.product, None, one.brand, one.category),
                    className="search-product",
                )
            ],
            {"do": "space", "value": one.product},
        )
        for one in found
    ]
    return suggestions(BOX, words or "", rows, _("The model knows no such product."))
