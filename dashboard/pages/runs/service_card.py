"""The card of a run that says which model is in service for its dataset, and changes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import button, card, moment, toast
from dashboard.context import current_home, current_identity, may
from dashboard.figures.curves import metric_name
from dashboard.identity import Role
from dashboard.jobs.promotions import Promotion
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run_handle import open_run
from dashboard.pages.runs import candidate_panel
from dashboard.pages.runs.comparison_tables import DECISIVE
from dashboard.services.runs import model_in_service
from dashboard.services.runs.comparison import PairedDifferences
from dashboard.services.runs.model_in_service import Standing
from dashboard.web.downloads import REPORTS
from data.home import Home
from data.i18n import _

SERVICE = "run-service"
TITLE, READING, CHANGES, SEEN, CHANGED = (
    f"{SERVICE}-{part}" for part in ("title", "reading", "changes", "seen", "changed")
)
PROMOTE, ROLL_BACK, WITHDRAW = (
    f"{SERVICE}-{action}" for action in ("promote", "roll-back", "withdraw")
)
BUTTONS = (PROMOTE, ROLL_BACK, WITHDRAW)
_SHOWN_CHANGES = 5


@dataclass(frozen=True)
class ServiceView:
    """What the card shows: a run beside the model in service of its dataset.

    Attributes
    ----------
    title, reading : str
    changes : list of Component
        The latest promotions, the newest first.
    actions : dict of str to str
        Label of each button that is offered.
    seen : int
        Number of the newest promotion.
    """

    title: str
    reading: str
    changes: list[Component]
    actions: Mapping[str, str]
    seen: int


def layout() -> html.Div:
    """Return the card with all of its buttons, hidden until ``show`` fills it."""
    return html.Div(
        card(
            [
                dcc.Store(id=SEEN),
                dcc.Store(id=CHANGED),
                html.P(id=READING),
                candidate_panel.layout(),
                html.Div(id=CHANGES),
            ],
            title=html.Span(id=TITLE),
            subtitle=_(
                "Where no run is named, the model in service of a dataset recommends: on the"
                " recommendation page, through the API and on the command line."
            ),
            actions=[button("", name) for name in BUTTONS],
        ),
        id=SERVICE,
        hidden=True,
    )


def view(home: Home, run: str) -> ServiceView | None:
    """Return the content of the card of a run; None for a run without a model."""
    handle = open_run(home, run)
    if handle.run.kind != TRAINING or not handle.has_model:
        return None
    standing = model_in_service.standing(home, run)
    changes = standing.history[:_SHOWN_CHANGES]
    report = html.A(_("Report"), href=f"{REPORTS}model/{standing.dataset}.html", download="")
    return ServiceView(
        _title(standing),
        _reading(standing),
        [
            *(html.P(_change(change), className="note") for change in changes),
            *([html.P(report)] if standing.in_service else []),
        ],
        _actions(standing),
        standing.seen,
    )


def _title(standing: Standing) -> str:
    if standing.is_in_service:
        return _("This run is in service for {dataset}").format(dataset=standing.dataset)
    if standing.in_service:
        return _("{run} is in service for {dataset}").format(
            run=standing.in_service, dataset=standing.dataset
        )
    return _("No model is in service for {dataset}").format(dataset=standing.dataset)


def _reading(standing: Standing) -> str:
    if standing.is_in_service:
        return _("It cannot be deleted as long as it is in service.")
    if standing.in_service is None:
        return _("Put this run into service, and programs need not know its name.")
    if standing.difference is None:
        return _(
            "The two cannot be compared: they were not evaluated on the same targets of the same"
            " dataset."
        )
    return difference_words(standing.difference, standing.in_service)


def difference_words(pair: PairedDifferences, in_service: str) -> str:
    """Return one sentence on a candidate beside the model in service."""
    difference = pair.metrics[DECISIVE]
    if not difference.significant:
        verdict = _("No significant difference between this run and {run}")
    elif difference.value > 0:
        verdict = _("This run is better than {run}")
    else:
        verdict = _("This run is worse than {run}")
    sign = "+" if difference.value > 0 else ""
    return _(
        "{verdict}: {metric} {difference} on the same {targets} test targets of {buyers} buyers"
        " (95% interval {low} to {high})."
    ).format(
        verdict=verdict.format(run=in_service),
        metric=metric_name(DECISIVE),
        difference=f"{sign}{formats.number(difference.value, 4)}",
        targets=formats.number(pair.targets),
        buyers=formats.number(pair.buyers),
        low=formats.number(difference.low, 4),
        high=formats.number(difference.high, 4),
    )


def _change(promotion: Promotion) -> list[Any]:
    who = _("by {user}").format(user=promotion.user) if promotion.user else ""
    what = promotion.run or _("none")
    return [moment(promotion.time), f": {what}", f" {who}" if who else ""]


def _actions(standing: Standing) -> dict[str, str]:
    if not standing.is_in_service:
        return {PROMOTE: _("Put into service")}
    withdraw = {WITHDRAW: _("Take out of service")}
    if standing.previous is None:
        return withdraw
    return {ROLL_BACK: _("Roll back to {run}").format(run=standing.previous)} | withdraw


def register() -> None:
    """Register the callbacks of the card; the page of a run does so."""
    candidate_panel.register(CHANGED)

    @callback(
        Output(SERVICE, "hidden"),
        Output(TITLE, "children"),
        Output(READING, "children"),
        Output(CHANGES, "children"),
        Output(SEEN, "data"),
        *(Output(name, "children") for name in BUTTONS),
        *(Output(name, "hidden") for name in BUTTONS),
        Input({"type": "run-mark", "name": "state"}, "data"),
        Input({"type": "run-mark", "name": "evaluated"}, "data"),
        Input(CHANGED, "data"),
        State("run-name", "data"),
    )
    def show(_state: str | None, _evaluated: int | None, _changed: int | None, run: str) -> Any:
        """Show which model is in service for the dataset of a run that has one."""
        shown = view(current_home(), run)
        if shown is None:
            return True, *(no_update for _output in range(4 + 2 * len(BUTTONS)))
        offered = shown.actions if may(Role.ADMINISTER) else {}
        labels = [shown.actions.get(name, "") for name in BUTTONS]
        hidden = [name not in offered for name in BUTTONS]
        return False, shown.title, shown.reading, shown.changes, shown.seen, *labels, *hidden

    @callback(
        Output(CHANGED, "data"),
        *(Input(name, "n_clicks") for name in BUTTONS),
        State(SEEN, "data"),
        State("run-name", "data"),
        prevent_initial_call=True,
    )
    def change(
        _promotes: int | None,
        _rolls_back: int | None,
        _withdraws: int | None,
        seen: int | None,
        run: str,
    ) -> Any:
        """Change the model in service, unless somebody else has done so meanwhile."""
        home, identity = current_home(), current_identity()
        user = identity.name if identity else None
        if ctx.triggered_id == PROMOTE:
            promotion = model_in_service.promote(home, run, user=user, seen=seen)
        else:
            dataset = open_run(home, run).run.dataset
            change_of = {
                ROLL_BACK: model_in_service.roll_back,
                WITHDRAW: model_in_service.withdraw,
            }[ctx.triggered_id]
            promotion = change_of(home, dataset, user=user, seen=seen)
        toast(
            _("Run {run} is in service now.").format(run=promotion.run)
            if promotion.run
            else _("No model is in service for {dataset}").format(dataset=promotion.dataset)
        )
        return promotion.number
