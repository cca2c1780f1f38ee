"""The cards beside the training form: dataset and preset, the start button, a grid of values."""

from collections.abc import Iterable

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components import (
    NO_CHOICE,
    button,
    card,
    error_state,
    field,
    loading_state,
    no_choice,
)
from dashboard.components.aria import aria
from dashboard.pages.runs import config_form
from dashboard.pages.runs.train_form import PRESET_NAMES
from data.i18n import _, ngettext

DATASET, PRESET = "train-dataset", "train-preset"
REMAINS, STATUS, START, START_BOX = (
    "train-remains",
    "train-status",
    "train-start",
    "train-start-box",
)
SAVE, LOAD = "train-save", "train-load"
VARIED, VARIED_VALUES = "train-varied", "train-varied-values"
TRIALS = "train-trials"


def start_card(names: list[str], dataset: str, preset_name: str) -> html.Section:
    """Return the choice of dataset and preset."""
    data = dbc.Select(id=DATASET, options=[{"label": n, "value": n} for n in names], value=dataset)
    presets = [{"label": _(words), "value": name} for name, words in PRESET_NAMES.items()]
    return card(
        html.Div(
            [
                field(_("Dataset"), data),
                field(
                    _("Preset"),
                    dbc.Select(id=PRESET, options=presets, value=preset_name),
                    explanation=_("Where the settings start from; a bar marks what you change."),
                    place="reference/settings#presets",
                ),
            ],
            className="settings",
        ),
        title=_("Start from"),
    )


def summary() -> html.Aside:
    """Return the cards at the side of the form: the start button, and what remains to learn from.

    The button comes first: the text below it changes its height with every response, and a button
    that moves between mouse down and mouse up is not clicked.
    """
    start = button(_("Start training"), START, kind="primary", icon="train")
    status = html.Div(id=STATUS, role="status")
    return html.Aside(
        [
            card([html.Fieldset(start, id=START_BOX), status, grid()], title=_("Ready to start")),
            card(loading_state(180), title=_("What remains to learn from"), body_id=REMAINS),
        ],
        className="stack train-summary",
        **aria(label=_("Summary")),
    )


def grid() -> html.Details:
    """Return the fields that start several runs at once, or a search."""
    options = [no_choice(_("No field"))] + [
        {"label": _(setting.label), "value": setting.key}
        for setting in config_form.settings()
        if setting.kind in {"number", "choice", "switch"}
    ]
    rows = [
        html.Div(
            [
                field(
                    _("Field {number}").format(number=number),
                    dbc.Select(
                        id={"type": VARIED, "name": str(number)}, options=options, value=NO_CHOICE
                    ),
                ),
                field(
                    _("Values"),
                    dbc.Input(
                        id={"type": VARIED_VALUES, "name": str(number)},
                        placeholder="0.1, 0.2, 0.3",
                        value="",
                        autocomplete="off",
                    ),
                ),
            ],
            className="varied",
        )
        for number in (1, 2)
    ]
    words = html.P(_("Starts one run for each combination of values."), className="field-hint")
    trials = field(
        _("Trainings of a search"),
        dbc.Input(
            id=TRIALS, value="", inputmode="numeric", autocomplete="off", placeholder=_("none")
        ),
        explanation=_(
            "With a number, that many trainings search for the best values instead of trying every"
            " combination; ranges such as 0.001..0.01 can be searched, too. It needs Optuna."
        ),
        place="judging#compare",
    )
    return html.Details(
        [html.Summary(_("Try several values")), words, *rows, trials], className="rare"
    )


def save_item() -> html.Button:
    """Return the button that saves the configuration."""
    return html.Button(_("Save as a file"), id=SAVE, type="button", className="menu-item")


def load_item() -> dcc.Upload:
    """Return the button that reads a configuration from a file."""
    words = html.Button(_("Load from a file"), type="button", className="menu-item")
    return dcc.Upload(words, id=LOAD, accept=".json,application/json")


def problem(errors: dict[str, str]) -> html.Div:
    """Return the message that the settings cannot be used as they are."""
    if config_form.WHOLE in errors:
        return error_state(errors[config_form.WHOLE])
    words = ngettext(
        "{n} setting must be corrected.", "{n} settings must be corrected.", len(errors)
    )
    return error_state(words.format(n=len(errors)))


def ready(changed: int, notes: Iterable[str]) -> list[html.P]:
    """Return how many settings differ from the preset, and notes on what fits the dataset."""
    words = ngettext(
        "{n} setting differs from the preset.", "{n} settings differ from the preset.", changed
    )
    sentence = words.format(n=changed) if changed else _("Every setting is that of the preset.")
    return [html.P(text, className="muted") for text in (sentence, *notes) if text]
