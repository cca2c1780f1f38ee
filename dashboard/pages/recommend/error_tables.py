"""Health: where a model is right and wrong, as figures and tables."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, figure_card, grid, key_figure, key_figures, render
from dashboard.figures.model_ranking import has_segments, segment_chart
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.fragments import percent, product_words, shelf
from dashboard.pages.recommend.page_state import Query
from dashboard.services.recommendations import buyers, error_analysis, predictors
from data.home import Home
from data.i18n import _
from model.serving.predictor import Predictor

ROWS = 8
METRIC = "hr@10"


def health(home: Home, run: str, theme: str | None) -> Component:
    """Return what is known of a run whose evaluation kept what it said of each purchase."""
    kept = error_analysis.outcomes(home, run)
    model = predictors.predictor(home, run)
    file = home.runs / run / "evaluation.json"
    models = json.loads(file.read_text(encoding="utf-8"))["models"]
    targets = error_analysis.judged(kept.targets)
    exposure = error_analysis.exposure(kept.products, model.products)
    parts: list[Component] = [_figures(targets, models)]
    if has_segments(models):
        shown = render(segment_chart(models, METRIC, theme))
        parts.append(figure_card("health-segments", height=360, data=shown))
    return html.Div(
        [
            *parts,
            grid(
                _exposed(model, exposure.head(ROWS), _over(exposure), over=True),
                _exposed(model, exposure.iloc[::-1].head(ROWS), _under(exposure), over=False),
                _mistakes(home, run, error_analysis.mistakes(targets, model.categories)),
            ),
        ],
        className="stack",
    )


def _figures(targets: pd.DataFrame, models: Sequence[dict[str, Any]]) -> Component:
    served, metrics = models[0], models[0]["metrics"]
    popular = next((one for one in models if one["name"] == "popularity"), served)["metrics"]

    def beside(name: str) -> str:
        return _("popularity {figure}").format(figure=percent(popular[name]))

    again = targets.loc[targets["repeat"], "right"]
    return key_figures(
        key_figure(_("In the first ten"), percent(metrics[METRIC]), comparison=beside(METRIC)),
        key_figure(_("Ranked first"), percent(metrics["hr@1"]), comparison=beside("hr@1")),
        key_figure(
            _("Of the catalogue offered"),
            percent(metrics["coverage@10"]),
            comparison=beside("coverage@10"),
        ),
        key_figure(
            _("Found where the buyer had it"),
            percent(float(again.mean())) if len(again) else formats.MISSING,
            comparison=_("{share} of purchases").format(
                share=percent(float(targets["repeat"].mean()))
            ),
        ),
        key_figure(
            _("Never seen in training"),
            percent(float((targets["truth"] < 0).mean())),
            comparison=_("of purchases; nobody can rank them"),
        ),
    )


def _over(table: pd.DataFrame) -> str:
    first = table.iloc[0]
    return _("{product} stands in {share} of all places of lists").format(
        product=first["product"],
        share=percent(float(first["shown"] / max(table["shown"].sum(), 1))),
    )


def _under(table: pd.DataFrame) -> str:
    never = int(((table["shown"] == 0) & (table["bought"] > 0)).sum())
    return _("{count} products were bought and never offered").format(count=formats.number(never))


def _product(model: Predictor, product: str) -> Component:
    known = model.describe(product)
    return html.Div(product_words(product, None, known.brand, known.category))


def _exposed(model: Predictor, rows: pd.DataFrame, finding: str, *, over: bool) -> html.Section:
    head = [_("Product"), _("In lists"), _("Bought"), _("Of these found")]
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


def _mistakes(home: Home, run: str, found: Sequence[error_analysis.Mistake]) -> html.Section:
    head = [_("Offered first"), _("Bought"), _("Purchases"), _("Share"), _("Buyers to look at")]
    body: list[list[Any]] = [
        [
            shelf(one.offered) or _("Unknown"),
            shelf(one.bought) or _("Unknown"),
            formats.number(one.count),
            formats.percent(one.share),
            html.Span(_examples(home, run, one), className="examples"),
        ]
        for one in found
    ]
    title = _("It has mistaken no kind of product for another")
    if found:
        title = _("Most often it offers {offered} where {bought} is bought").format(
            offered=shelf(found[0].offered) or _("Unknown"),
            bought=shelf(found[0].bought) or _("Unknown"),
        )
    return card(
        _table(head, body, numbers=(2, 3)),
        title=title,
        subtitle=_("Typical mistakes: the category ranked first and the one that was bought"),
    )


def _examples(home: Home, run: str, mistake: error_analysis.Mistake) -> list[Component]:
    table = Runs(home).get(run)
    if buyers.dataset_of(home, table) is None:
        return [html.Span(user, className="mono") for user, _time in mistake.examples]
    return [
        dcc.Link(
            user,
            href=Query(
                run=run, user=user, hide=error_analysis.hiding(home, table, user, time)
            ).href(),
            className="mono",
        )
        for user, time in mistake.examples
    ]


def _table(
    head: Sequence[str], body: Sequence[Sequence[Any]], numbers: Sequence[int] = (1, 2, 3)
) -> Component:
    def cell(kind: Any, content: Any, column: int) -> Component:
        found: Component = kind(content, className="is-number" if column in numbers else "")
        return found

    def row_of(row: Sequence[Any]) -> html.Tr:
        return html.Tr([cell(html.Td, content, at) for at, content in enumerate(row)])

    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([cell(html.Th, words, at) for at, words in enumerate(head)])),
                html.Tbody(
                    [
                        html.Tr([cell(html.Td, one, at) for at, one in enumerate(row)])
                        for row in body
                    ]
                ),
            ],
            className="plain-table",
        ),
        className="table-scroll",
        tabIndex="0",
    )
