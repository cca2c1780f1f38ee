"""The placements of a dataset: rules, their effect on one buyer's list and on the test targets."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update, register_page
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import (
    button,
    card,
    confirm,
    confirm_opener,
    confirmed,
    empty_state,
    error_state,
    field,
    moment,
    stack,
    toast,
)
from dashboard.context import current_folders, current_home, current_identity, may, require
from dashboard.identity import Role
from dashboard.jobs.placements import Placement
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend import placement_effect, placement_form, placement_lists
from dashboard.pages.recommend.page_state import PATH
from dashboard.pages.recommend.placement_effect import MEASURE
from dashboard.pages.recommend.placement_form import RULE, given
from dashboard.pages.recommend.tabs import address, view
from dashboard.services.datasets import imports
from dashboard.services.recommendations import buyers, placement_effects, placements
from dashboard.services.recommendations.placement_preview import preview
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from dashboard.services.runs import model_in_service
from data.errors import BadInput, VitrinaError
from data.home import Home
from data.i18n import _
from data.validation import specs
from model.serving.rules.settings import Rules

PLACE = f"{PATH}/placements"
register_page(__name__, path=PLACE, title=lambda **_parts: f"{_('Placements')} · Vitrina")

RUN, NAME, SEEN, BUYER, LISTS, SAVE, REMOVE, EFFECT, CLOCK, PROMOTE, WITHDRAW = (
    f"placement-{part}"
    for part in (
        *("run", "name", "seen", "buyer"),
        *("lists", "save", "remove", "effect", "clock", "promote", "withdraw"),
    )
)
POLL_INTERVAL = 1_000  # milliseconds


def layout(placement: str = "", new: str = "", user: str = "", **parameters: str) -> html.Div:
    """Return the placements of a run's dataset, and the form of the one that the address names."""
    home = current_home()
    purpose = _("Places where products are recommended, and the rules of each.")
    served, top = view(home, parameters, PLACE, purpose)
    if served is None:
        return html.Div(top)
    if served.dataset is None:
        return html.Div(top)  # it says why
    parts: list[Component] = [_table(home, served)]
    try:
        if placement:
            place = Runs(home).placements.get(served.dataset.name, placement)
            parts += _editor(served, place, placements.read_rules(place), user)
        elif new:
            parts += _editor(served, None, Rules(), user)
    except VitrinaError as error:
        parts.append(error_state(str(error)))
    return html.Div([*top, stack(*parts)])


def _table(home: Home, served: ServedRun) -> html.Section:
    assert served.dataset is not None
    dataset = served.dataset.name
    rows = placements.placements(home, dataset)
    create = (
        [button(_("New placement"), href=address(PLACE, served.name, new="1"))]
        if may(Role.ADMINISTER)
        else []
    )
    if not rows:
        words = _("{dataset} has no placement yet: every list is the model's own.")
        return card(empty_state(words.format(dataset=dataset), *create))
    own = {
        promotion.placement: promotion.run
        for promotion in Runs(home).promotions.current()
        if promotion.dataset == dataset
    }
    names = (_("Placement"), _("Rules"), _("Model in service"), _("Changed"), _("By"))
    head = html.Tr([html.Th(name, scope="col") for name in names])
    body = [_place(served, place, own.get(place.name), own.get("")) for place in rows]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="plain-table")
    return card(
        html.Div(table, className="table-scroll"),
        title=_("Placements of {dataset}").format(dataset=dataset),
        actions=create,
    )


def _place(served: ServedRun, place: Placement, own: str | None, of_dataset: str | None) -> html.Tr:
    link = html.A(place.name, href=address(PLACE, served.name, placement=place.name))
    labels = specs(Rules)
    names = [_(labels[key].label) if key in labels else key for key in place.rules or {}]
    model = own or (
        _("{run}, that of the dataset").format(run=of_dataset) if of_dataset else _("none")
    )
    return html.Tr(
        [
            html.Th(link, scope="row"),
            html.Td(", ".join(names) or _("none")),
            html.Td(model),
            html.Td(
                [
                    moment(place.time),
                    f" · {_('version {number}').format(number=formats.number(place.number))}",
                ]
            ),
            html.Td(place.user or "–"),
        ]
    )


