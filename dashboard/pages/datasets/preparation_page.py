"""The preparation page of a dataset: its steps, and the events left after each of them."""

from typing import Annotated, Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, dcc, html

from dashboard import components as kit
from dashboard import formats
from dashboard.components.help_text import setting_place
from dashboard.components.step_table import step_table
from dashboard.context import current_home
from dashboard.pages.datasets.head import head
from dashboard.pages.datasets.type_choice import type_choice
from dashboard.pages.runs import config_form
from dashboard.services.datasets import library, preparations
from dashboard.web.callback_types import Keys
from data.datasets.dataset import Dataset
from data.errors import BadInput, Damaged
from data.i18n import _
from data.preparation.preparation import PREPARATION_LABELS, Preparation
from data.preparation.steps import Step
from data.validation import OneOf, specs

dash.register_page(
    __name__,
    path_template="/data/<dataset>/preparation",
    order=1,  # matched before /data/<dataset>
    title=lambda dataset="", **_parts: f"{_('Preparation')} · {dataset} · Vitrina",
)

DATASET, PRESET, SAVE = "preparation-dataset", "preparation-preset", "preparation-save"
STEPS, FINDING, PROBLEM = "preparation-steps", "preparation-finding", "preparation-problem"
FIELD, FORM = "preparation-field", "preparation-form"
_FIELDS = specs(Preparation)
_Place = Annotated[dict[str, str], Keys(name=Annotated[str, OneOf(_FIELDS)])]


def layout(dataset: str = "", **_query: str) -> html.Div:
    """Return the page with the preparation saved with the dataset, or that of the paper."""
    home = current_home()
    source = library.open_dataset(home, dataset)
    presets = preparations.named(home, dataset)
    problem = []
    try:
        saved = preparations.saved(home, dataset)
    except Damaged as error:
        saved, problem = None, [kit.error_state(str(error))]
    preparation = saved or presets["paper"]
    preset = next(
        (name for name, values in presets.items() if values == preparation), kit.NO_CHOICE
    )
    return html.Div(
        [
            *head(source, "preparation"),
            dcc.Store(id=DATASET, data=dataset),
            *problem,
            kit.grid(
                _form(source, preparation, preset, list(presets)),
                html.Div(_steps_table(), className="span-7"),  # as high as it is, not as the form
            ),
        ]
    )


def _form(
    dataset: Dataset, preparation: Preparation, preset: str, names: list[str]
) -> html.Section:
    presets = dbc.Select(
        id=PRESET,
        options=[kit.no_choice(_("Custom"))]
        + [{"label": _(PREPARATION_LABELS[name]), "value": name} for name in names],
        value=preset,
    )
    values = preparation.as_dict()
    controls = [
        kit.field(
            _(setting.label),
            _control(name, values[name], dataset),
            hint=config_form.hint(f"preparation.{name}", setting) or None,
            explanation=_(setting.help),
            place=setting_place(f"preparation.{name}"),
        )
        for name, setting in _FIELDS.items()
    ]
    return kit.card(
        html.Div(
            [
                kit.field(_("Start from"), presets),
                html.Fieldset(controls, id=FORM, className="stack"),
            ],
            className="stack",
        ),
        title=_("Steps"),
        subtitle=_("Each step applies to the result of the steps above it."),
        actions=[kit.button(_("Save with the dataset"), SAVE)],
        span=5,
    )


def _control(name: str, value: Any, dataset: Dataset) -> Any:
    where = {"type": FIELD, "name": name}
    setting = _FIELDS[name]
    if name in {"history_types", "target_types"}:
        return type_choice(where, dataset.types, value or ())
    if isinstance(setting.default, bool):
        return dbc.Switch(id=where, value=value)
    if setting.low is not None:
        bounds = {"min": setting.low, "max": setting.high}
        return dbc.Input(id=where, type="number", step=1, value=value, debounce=400, **bounds)
    kind = "text" if isinstance(setting.default, str) else "date"
    return dbc.Input(id=where, type=kind, value=value, debounce=400)


def _steps_table() -> html.Section:
    return kit.card(
        [
            html.P(id=FINDING, className="card-title", role="status"),
            html.P(id=PROBLEM, className="field-error", role="alert"),
            html.Div(id=STEPS),
        ],
        title=_("Events left after each step"),
    )


@callback(
    Output({"type": FIELD, "name": ALL}, "value"),
    Input(PRESET, "value"),
    State(DATASET, "data"),
    State({"type": FIELD, "name": ALL}, "id"),
    running=[(Output(FORM, "disabled"), True, False)],
    prevent_initial_call=True,
)
def take_preset(preset: str, dataset: str, places: list[_Place]) -> list[Any]:
    """Fill the form with a preset."""
    if preset == kit.NO_CHOICE:
        return [dash.no_update] * len(places)
    presets = preparations.named(current_home(), dataset)
    if preset not in presets:
        raise BadInput(
            _("Dataset {name} has no preset {preset} any more.").format(name=dataset, preset=preset)
        )
    values = presets[preset].as_dict()
    return [values[place["name"]] for place in places]


@callback(
    Output(STEPS, "children"),
    Output(FINDING, "children"),
    Output(PROBLEM, "children"),
    Input({"type": FIELD, "name": ALL}, "value"),
    State({"type": FIELD, "name": ALL}, "id"),
    State(DATASET, "data"),
)
def show_steps(values: list[Any], places: list[_Place], dataset: str) -> tuple[Any, Any, str]:
    """Count the events left after each step."""
    try:
        preparation = Preparation.from_dict(_settings(values, places))
        steps = preparations.steps(current_home(), dataset, preparation)
    except BadInput as error:
        return dash.no_update, dash.no_update, str(error)
    return step_table(steps), _finding(steps), ""


@callback(
    Input(SAVE, "n_clicks"),
    State({"type": FIELD, "name": ALL}, "value"),
    State({"type": FIELD, "name": ALL}, "id"),
    State(DATASET, "data"),
    prevent_initial_call=True,
)
def save_steps(_clicks: int | None, values: list[Any], places: list[_Place], dataset: str) -> None:
    """Save the preparation with the dataset."""
    preparations.save(current_home(), dataset, _settings(values, places))
    kit.toast(_("Saved: trainings on {name} can start from these steps.").format(name=dataset))


def _settings(values: list[Any], places: list[_Place]) -> dict[str, Any]:
    """Return the values of the form as settings of a preparation; empty ones are the defaults."""
    settings = {}
    for place, value in zip(places, values, strict=True):
        setting = _FIELDS[place["name"]]
        empty = value is None or value == ""
        settings[place["name"]] = setting.default if empty else value
    return settings


def _finding(steps: tuple[Step, ...]) -> str:
    last = steps[-1]
    if not last.events:
        return _("No events are left: relax a step")
    return _("{events} events of {users} buyers are left, over {products} products").format(
        events=formats.number(last.events),
        users=formats.number(last.users),
        products=formats.number(last.products),
    )
