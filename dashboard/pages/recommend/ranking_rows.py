"""The ranking: what the model expects next, as rows with a probability bar."""

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import help_text, icon
from dashboard.components.aria import aria, data
from dashboard.pages.recommend.fragments import edit_button, percent, product_words
from dashboard.services.recommendations.ranking import Offer, Outlook
from dashboard.services.recommendations.what_if import adding
from data.i18n import _, ngettext


def ranking(outlook: Outlook, *, why: str = "", because: str = "") -> html.Div:
    """Return the ranked rows, with the truth after them where it is further down.

    Parameters
    ----------
    outlook : Outlook
        What the model expects.
    why : str
        The product that is explained.
    because : str
        The sentence that explains it.
    """
    truth = outlook.truth
    among = truth is not None and truth.rank <= len(outlook.offers)
    shown = [*outlook.offers, *([truth] if truth is not None and not among else [])]
    scale = max((max(offer.probability, offer.popularity) for offer in shown), default=1.0)
    name = truth.product if truth else None

    def row(offer: Offer) -> html.Li:
        words = because if offer.product == why else ""
        return _row(offer, scale, truth=offer.product == name, because=words)

    rows = [row(offer) for offer in outlook.offers]
    if truth is not None and not among:
        between = truth.rank - len(outlook.offers) - 1
        words = ngettext("{count} product between", "{count} products between", between)
        rows.append(html.Li(words.format(count=formats.number(between)), className="offer-gap"))
        rows.append(row(truth))
    return html.Div([_head(), html.Ol(rows, className="offers")])


def _head() -> html.Div:
    explanation = _(
        "The model's probability that this product is bought next (the softmax over all products). "
        "The thin mark is plain popularity: the product's share of all purchases in training."
    )
    return html.Div(
        [
            html.Span(_("Rank")),
            html.Span(_("Product")),
            html.Span(_("Price"), className="is-right"),
            html.Span(
                [
                    _("Probability"),
                    html.Span(_("popularity"), className="key-tick"),
                    help_text(explanation, about=_("Probability")),
                ]
            ),
        ],
        className="offers-head",
    )


def _row(offer: Offer, scale: float, *, truth: bool, because: str) -> html.Li:
    explained = " is-why" if because else ""
    words = product_words(offer.product, None, offer.brand, offer.category)
    name = html.Button(
        words[0],
        type="button",
        className="offer-open",
        title=_("Explain this rank"),
        **aria(expanded="true" if because else "false"),
        **data(do="toggle", name="why", value=offer.product),
    )
    return html.Li(
        [
            html.Div(
                [html.Span(formats.number(offer.rank), className="number"), _moved(offer)],
                className="offer-rank",
            ),
            html.Div(
                [
                    html.Div([name, _marks(offer, truth)], className="offer-line"),
                    words[1],
                ],
                className="offer-what",
            ),
            html.Span(formats.money(offer.price), className="offer-price number"),
            _bar(offer, scale),
            edit_button(
                _("Add {product} to the history").format(product=offer.product),
                "add",
                adding([offer.product]),
            ),
            *([html.P(because, className="offer-why", role="status")] if because else []),
        ],
        className="offer" + (" is-truth" if truth else "") + explained,
        **data(product=offer.product),
    )


def _moved(offer: Offer) -> Component | None:
    """Return the mark of a rise or fall since the history was changed."""
    if not offer.rise:
        return None
    words = _("{count} places up") if offer.rise > 0 else _("{count} places down")
    count = formats.number(abs(offer.rise))
    return html.Span(
        [html.Span("▲" if offer.rise > 0 else "▼"), formats.compact(abs(offer.rise))],
        className="moved is-up" if offer.rise > 0 else "moved is-down",
        title=words.format(count=count),
    )


def _marks(offer: Offer, truth: bool) -> Component | None:
    marks: list[Component] = []
    if truth:
        marks.append(html.Span([icon("check"), _("Bought next")], className="mark-truth"))
    if offer.bought:
        words = ngettext("bought once", "bought {count} times", offer.bought)
        marks.append(
            html.Span(
                [icon("repeat"), words.format(count=formats.number(offer.bought))],
                className="mark-repeat",
            )
        )
    return html.Span(marks, className="offer-marks") if marks else None


def _bar(offer: Offer, scale: float) -> html.Div:
    """Return the probability as a bar, with popularity as a mark on it."""
    share, popular = offer.probability / scale, offer.popularity / scale
    words = _("Probability {probability}; popularity alone would say {popularity}.")
    return html.Div(
        [
            html.Span(
                [
                    html.Span(className="chance-fill", style={"width": f"{100 * share:.2f}%"}),
                    html.Span(className="chance-tick", style={"left": f"{100 * popular:.2f}%"}),
                ],
                className="chance-track",
            ),
            html.Span(percent(offer.probability), className="number"),
        ],
        className="chance",
        title=words.format(
            probability=percent(offer.probability), popularity=percent(offer.popularity)
        ),
    )
