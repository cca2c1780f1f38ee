"""The recommendation page: a buyer's history, what comes next, and what would change it."""

from typing import Any

import dash
from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
    no_update,
)
from dash.development.base_component import Component

from dashboard.components import (
    NO_CHOICE,
    chart_id,
    figure_card,
    grid,
    page_header,
    render,
    render_empty,
)
from dashboard.context import current_home
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend import controls
from dashboard.pages.recommend.buyer_finder import BOUGHT, FOUND, LEAST, VERDICT, found, likeness
from dashboard.pages.recommend.model_choice import chosen, nothing_to_choose, usable
from dashboard.pages.recommend.page_state import PATH, Query
from dashboard.pages.recommend.panels import BESIDE, HEAD, HISTORY, RANKING, frame, panels
from dashboard.pages.recommend.ranking_charts import figures
from dashboard.pages.recommend.search_box import list_id, words_id
from dashboard.pages.recommend.tabs import head
from dashboard.services.recommendations import buyers, catalogue, predictors
from dashboard.services.recommendations.comparison_models import choices
from dashboard.services.recommendations.error_analysis import Like, find
from data.errors import BadInput
from data.i18n import _

dash.register_page(
    __name__, path="/recommend", title=lambda **_parts: f"{_('Recommend')} · Vitrina"
)

QUERY = "recommend-query"
DRAWN = "recommend-drawn"
CONTROLS = "recommend-controls"
SURE = "recommend-sure"
SHELVES = "recommend-shelves"
MOST_SHELVES = 500


def layout(**parameters: str) -> html.Div:
    """Show what the address asks for; the newest model where it names none."""
    home = current_home()
    purpose = _("What a buyer will buy next, why, and what would change it.")
    models = usable(home)
    query = chosen(Query.read(parameters), models)
    instead = nothing_to_choose(home, query, models)
    if instead is not None:
        return html.Div([page_header(_("Recommend"), purpose), instead])
    return html.Div(
        [
            *head(home, query.run, PATH, purpose),
            dcc.Store(id=QUERY, data=query.as_dict()),
            dcc.Store(id=DRAWN, data=query.as_dict()),
            html.Div(_bar(query), id=CONTROLS),
            *([likeness()] if buyers.dataset_of(home, Runs(home).get(query.run)) else []),
            frame(panels(home, query)),
            grid(figure_card(SURE, span=6), figure_card(SHELVES, span=6)),
        ]
    )


clientside_callback(
    ClientsideFunction("vitrina", "recommend_address"),
    Output(CONTROLS, "title"),
    Input(QUERY, "data"),
)

clientside_callback(
    ClientsideFunction("vitrina", "recommend_settings"),
    Output(QUERY, "data", allow_duplicate=True),
    Input(controls.SIZE, "value"),
    Input(controls.NEW, "value"),
    Input(controls.HIDE, "value", allow_optional=True),
    Input(controls.CATEGORY, "value"),
    Input(controls.LOW, "value"),
    Input(controls.HIGH, "value"),
    Input(controls.DAYS, "value", allow_optional=True),
    Input(controls.MIX, "value"),
    Input(controls.COMPARE, "value"),
    Input(controls.BESIDE, "value"),
    State(QUERY, "data"),
    prevent_initial_call=True,
)


@callback(
    Output(HEAD, "children"),
    Output(HISTORY, "children"),
    Output(RANKING, "children"),
    Output(BESIDE, "children"),
    Output(CONTROLS, "children"),
    Output(DRAWN, "data"),
    Input(QUERY, "data"),
    State(DRAWN, "data"),
    prevent_initial_call=True,
)
def show(given: dict[str, Any], drawn: dict[str, Any]) -> tuple[Any, ...]:
    """Show the history and the ranking that belong to the query, and let the controls follow."""
    home, query = current_home(), Query.read(given)
    shown = panels(home, query)
    same = query.of_history() == Query.read(drawn).of_history()
    bar = no_update if same else _bar(query)
    return shown.head, shown.history, shown.ranking, shown.beside, bar, given


@callback(
    Output(QUERY, "data", allow_duplicate=True),
    *(Input(name, "n_clicks", allow_optional=True) for name in controls.STEPS.values()),
    State(QUERY, "data"),
    prevent_initial_call=True,
)
def go_to_another(*arguments: Any) -> Any:
    """Go to the next, the previous or any other buyer."""
    *clicks, given = arguments
    if not any(clicks):
        return no_update
    home, query = current_home(), Query.read(given)
    run = Runs(home).get(query.run)
    dataset = buyers.dataset_of(home, run)
    way = next(way for way, name in controls.STEPS.items() if name == ctx.triggered_id)
    user = None if dataset is None else buyers.another(dataset, run, query.user, way)
    if user is None:
        return no_update
    return query.of_buyer(user).as_dict()


@callback(
    Output(list_id(controls.BUYER), "children"),
    Input(words_id(controls.BUYER), "value"),
    State(QUERY, "data"),
)
def suggest_buyers(words: str | None, given: dict[str, Any]) -> list[html.Li]:
    """Suggest buyers whose id begins with the words."""
    home, query = current_home(), Query.read(given)
    run = Runs(home).get(query.run)
    dataset = buyers.dataset_of(home, run)
    found = [] if dataset is None else buyers.search(dataset, run, words or "")
    return controls.buyer_suggestions(words or "", found)


@callback(
    Output(FOUND, "children"),
    Input(BOUGHT, "value"),
    Input(LEAST, "value"),
    Input(VERDICT, "value"),
    State(QUERY, "data"),
    prevent_initial_call=True,
)
def find_alike(
    bought: str | None, least: int | None, verdict: str, given: dict[str, Any]
) -> Component | str:
    """Find buyers by what they are like."""
    like = Like((bought or "").strip(), int(least or 0), "" if verdict == NO_CHOICE else verdict)
    if like == Like():
        return ""
    home, query = current_home(), Query.read(given)
    run = Runs(home).get(query.run)
    dataset = buyers.dataset_of(home, run)
    if dataset is None:
        return ""
    try:
        return found(query, find(home, dataset, run, like))
    except BadInput as error:
        return html.P(str(error), className="note")


@callback(
    Output(list_id(controls.PRODUCT), "children"),
    Input(words_id(controls.PRODUCT), "value"),
    State(QUERY, "data"),
)
def suggest_products(words: str | None, given: dict[str, Any]) -> list[html.Li]:
    """Suggest products that the model knows."""
    model = predictors.predictor(current_home(), Query.read(given).run)
    return controls.product_suggestions(words or "", catalogue.search(model, words or ""))


@callback(
    Output(chart_id(SURE), "data"),
    Output(chart_id(SHELVES), "data"),
    Input(DRAWN, "data"),  # the rows first: they are what a person waits for
    Input("theme", "data"),
)
def show_figures(given: dict[str, Any], theme: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw how sure the model is, and what it expects by category."""
    try:
        sure, shelves = figures(current_home(), Query.read(given), theme)
    except BadInput:  # the history's place says what is wrong
        nothing = render_empty(_("There is no ranking to draw."))
        return nothing, nothing
    return render(sure), render(shelves)


def _bar(query: Query) -> html.Div:
    home = current_home()
    dataset = buyers.dataset_of(home, Runs(home).get(query.run))
    model = predictors.predictor(home, query.run)
    offered = controls.Choices(
        voices=choices(home, query.run),
        shelves=catalogue.shelves(model)[:MOST_SHELVES],
        has_data=dataset is not None,
    )
    return controls.buyer_bar(query, offered)
