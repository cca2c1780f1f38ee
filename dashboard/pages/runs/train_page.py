"""The page that starts a training: dataset, preset and settings, checked while one types."""

import base64
import json
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components import (
    NO_CHOICE,
    button,
    card,
    empty_state,
    error_list,
    error_state,
    menu,
    page_header,
    toast,
)
from dashboard.context import current_home
from dashboard.pages.runs import config_form, train_sidebar
from dashboard.pages.runs.train_form import BOX, SETTING, box_class, form, remains
from dashboard.pages.runs.train_sidebar import (
    DATASET,
    LOAD,
    PRESET,
    REMAINS,
    SAVE,
    START,
    START_BOX,
    STATUS,
    VARIED,
    VARIED_VALUES,
)
from dashboard.services.datasets import library, preparations
from dashboard.services.runs import drafts, searches
from dashboard.services.runs.estimates import estimate
from dashboard.services.runs.start import configure, start_grid
from dashboard.web.callback_types import Keys
from data.errors import BadInput, VitrinaError
from data.i18n import _
from model.config.presets import PRESETS
from model.config.run_config import RunConfig, differences

FORM, DRAFT, FILE, ADDRESS = "train-form", "train-draft", "train-file", "train-address"
ALL_SETTINGS = {"type": SETTING, "name": ALL}
Draft = Annotated[
    dict[str, Any],
    Keys(dataset=str, preset=str, changed=dict[str, Any], config=dict[str, Any]),
]
"""The data of the store: what is trained once the button is clicked."""


dash.register_page(__name__, path="/train", title=lambda **_parts: f"{_('Train')} · Vitrina")


def layout(clone: str = "", **query: str) -> html.Div:
    """Return the form, filled in from the query parameters: a run to clone, or settings."""
    home = current_home()
    names = library.names(home)
    damaged = error_list(list(library.damaged(home).values()))
    title = _("Train")
    words = _("Choose what a network learns from and how; every setting has a sensible default.")
    if not names:
        lead = button(_("Import data"), href="/data", kind="primary")
        nothing = empty_state(_("A training needs a dataset first."), lead)
        return html.Div([page_header(title, words), *damaged, card(nothing)])
    if clone:
        draft = drafts.of_run(home, clone)
        dataset, preset, changes = draft.dataset, draft.preset, draft.config.as_dict()
    else:
        dataset, preset, changes = _from_query(query)
    absent = _absent(dataset, names) if dataset and dataset not in names else []
    dataset = dataset if dataset in names else names[0]
    values = configure(home, dataset, preset).config.as_dict() | changes
    return html.Div(
        [
            page_header(
                title,
                words,
                actions=[
                    menu(
                        [train_sidebar.save_item(), train_sidebar.load_item()],
                        label=_("Configuration"),
                    )
                ],
            ),
            *damaged,
            *absent,
            html.Div(
                [
                    html.Div([train_sidebar.start_card(names, dataset, preset), *_form(values)]),
                    train_sidebar.summary(),
                ],
                className="train-columns",
            ),
            dcc.Store(id=DRAFT),
            dcc.Store(id=ADDRESS),
            dcc.Download(id=FILE),
        ]
    )


def _absent(dataset: str, names: Sequence[str]) -> list[Component]:
    """Return the message that another dataset is chosen than the one that was asked for."""
    sentence = _("There is no dataset {dataset}: {other} is chosen below, or choose another one.")
    return [error_state(sentence.format(dataset=dataset, other=names[0]))]


def _from_query(query: dict[str, str]) -> tuple[str, str, dict[str, str]]:
    """Return dataset, preset and changed settings; these may be wrong, as the form will say."""
    known = RunConfig().as_dict()
    preset = query.get("preset", "")
    changes = {key: value for key, value in query.items() if key in known}
    return (
        query.get("dataset", ""),
        preset if preset in PRESETS else drafts.DEFAULT_PRESET,
        changes,
    )


def _form(values: dict[str, Any]) -> list[html.Fieldset]:
    return [html.Fieldset(form(values), id=FORM, className="stack")]


@callback(
    Output(FORM, "children"),
    Input(PRESET, "value"),
    Input(DATASET, "value"),
    State(DRAFT, "data"),
    running=[
        (Output(FORM, "disabled"), True, False),
        (Output(START_BOX, "disabled"), True, False),
    ],
    prevent_initial_call=True,
)
def fill(preset: str, dataset: str, draft: Draft | None) -> Any:
    """Fill the form from another preset, or adapt it to another dataset and keep the changes.

    The form takes no value and starts nothing until it is filled, which would replace the value.
    """
    base = configure(current_home(), dataset, preset).config.as_dict()
    changes = draft["changed"] if draft and ctx.triggered_id == DATASET else {}
    return form(base | changes)


