"""The recommendation page: a buyer's history, the ranking after it, and what-if edits."""

from collections.abc import Sequence
from typing import Annotated, Any

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
)
from dashboard.components.aria import data
from dashboard.context import current_home, preferred_theme, require
from dashboard.identity import Role
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import runs_with_model
from dashboard.pages.recommend import controls
from dashboard.pages.recommend.buyer_finder import (
    BOUGHT,
    MIN_EVENTS,
    OUTCOME,
    RESULTS,
    buyer_finder,
    buyer_links,
)
from dashboard.pages.recommend.comparison_panel import FIT, FIT_CLOCK, comparison_panel
from dashboard.pages.recommend.model_choice import damaged_model, no_model_card, with_default_run
from dashboard.pages.recommend.page_state import PATH, Query, state_rules
from dashboard.pages.recommend.panels import (
    BESIDE,
    HEAD,
    HISTORY,
    RANKING,
    frame,
    panels,
)
from dashboard.pages.recommend.search_box import list_id, words_id
from dashboard.pages.recommend.tabs import head, missing_dataset
from dashboard.pages.recommend.view_model import Comparison, compare, edited_history
from dashboard.services.recommendations import buyers, placements
from dashboard.services.recommendations.catalogue_filter import category_counts
from dashboard.services.recommendations.comparison_models import (
    comparison_choices,
    fitting_job,
    not_fitted,
    start_fitting,
)
from dashboard.services.recommendations.error_analysis import (
    OUTCOMES,
    BuyerCriteria,
    find_buyers,
)
from dashboard.services.recommendations.product_search import search_products
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from data.errors import Damaged, VitrinaError
from data.home import Home
from data.i18n import _
from data.validation import OneOf

dash.register_page(
    __name__, path="/recommend", title=lambda **_parts: f"{_('Recommend')} · Vitrina"
)

QUERY = "recommend-query"
DRAWN = "recommend-drawn"
CONTROLS = "recommend-controls"
CONCENTRATION = "recommend-sure"
CATEGORIES = "recommend-shelves"
MAX_CATEGORIES = 500


