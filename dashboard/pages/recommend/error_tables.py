"""The report of an error analysis: key figures, exposure and confusions of categories."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, figure_card, grid, key_figure, key_figures, render
from dashboard.figures.model_ranking import has_segments, segment_chart
from dashboard.pages.recommend.fragments import (
    percent,
    product_label,
    product_name_and_details,
    short_category,
)
from dashboard.pages.recommend.page_state import Query
from dashboard.services.recommendations.error_analysis import (
    Confusion,
    confusions,
    events_from,
    exposure,
    with_outcomes,
)
from dashboard.services.recommendations.served_run import ServedRun
from data.i18n import _, ngettext
from model.metrics.protocol_metrics import metrics_of
from model.serving.predictor import Predictor

ROWS = 8


def error_report(served: ServedRun, theme: str | None) -> Component:
    """Return the report of a run whose evaluation stored its test predictions."""
    stored, model = served.handle.outcomes, served.model
    evaluation = served.handle.evaluation
    models = evaluation["models"]
    targets = with_outcomes(stored.targets)
    exposed = exposure(stored.products, model.catalogue.products)
    parts: list[Component] = [_figures(targets, evaluation)]
    if has_segments(models):
        chart = segment_chart(models, metrics_of(evaluation.get("protocol", "")).hits, theme)
        height = int(chart.figure.layout.height)  # of its rows; a lower card would cut the axis off
        parts.append(figure_card("health-segments", height=height, data=render(chart)))
    return html.Div(
        [
            *parts,
            grid(
                _exposure(model, exposed.head(ROWS), _over(model, exposed), over=True),
                _exposure(model, exposed.iloc[::-1].head(ROWS), _under(exposed), over=False),
                _confusions(served, confusions(targets, model.catalogue.categories))
                if any(model.catalogue.categories)
                else None,
            ),
        ],
        className="stack",
    )


def _figures(targets: pd.DataFrame, evaluation: Mapping[str, Any]) -> Component:
    models = evaluation["models"]
    served = models[0]
    popularity = next((model for model in models if model["name"] == "popularity"), served)

    def figure(label: str, metric: str, over: str = "metrics") -> html.Div:
        other = _("popularity {figure}").format(figure=percent(popularity[over][metric]))
        return key_figure(label, percent(served[over][metric]), comparison=other)

    hits = metrics_of(evaluation.get("protocol", "")).hits
    if evaluation.get("sets"):
        first = [
            figure(_("In the first ten"), hits, "per_event"),
            figure(_("Sets with one in the first ten"), "hr@10"),
        ]
    else:
        first = [figure(_("In the first ten"), hits), figure(_("Ranked first"), "hr@1")]
    repeats = targets.loc[targets["repeat"], "right"]
    return key_figures(
        *first,
        figure(_("Catalogue coverage"), "coverage@10"),
        key_figure(
            _("Repeat purchases in the first ten"),
            percent(float(repeats.mean())) if len(repeats) else formats.MISSING,
            comparison=_("{share} of purchases").format(
                share=percent(float(targets["repeat"].mean()))
            ),
        ),
        key_figure(
            _("Never seen in training"),
            percent(float((targets["truth"] < 0).mean())),
            comparison=_("of purchases; no model can rank them"),
        ),
    )


def _over(model: Predictor, table: pd.DataFrame) -> str:
    first = table.iloc[0]
    return _("{product} fills {share} of all places in the lists").format(
        product=product_label(model.catalogue.describe(first["product"])),
        share=percent(float(first["shown"] / max(table["shown"].sum(), 1))),
    )


def _under(table: pd.DataFrame) -> str:
    never = int(((table["shown"] == 0) & (table["bought"] > 0)).sum())
    if not never:
        return _("Every product that was bought was recommended")
    return ngettext(
        "{count} product was bought and never recommended",
        "{count} products were bought and never recommended",
        never,
    ).format(count=formats.number(never))


def _product(model: Predictor, product: str) -> Component:
    return html.Div(product_name_and_details(model.catalogue.describe(product)))


def _exposure(model: Predictor, rows: pd.DataFrame, finding: str, *, over: bool) -> html.Section:
    head = [_("Product"), _("In lists"), _("Bought"), _("Of these in the list")]
    body: list[list[Any]] = [
        [_product(model, product), *map(formats.number, counts)]
        for product, *counts in rows[["product", "shown", "bought", "found"]].to_numpy().tolist()
    ]
    kind = _("Most over-recommended") if over else _("Most under-recommended")
    return card(
        _table(head, body),
        title=finding,
        subtitle=_("{kind}: share of places in lists of ten against share of purchases").format(
            kind=kind
        ),
        span=6,
    )


def _confusions(served: ServedRun, pairs: Sequence[Confusion]) -> html.Section:
    head = [_("Ranked first"), _("Bought"), _("Purchases"), _("Share"), _("Buyers to look at")]
    body: list[list[Any]] = [
        [
            _category(pair.ranked_first),
            _category(pair.bought),
            formats.number(pair.count),
            formats.percent(pair.share),
            html.Span(_examples(served, pair), className="examples"),
        ]
        for pair in pairs
    ]
    title = _("No category was confused with another one")
    if pairs:
        title = _("Most often {ranked_first} is ranked first where {bought} is bought").format(
            ranked_first=short_category(pairs[0].ranked_first) or _("Unknown"),
            bought=short_category(pairs[0].bought) or _("Unknown"),
        )
    return card(
        _table(head, body, numbers=(2, 3)) if pairs else None,
        title=title,
        subtitle=_("Confusions: the category of the product ranked first and the one bought"),
    )


def _category(name: str | None) -> html.Span:
    return html.Span(short_category(name) or _("Unknown"), className="confused-category")


def _examples(served: ServedRun, pair: Confusion) -> list[Component]:
    if served.dataset is None:
        return [html.Span(user, className="mono") for user, _time in pair.examples]
    return [
        dcc.Link(
            user,
            href=Query(run=served.name, user=user, hide=events_from(served, user, time)).href(),
            className="mono",
        )
        for user, time in pair.examples
    ]


def _table(
    head: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int] = (1, 2, 3)
) -> Component:
    """Return a table; ``numbers`` are the columns that are aligned to the right."""

    def cells(kind: Any, contents: Sequence[Any]) -> html.Tr:
        return html.Tr(
            [
                kind(content, className="is-number" if column in numbers else "")
                for column, content in enumerate(contents)
            ]
        )

    return html.Div(
        html.Table(
            [
                html.Thead(cells(html.Th, head)),
                html.Tbody([cells(html.Td, row) for row in rows]),
            ],
            className="plain-table",
        ),
        className="table-scroll",
        tabIndex="0",
    )