@callback(
    Output({"type": f"{SETTING}-error", "name": ALL}, "children"),
    Output({"type": BOX, "name": ALL}, "className"),
    Output(STATUS, "children"),
    Output(START, "disabled"),
    Output(DRAFT, "data"),
    Output(ADDRESS, "data"),
    Input(ALL_SETTINGS, "value"),
    State(ALL_SETTINGS, "id"),
    State(PRESET, "value"),
    State(DATASET, "value"),
)
def check(
    values: list[Any], ids: list[dict[str, str]], preset: str, dataset: str
) -> tuple[Any, ...]:
    """Check every value, mark what differs from the preset, and keep the draft in the address."""
    keys = [control["name"] for control in ids]
    base = configure(current_home(), dataset, preset)
    checked = config_form.check(base.config, dict(zip(keys, values, strict=True)))
    messages = [checked.errors.get(key, "") for key in keys]
    if checked.config is None:
        problem = train_sidebar.problem(checked.errors)
        return messages, [no_update] * len(keys), problem, True, None, no_update
    chosen = checked.config.as_dict()
    boxes = [
        box_class(changed=key in checked.changed, shown=config_form.applies(key, chosen))
        for key in keys
    ]
    adapted = checked.config.preparation.target_types == base.config.preparation.target_types
    final = configure(current_home(), dataset, preset, checked.changed)
    notes = [base.adaptation if adapted else "", final.sizing]
    status = train_sidebar.ready(len(checked.changed), notes)
    draft = {
        "dataset": dataset,
        "preset": preset,
        "changed": checked.changed,
        "config": chosen,
    }
    address = _query(dataset, preset, checked.changed)
    return messages, boxes, status, False, draft, address


def _query(dataset: str, preset: str, changes: dict[str, Any]) -> str:
    settings = {key: config_form.as_text(value) for key, value in changes.items()}
    return f"?{urlencode({'dataset': dataset, 'preset': preset} | settings)}"


@callback(Output(REMAINS, "children"), Input(DRAFT, "data"))
def show_preparation(draft: Draft | None) -> Any:
    """Show what each step of the preparation keeps, and the estimated time of the training."""
    if draft is None:
        return no_update
    home, dataset = current_home(), draft["dataset"]
    config = RunConfig.from_dict(draft["config"])
    try:
        steps = preparations.steps(home, dataset, config.preparation)
    except VitrinaError as error:  # a toast beside a card that loads for ever would not say it
        return error_state(str(error))
    if not steps[-1].events:
        return error_state(_("The preparation leaves nothing to learn from; loosen it."))
    return remains(steps, estimate(home, dataset, config, steps))


dash.clientside_callback(
    ClientsideFunction("vitrina_train", "keep_address"),
    Output(ADDRESS, "modified_timestamp"),
    Input(ADDRESS, "data"),
    prevent_initial_call=True,
)


@callback(
    Output("_pages_location", "href", allow_duplicate=True),
    Output({"type": f"{VARIED_VALUES}-error", "name": ALL}, "children"),
    Input(START, "n_clicks"),
    State(ALL_SETTINGS, "value"),
    State(ALL_SETTINGS, "id"),
    State(PRESET, "value"),
    State(DATASET, "value"),
    State({"type": VARIED, "name": ALL}, "value"),
    State({"type": VARIED_VALUES, "name": ALL}, "value"),
    State(train_sidebar.TRIALS, "value"),
    running=[(Output(START, "disabled"), True, False)],
    prevent_initial_call=True,
)
def start(  # noqa: PLR0917 - Dash calls it by name
    clicks: int | None,
    values: list[Any],
    ids: list[dict[str, str]],
    preset: str,
    dataset: str,
    fields: list[str],
    texts: list[str],
    trials: str | None,
) -> tuple[Any, list[str]]:
    """Queue the training, one for each combination of values, or a search, and open its page.

    The values are those of the form at the click: the draft may not have arrived yet.
    """
    no_errors = [""] * len(fields)
    home, keys = current_home(), [control["name"] for control in ids]
    base = configure(home, dataset, preset).config
    config = config_form.check(base, dict(zip(keys, values, strict=True))).config
    if not clicks or config is None:
        return no_update, no_errors
    varied = {key: text for key, text in zip(fields, texts, strict=True) if key != NO_CHOICE}
    number = (trials or "").strip()
    try:
        if number:
            return f"/runs/{_start_search(dataset, config, preset, varied, number)}", no_errors
        runs = start_grid(home, dataset, config, preset=preset, varied=varied)
    except BadInput as error:
        if not varied:
            raise
        return no_update, [str(error), *no_errors[1:]]
    return (f"/runs/{runs[0]}" if len(runs) == 1 else "/runs"), no_errors


def _start_search(
    dataset: str, config: RunConfig, preset: str, varied: dict[str, str], trials: str
) -> str:
    if not trials.isascii() or not trials.isdigit():
        raise BadInput(
            _("The trainings of a search are a whole number, not “{text}”.").format(text=trials)
        )
    return searches.start(
        current_home(), dataset, config, preset=preset, varied=varied, trials=int(trials)
    )


@callback(
    Output(FILE, "data"),
    Input(SAVE, "n_clicks"),
    State(DRAFT, "data"),
    prevent_initial_call=True,
)
def save(_clicks: int, draft: Draft | None) -> dict[str, str]:
    """Send the configuration as a JSON file, which the command line reads, too."""
    if draft is None:
        raise BadInput(_("Correct the settings that are marked first."))
    text = json.dumps(draft["config"], indent=2, ensure_ascii=False) + "\n"
    return {"content": text, "filename": f"{draft['dataset']}-configuration.json"}


@callback(
    Output("_pages_location", "search", allow_duplicate=True),
    Input(LOAD, "contents"),
    State(LOAD, "filename"),
    State(DATASET, "value"),
    prevent_initial_call=True,
)
def load(contents: str | None, filename: str, dataset: str) -> Any:
    """Fill the form from a file, by way of the address."""
    if not contents:
        return no_update
    draft = drafts.of_text(base64.b64decode(contents.partition(",")[2]).decode("utf-8", "replace"))
    dataset = draft.dataset or dataset
    base = configure(current_home(), dataset, draft.preset).config
    changes = {key: new for key, (_old, new) in differences(base, draft.config).items()}
    toast(_("{file} is loaded.").format(file=filename))
    return _query(dataset, draft.preset, changes)
