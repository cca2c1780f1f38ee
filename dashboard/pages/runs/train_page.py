"""Starting a training: dataset, preset, and every setting with help and checks as one types."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, ctx, dcc, html, no_update

from dashboard.components import (
    NO_CHOICE,
    button,
    empty_state,
    error_state,
    menu,
    page_header,
    toast,
)
from dashboard.context import current_home
from dashboard.pages.runs import train_sidebar
from dashboard.pages.runs.train_form import BOX, SETTING, box_class, form, remains
from dashboard.pages.runs.train_sidebar import (
    DATASET,
    LOAD,
    PRESET,
    REMAINS,
    SAVE,
    START,
    STATUS,
    VARIED,
    VARIED_VALUES,
)
from dashboard.services.datasets import library
from dashboard.services.runs import config_form, drafts
from dashboard.services.runs.drafts import Draft
from data.errors import BadInput
from data.i18n import _
from model.config.presets import PRESETS, preset
from model.config.run_config import RunConfig, differences

FORM, DRAFT, FILE, ADDRESS = "train-form", "train-draft", "train-file", "train-address"
ALL_SETTINGS = {"type": SETTING, "name": ALL}


dash.register_page(__name__, path="/train", title=lambda **_parts: f"{_('Train')} · Vitrina")


def layout(clone: str = "", **query: str) -> html.Div:
    """Return the form, filled in from the address: a run to repeat, or settings one by one."""
    home = current_home()
    names = library.names(home)
    title = _("Train")
    words = _("Choose what a network learns from and how; what you do not know can stay as it is.")
    if not names:
        lead = button(_("Import data"), href="/data", kind="primary")
        nothing = empty_state(_("A training needs a dataset first."), lead)
        return html.Div([page_header(title, words), nothing])
    draft = drafts.of_run(home, clone) if clone else _from_query(query)
    chosen = draft.dataset if draft.dataset in names else names[0]
    values = drafts.base(home, chosen, draft.preset).as_dict() | draft.values
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
            html.Div(
                [
                    html.Div(
                        [train_sidebar.start_card(names, chosen, draft.preset), *_form(values)]
                    ),
                    train_sidebar.summary(),
                ],
                className="train-columns",
            ),
            dcc.Store(id=DRAFT),
            dcc.Store(id=ADDRESS),
            dcc.Download(id=FILE),
        ]
    )


def _from_query(query: dict[str, str]) -> Draft:
    known = RunConfig().as_dict()
    name = query.get("preset", "")
    values = {key: value for key, value in query.items() if key in known}
    return Draft(query.get("dataset", ""), name if name in PRESETS else "best", values)


def _form(values: dict[str, Any]) -> list[html.Div]:
    return [html.Div(form(values), id=FORM, className="stack")]


@callback(
    Output(FORM, "children"),
    Input(PRESET, "value"),
    Input(DATASET, "value"),
    State(DRAFT, "data"),
    prevent_initial_call=True,
)
def fill(preset_name: str, dataset: str, draft: dict[str, Any] | None) -> Any:
    """Fill the form anew from another preset, or with the event types of another dataset."""
    before = drafts.base(current_home(), dataset, preset_name).as_dict()
    kept = draft["changed"] if draft and ctx.triggered_id == DATASET else {}
    return form(before | kept)


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
    typed: list[Any], ids: list[dict[str, str]], preset_name: str, dataset: str
) -> tuple[Any, ...]:
    """Check every value, mark what differs from the preset, and keep the draft in the address."""
    keys = [one["name"] for one in ids]
    found = _checked(typed, ids, preset_name, dataset)
    boxes = [box_class(key in found.changed) for key in keys]
    sentences = [found.errors.get(key, "") for key in keys]
    if found.config is None:
        return (
            sentences,
            [no_update] * len(keys),
            train_sidebar.problem(found.errors),
            True,
            None,
            no_update,
        )
    draft = {
        "dataset": dataset,
        "preset": preset_name,
        "changed": found.changed,
        "config": found.config.as_dict(),
    }
    typed_in = {key: config_form.as_text(value) for key, value in found.changed.items()}
    address = urlencode({"dataset": dataset, "preset": preset_name} | typed_in)
    return sentences, boxes, train_sidebar.ready(len(found.changed)), False, draft, f"?{address}"


def _checked(
    typed: list[Any], ids: list[dict[str, str]], preset_name: str, dataset: str
) -> config_form.Checked:
    keys = [one["name"] for one in ids]
    before = drafts.base(current_home(), dataset, preset_name)
    return config_form.check(before, dict(zip(keys, typed, strict=True)))


@callback(Output(REMAINS, "children"), Input(DRAFT, "data"))
def show_remains(draft: dict[str, Any] | None) -> Any:
    """Count what the preparation leaves, and judge how long the training would take."""
    if draft is None:
        return no_update
    home, dataset = current_home(), draft["dataset"]
    config = RunConfig.from_dict(draft["config"])
    steps = drafts.remains(home, dataset, config.preparation)
    if not steps[-1].events:
        return error_state(_("The preparation leaves nothing to learn from; loosen it."))
    return remains(steps, drafts.estimate(home, dataset, config, steps))


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
    typed: list[Any],
    ids: list[dict[str, str]],
    preset_name: str,
    dataset: str,
    fields: list[str],
    texts: list[str],
    trials: str | None,
) -> tuple[Any, list[str]]:
    """Queue the training, one for each combination of values, or a search; go where it is shown.

    What counts is what stands in the form at the click: the draft may still be on its way.
    """
    quiet = [""] * len(fields)
    config = _checked(typed, ids, preset_name, dataset).config
    if not clicks or config is None:
        return no_update, quiet
    values = {key: new for key, (_old, new) in differences(preset(preset_name), config).items()}
    varied = {key: text for key, text in zip(fields, texts, strict=True) if key != NO_CHOICE}
    try:
        draft = Draft(dataset, preset_name, values)
        runs = drafts.start(current_home(), draft, varied, (trials or "").strip())
    except BadInput as error:
        if not varied:
            raise
        return no_update, [str(error), *quiet[1:]]
    return (f"/runs/{runs[0]}" if len(runs) == 1 else "/runs"), quiet


@callback(
    Output(FILE, "data"),
    Input(SAVE, "n_clicks"),
    State(DRAFT, "data"),
    prevent_initial_call=True,
)
def save(_clicks: int, draft: dict[str, Any] | None) -> dict[str, str]:
    """Give the configuration as a file that the command line reads, too."""
    if draft is None:
        raise BadInput(_("Mend the settings that are marked first."))
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
    """Fill the form from a file."""
    if not contents:
        return no_update
    draft = drafts.of_text(base64.b64decode(contents.partition(",")[2]).decode("utf-8", "replace"))
    before = preset(draft.preset)
    config = before.override(draft.values)
    values = {
        key: config_form.as_text(new) for key, (_old, new) in differences(before, config).items()
    }
    toast(_("{file} is loaded.").format(file=filename))
    query = {"dataset": draft.dataset or dataset, "preset": draft.preset} | values
    return f"?{urlencode(query)}"