def _editor(served: ServedRun, place: Placement | None, rules: Rules, user: str) -> list[Component]:
    """Return the form, the preview and, for a placement that is saved, its effect."""
    name = place.name if place else ""
    first = next(iter(buyers.search_buyers(served, "")), None)
    shown_user = user or (first.user if first else "")
    administers = may(Role.ADMINISTER)
    naming = dbc.Input(id=NAME, value=name, disabled=place is not None, autocomplete="off")
    actions: list[Component] = []
    if administers:
        actions.append(button(_("Save"), SAVE, kind="primary"))
    if administers and place is not None:
        actions.append(button(_("Remove"), confirm_opener(REMOVE), kind="quiet"))
    parts: list[Component] = [
        dcc.Store(id=RUN, data=served.name),
        dcc.Store(id=SEEN, data=place.number if place else 0),
        card(
            [
                html.Div(
                    field(
                        _("Name"),
                        naming,
                        explanation=_("A short name for programs, such as home-page."),
                        place="take-away#placements",
                    ),
                    className="settings",
                ),
                *placement_form.form(rules),
            ],
            title=_("Rules of {placement}").format(placement=name) if name else _("New placement"),
            subtitle=_("An empty field is no rule. The lists below show what they do."),
            actions=actions,
        ),
        card(
            [
                html.Div(
                    field(
                        _("Buyer"),
                        dbc.Input(id=BUYER, value=shown_user, debounce=True, autocomplete="off"),
                        hint=_("Empty: somebody without a history."),
                    ),
                    className="settings",
                ),
                html.Div(id=LISTS, className="stack rules-group"),
            ],
            title=_("One buyer's list"),
            subtitle=_("The rules of the form, saved or not, on the model {run}").format(
                run=served.name
            ),
        ),
    ]
    if place is not None:
        parts += [
            _model(served, place),
            dcc.Interval(id=CLOCK, interval=POLL_INTERVAL),
            card(
                html.Div(id=EFFECT, className="stack"),
                title=_("The effect on the test targets"),
                subtitle=_("The saved rules on the model {run}").format(run=served.name),
            ),
            confirm(
                REMOVE,
                _("Remove {placement}?").format(placement=name),
                _("Programs that name it are refused; its own model is taken out of service."),
                _("Remove"),
            ),
        ]
    return parts


def _model(served: ServedRun, place: Placement) -> html.Section:
    """Return the card of the model in service at a placement, which may have one of its own."""
    promotions = Runs(served.handle.home).promotions
    own, of_dataset = (
        newest.run if newest else None
        for newest in (promotions.newest(place.dataset, name) for name in (place.name, ""))
    )
    if own is not None:
        words = _("{run} is in service here.").format(run=own)
    elif of_dataset is not None:
        words = _("{run} is in service here, as for all of {dataset}.").format(
            run=of_dataset, dataset=place.dataset
        )
    else:
        words = _("No model is in service here: programs have to name a run.")
    promote = _("Put {run} into service here").format(run=served.name)
    withdraw = _("Use the model of the dataset")
    may_change = may(Role.ADMINISTER)
    return card(
        html.P(words),
        title=_("Model in service"),
        actions=[
            html.Div(button(promote, PROMOTE), hidden=not may_change or own == served.name),
            html.Div(button(withdraw, WITHDRAW), hidden=not may_change or own is None),
        ],
    )


