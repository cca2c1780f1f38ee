"""The parts of a run's page that do not change while it is active."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, confirm, empty_state, field, figure_card, grid
from dashboard.components.aria import aria
from dashboard.figures.curves import metric_name
from dashboard.figures.labels import type_name
from dashboard.figures.machine import GAUGES
from dashboard.figures.progress_axis import AXES, axis_name
from dashboard.jobs.queue import SERIES
from dashboard.jobs.run import Run
from dashboard.pages.runs import config_form
from dashboard.pages.runs.run_status import DELETE, STOP
from dashboard.services.runs.start import configure
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _
from model.metrics.protocol_metrics import metrics_of

AXIS, METRIC, READING = "run-axis", "run-metric", "run-reading"
LOG, LABEL, NOTE, TAGS = "run-log", "run-label", "run-note", "run-tags"
_EVENT_TYPES = {"preparation.history_types", "preparation.target_types"}


def curves() -> list[Component]:
    """Return the charts, the choice of their axis, and the container of the diagnosis."""
    axis = dbc.RadioItems(
        id=AXIS,
        options=[{"label": axis_name(name), "value": name} for name in AXES],
        value="epoch",
        inline=True,
    )
    return [
        html.Div(id=READING),
        html.Div(axis, role="group", **aria(label=_("Horizontal axis"))),
        grid(figure_card("loss", span=12), figure_card("accuracy"), figure_card("ranking")),
        grid(*(figure_card(gauge.name, height=180) for gauge in GAUGES)),
    ]


def no_curves() -> html.Section:
    """Return the line in place of the curves of an ended run that reported no epoch and no step."""
    sentence = _("No step of this training was recorded, so there is nothing to draw.")
    return card(empty_state(sentence), title=_("Learning curves"))


def metric_choice(run: Run) -> html.Div:
    """Return the choice of the metric by which the models of a run are compared."""
    names = metrics_of(run.protocol).compared
    metric = dbc.Select(
        id=METRIC,
        options=[{"label": metric_name(name), "value": name} for name in names],
        value=names[0],
    )
    return html.Div(field(_("Compare models by"), metric), className="metric-choice")


def log() -> html.Section:
    """Return the card of the run's log."""
    return card(
        html.Pre(id=LOG, className="log", tabIndex="0", role="region", **aria(label=_("Log"))),
        title=_("Log"),
        subtitle=_("The last lines that the process wrote"),
    )


def about(home: Home, run: Run) -> html.Section:
    """Return the card with a run's name, tags, note and configuration."""
    name = dbc.Input(id=LABEL, value=run.label, debounce=True, placeholder=run.run, maxlength=120)
    tags = dbc.Input(
        id=TAGS,
        value=", ".join(run.tags),
        debounce=True,
        placeholder=_("wide, second try"),
        maxlength=200,
    )
    note = dbc.Textarea(id=NOTE, value=run.note, debounce=True, rows=2, maxlength=2000)
    return card(
        [
            html.Div(
                [field(_("Name"), name), field(_("Tags"), tags), field(_("Note"), note)],
                className="written",
            ),
            html.Dl([_fact(*fact) for fact in facts(home, run)], className="facts"),
        ],
        title=_("Configuration"),
        subtitle=_about_bars(home, run) if run.kind == "train" else None,
    )


def _about_bars(home: Home, run: Run) -> str:
    if not run.preset:
        return _("Nothing is marked: this run was started from no preset")
    if _preset_settings(home, run) is None:
        return _("Nothing is marked: the preset or the dataset of this run is gone or damaged")
    return _("A bar marks what differs from the preset")


def facts(home: Home, run: Run) -> list[tuple[str, str, bool]]:
    """Return label and value of every setting of a run, and whether it differs from its preset."""
    known = {setting.key: setting for setting in config_form.settings()}
    config = run.config["config"] if run.kind in SERIES else run.config
    preset = _preset_settings(home, run) or config
    return [
        (
            _(known[key].label) if key in known else key,
            setting_words(known.get(key), value),
            value != preset.get(key),
        )
        for key, value in config.items()
    ]


def _preset_settings(home: Home, run: Run) -> dict[str, Any] | None:
    """Return the settings of a run's preset for its dataset; None where either is gone."""
    try:
        return configure(home, run.dataset, run.preset or "").config.as_dict()
    except VitrinaError:
        return None


def setting_words(setting: config_form.Setting | None, value: Any) -> str:
    """Return the text of the value of a setting, in the words that the form has for it."""
    special = config_form.SPECIAL_VALUES.get(setting.key, {}) if setting else {}
    if isinstance(value, int | float) and value in special:
        return _(special[int(value)])
    if setting and setting.key in _EVENT_TYPES and value:
        return ", ".join(type_name(kind) for kind in value)
    if setting is None or not setting.choices or not value:
        return value_words(value)
    names = value if isinstance(value, list | tuple) else [value]
    return ", ".join(config_form.choice_name(setting, str(name)) for name in names)


def value_words(value: object) -> str:
    """Return the text of a value of a configuration.

    Examples
    --------
    >>> value_words(True), value_words(["product", "price"]), value_words(0.001)
    ('yes', 'product, price', '0.001')
    """
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or _("all")
    if isinstance(value, dict):
        return ", ".join(f"{key}={inner}" for key, inner in value.items())
    if isinstance(value, float):
        digits = len(f"{value:.10f}".rstrip("0").partition(".")[2])
        return formats.number(value, digits)
    return "–" if value is None or value == "" else str(value)


def delete_dialog(run: str) -> Any:
    """Return the dialog that confirms the deletion of a run."""
    return confirm(
        DELETE,
        _("Delete run {run}?").format(run=run),
        _("Its metrics, log and model are deleted. This can be undone for five minutes."),
        _("Delete"),
    )


def stop_dialog(run: Run) -> Any:
    """Return the dialog that confirms the stop of a run, which may be somebody else's."""
    if run.kind == "train":
        effect = _(
            "It keeps its best epoch, the one with the highest NDCG@10 on validation, and can be"
            " resumed from its last whole epoch."
        )
    elif run.kind in SERIES:
        effect = _("Its trainings that have started go on; it can be resumed later.")
    else:
        effect = _("What it has done so far is discarded.")
    return confirm(STOP, _("Stop run {run}?").format(run=run.run), effect, _("Stop the run"))


def _fact(label: str, value: str, changed: bool) -> html.Div:
    look = "fact is-changed" if changed else "fact"
    return html.Div([html.Dt(label), html.Dd(value)], className=look)