def layout(**parameters: str) -> html.Div:
    """Return the page for an address; the model in service where it names none."""
    home = current_home()
    models = _models(home)
    query = with_default_run(home, Query.read(parameters), models)
    no_model = no_model_card(home, query, models)
    purpose = _("What a buyer will buy next, why, and what would change it.")
    if no_model is not None:
        return html.Div([page_header(_("Recommend"), purpose), no_model])
    top = head(home, next(run for run in models if run.run == query.run), models, PATH, purpose)
    try:
        served = serve_run(home, query.run)
        content = panels(served, query, preferred_theme())
    except Damaged as error:
        return html.Div([*top, damaged_model(error, query.run, models)])
    return html.Div(
        [
            *top,
            *missing_dataset(served),
            dcc.Store(id=QUERY, data=query.as_dict()),
            dcc.Store(id=DRAWN, data=query.as_dict()),
            html.Div(_bar(served, query, models), id=CONTROLS, **data(rules=state_rules())),
            *([buyer_finder()] if served.dataset else []),
            frame(content),
            grid(
                figure_card(CONCENTRATION, span=6, data=content.charts[0]),
                figure_card(CATEGORIES, span=6, data=content.charts[1]),
            ),
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
    Input(controls.PLACEMENT, "value"),
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
    Output(chart_id(CONCENTRATION), "data"),
    Output(chart_id(CATEGORIES), "data"),
    Input(QUERY, "data"),
    Input("theme", "data"),
    State(DRAWN, "data"),
    prevent_initial_call=True,
)
def show(state: dict[str, Any], theme: str, previous: dict[str, Any]) -> tuple[Any, ...]:
    """Render the history, the ranking and the charts of a query; the charts alone for a theme."""
    query = Query.read(state)
    served = serve_run(current_home(), query.run)
    content = panels(served, query, theme)
    if ctx.triggered_id == "theme":
        return (*[no_update] * 6, *content.charts)
    same_controls = query.controls() == Query.read(previous).controls()
    bar = no_update if same_controls else _bar(served, query, _models(current_home()))
    cards = (content.head, content.history, content.ranking, content.beside)
    return (*cards, bar, state, *content.charts)


@callback(
    Output(BESIDE, "children", allow_duplicate=True),
    Output(CONTROLS, "children", allow_duplicate=True),
    Input(FIT, "n_clicks", allow_optional=True),
    Input(FIT_CLOCK, "n_intervals", allow_optional=True),
    State(QUERY, "data"),
    prevent_initial_call=True,
)
def fit_baselines(clicks: int | None, ticks: int | None, state: dict[str, Any]) -> tuple[Any, Any]:
    """Fit the compared baselines in the background, and show the lists once that is done."""
    if not clicks and not ticks:
        return no_update, no_update
    query = Query.read(state)
    served = serve_run(current_home(), query.run)
    missing = not_fitted(served, [query.compare, query.beside])
    if clicks and ctx.triggered_id == FIT:
        try:
            require(Role.TRAIN)
            start_fitting(served, missing)
        except VitrinaError as error:
            return comparison_panel(served, Comparison(error=str(error))), no_update
    if any(fitting_job(served, name) for name in missing):
        return comparison_panel(served, Comparison(not_fitted=tuple(missing))), no_update
    try:
        comparison = compare(edited_history(served, query))
    except VitrinaError as error:
        comparison = Comparison(error=str(error))
    return comparison_panel(served, comparison), _bar(served, query, _models(current_home()))


@callback(
    Output(QUERY, "data", allow_duplicate=True),
    *(Input(name, "n_clicks", allow_optional=True) for name in controls.STEPS.values()),
    State(QUERY, "data"),
    prevent_initial_call=True,
)
def go_to_adjacent_buyer(
    previous: int | None, following: int | None, random: int | None, state: dict[str, Any]
) -> Any:
    """Go to the previous, the next or a random buyer."""
    if not (previous or following or random):
        return no_update
    query = Query.read(state)
    served = serve_run(current_home(), query.run)
    direction = next(way for way, name in controls.STEPS.items() if name == ctx.triggered_id)
    user = buyers.adjacent_buyer(served, query.user, direction)
    return no_update if user is None else query.of_buyer(user).as_dict()


@callback(
    Output(list_id(controls.BUYER), "children"),
    Input(words_id(controls.BUYER), "value"),
    State(QUERY, "data"),
)
def suggest_buyers(words: str | None, state: dict[str, Any]) -> list[html.Li]:
    """Suggest buyers whose id begins with a text."""
    served = serve_run(current_home(), Query.read(state).run)
    return controls.buyer_suggestions(words or "", buyers.search_buyers(served, words or ""))


@callback(
    Output(RESULTS, "children"),
    Input(BOUGHT, "value"),
    Input(MIN_EVENTS, "value"),
    Input(OUTCOME, "value"),
    State(QUERY, "data"),
    prevent_initial_call=True,
)
def find_buyers_by_criteria(
    bought: str | None,
    min_events: int | None,
    outcome: Annotated[str, OneOf([NO_CHOICE, *OUTCOMES])],
    state: dict[str, Any],
) -> Component | str:
    """List the buyers who meet the criteria."""
    criteria = BuyerCriteria(
        (bought or "").strip(), int(min_events or 0), "" if outcome == NO_CHOICE else outcome
    )
    if criteria == BuyerCriteria():
        return ""
    query = Query.read(state)
    try:
        served = serve_run(current_home(), query.run)
        return buyer_links(query, find_buyers(served, criteria))
    except VitrinaError as error:
        return html.P(str(error), className="note")


@callback(
    Output(list_id(controls.PRODUCT), "children"),
    Input(words_id(controls.PRODUCT), "value"),
    State(QUERY, "data"),
)
def suggest_products(words: str | None, state: dict[str, Any]) -> list[html.Li]:
    """Suggest products that the model knows."""
    catalogue = serve_run(current_home(), Query.read(state).run).model.catalogue
    return controls.product_suggestions(words or "", search_products(catalogue, words or ""))


def _models(home: Home) -> list[Run]:
    """Return the runs with a model, newest first."""
    return [handle.run for handle in runs_with_model(home)]


def _bar(served: ServedRun, query: Query, models: Sequence[Run]) -> html.Div:
    options = controls.ControlOptions(
        models=comparison_choices(served, models),
        categories=category_counts(served.model.catalogue)[:MAX_CATEGORIES],
        placements=[
            place.name
            for place in placements.placements(served.handle.home, served.handle.run.dataset)
        ],
        has_dataset=served.dataset is not None,
    )
    return controls.buyer_bar(query, options)