@callback(
    Output("_pages_location", "href", allow_duplicate=True),
    Input(PROMOTE, "n_clicks"),
    Input(WITHDRAW, "n_clicks"),
    State(NAME, "value"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def change_model(promotes: int | None, withdraws: int | None, name: str, run: str) -> Any:
    """Set the model in service of the placement: its own, or that of the dataset."""
    if not promotes and not withdraws:
        return no_update
    home, identity = current_home(), current_identity()
    user = identity.name if identity else None
    if ctx.triggered_id == PROMOTE:
        changed = model_in_service.promote(home, run, placement=name, user=user)
    else:
        dataset = serve_run(home, run).require_dataset().name
        changed = model_in_service.withdraw(home, dataset, placement=name, user=user)
    return address(PLACE, run, placement=name, model=str(changed.number))


@callback(
    Output(LISTS, "children"),
    Output({"type": placement_form.ERROR, "name": ALL}, "children"),
    Input({"type": RULE, "name": ALL}, "value"),
    Input(BUYER, "value"),
    State({"type": RULE, "name": ALL}, "id"),
    State(RUN, "data"),
    State(NAME, "value"),
)
def show(
    values: list[Any],
    user: str | None,
    ids: list[placement_form.RuleId],
    run: str,
    name: str | None,
) -> tuple[Any, list[str]]:
    """Show one buyer's list without and with the rules of the form, and what is wrong in it."""
    keys = [control["name"] for control in ids]
    settings = given(keys, values)
    errors = placement_form.problems(settings)
    if errors:
        return no_update, [errors.get(key, "") for key in keys]
    try:
        served = serve_run(current_home(), run)
        rules = Rules.from_dict(_with_file(settings, served, name))
        lists = placement_lists.lists(preview(served, rules, user or ""))
    except BadInput as error:
        if error.field in keys:
            return no_update, [str(error) if key == error.field else "" for key in keys]
        return placement_lists.problem(str(error)), [""] * len(keys)
    except VitrinaError as error:
        return placement_lists.problem(str(error)), [""] * len(keys)
    return lists, [""] * len(keys)


@callback(
    Output("_pages_location", "href", allow_duplicate=True),
    Input(SAVE, "n_clicks"),
    State(NAME, "value"),
    State({"type": RULE, "name": ALL}, "value"),
    State({"type": RULE, "name": ALL}, "id"),
    State(BUYER, "value"),
    State(RUN, "data"),
    State(SEEN, "data"),
    prevent_initial_call=True,
)
def save(  # noqa: PLR0917 - Dash calls it by name
    clicks: int | None,
    name: str | None,
    values: list[Any],
    ids: list[placement_form.RuleId],
    user: str | None,
    run: str,
    seen: int | None,
) -> Any:
    """Save the rules, unless somebody else has changed them meanwhile."""
    if not clicks:
        return no_update
    home, identity = current_home(), current_identity()
    served = serve_run(home, run)
    settings = given([control["name"] for control in ids], values)
    saved = placements.set_rules(
        home,
        served.require_dataset().name,
        (name or "").strip(),
        _with_file(settings, served, name),
        user=identity.name if identity else None,
        seen=seen,
    )
    toast(_("The rules of {placement} are saved.").format(placement=saved.name))
    return address(PLACE, run, placement=saved.name, user=user or "", version=str(saved.number))


@callback(
    Output("_pages_location", "href", allow_duplicate=True),
    Input(confirmed(REMOVE), "n_clicks"),
    State(NAME, "value"),
    State(RUN, "data"),
    State(SEEN, "data"),
    prevent_initial_call=True,
)
def remove(clicks: int | None, name: str, run: str, seen: int) -> Any:
    """Remove the placement, unless somebody else has changed it meanwhile."""
    if not clicks:
        return no_update
    home, identity = current_home(), current_identity()
    dataset = serve_run(home, run).require_dataset().name
    user = identity.name if identity else None
    placements.remove(home, dataset, name, user=user, seen=seen)
    return address(PLACE, run)


@callback(
    Output(EFFECT, "children"),
    Output(CLOCK, "disabled"),
    Input(CLOCK, "n_intervals"),
    Input(MEASURE, "n_clicks", allow_optional=True),
    State(RUN, "data"),
    State(NAME, "value"),
)
def follow(_ticks: int | None, clicks: int | None, run: str, name: str) -> tuple[Any, bool]:
    """Start the comparison on the test targets on a click, and show it once it is done."""
    home = current_home()
    dataset = serve_run(home, run).require_dataset().name
    place = Runs(home).placements.get(dataset, name)
    job = placement_effects.newest_job(home, run, place)
    if clicks and (job is None or job.ended):
        require(Role.TRAIN)
        placement_effects.start(home, run, name)
        job = placement_effects.newest_job(home, run, place)
    return placement_effect.effect(home, run, place), job is None or job.ended


def _with_file(
    settings: dict[str, Any], served: ServedRun, placement: str | None
) -> dict[str, Any]:
    """Return the settings with the real path of the file of products in stock.

    The file that the placement already has is kept. Another one may be named by whoever may save
    it, in the folders that imports may read: what a rule does with a file tells what is in it.
    """
    file = str(settings.get("stock_file") or "").strip()
    stored = {
        place.name: (place.rules or {}).get("stock_file")
        for place in placements.placements(served.handle.home, served.handle.run.dataset)
    }
    if not file or file == stored.get((placement or "").strip()):
        return settings
    require(Role.ADMINISTER)
    return settings | {"stock_file": str(imports.file_at(file, current_folders()))}
