"""The training form: controls for every setting, and the counts after its preparation."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, field, key_figure, key_figures
from dashboard.components.help_text import setting_place
from dashboard.components.step_table import step_table
from dashboard.pages.runs.config_form import (
    Setting,
    applies,
    choice_name,
    control_value,
    grouped,
)
from dashboard.services.runs.estimates import Estimate
from data.i18n import N_, _
from data.preparation.steps import Step

SETTING, BOX = "setting", "setting-box"
PRESET_NAMES = {
    "best": N_("Best: the strongest settings known"),
    "fast": N_("Fast: a first answer in minutes"),
    "paper": N_("Paper: as the paper was trained"),
}
_PLACEHOLDERS = {
    "preparation.history_types": N_("every type"),
    "preparation.target_types": N_("every type"),
    "preparation.category_prefix": N_("every category"),
}


def setting_id(key: str) -> dict[str, str]:
    """Return the id of a setting's control."""
    return {"type": SETTING, "name": key}


def form(values: Mapping[str, Any]) -> list[Component]:
    """Return a card of controls for each group of settings.

    Parameters
    ----------
    values : mapping
        Values of ``RunConfig.as_dict``, or text as somebody typed it.
    """
    return [_group(group, settings, values) for group, settings in grouped()]


def box_class(*, changed: bool = False, shown: bool = True) -> str:
    """Return the class of a setting's box, which is marked where it differs from the preset."""
    look = "setting is-changed" if changed else "setting"
    return look if shown else f"{look} d-none"


def remains(steps: Sequence[Step], estimate: Estimate) -> list[Component]:
    """Return the counts after each step of the preparation, and the estimated size of an epoch."""
    last = steps[-1]
    return [
        key_figures(
            key_figure(_("Products"), formats.compact(last.products)),
            key_figure(
                _("Targets an epoch"),
                _("about {number}").format(number=formats.compact(estimate.targets)),
                explanation=_("Every training event of a predicted type that has a history."),
                place="judging#protocols",
            ),
        ),
        step_table(steps),
        html.P(_time_words(estimate), className="note"),
    ]


def _group(group: str, settings: Sequence[Setting], values: Mapping[str, Any]) -> Component:
    """Return the card of a group; one of rare settings alone is a line that opens."""
    common = [_box(setting, values) for setting in settings if setting.common]
    rare = [_box(setting, values) for setting in settings if not setting.common]
    if not common:
        return card(_folded(html.H2(_(group), className="card-title"), rare))
    parts: list[Component] = [html.Div(common, className="settings")]
    if rare:
        parts.append(_folded(_("More settings"), rare))
    return card(parts, title=_(group))


def _folded(head: Component | str, boxes: Sequence[Component]) -> html.Details:
    return html.Details(
        [html.Summary(head), html.Div(list(boxes), className="settings")], className="rare"
    )


def _box(setting: Setting, values: Mapping[str, Any]) -> html.Div:
    control = field(
        _(setting.label),
        _control(setting, values.get(setting.key)),
        explanation=_(setting.explanation),
        place=setting_place(setting.key),
        hint=setting.hint or None,
    )
    look = box_class(shown=applies(setting.key, values))
    return html.Div(control, id={"type": BOX, "name": setting.key}, className=look)


def _control(setting: Setting, value: Any) -> Any:
    control = setting_id(setting.key)
    options = [
        {"label": choice_name(setting, choice), "value": choice} for choice in setting.choices
    ]
    value = control_value(setting, value)
    if setting.kind == "choice":
        return dbc.Select(id=control, options=options, value=value)
    if setting.kind == "several":
        return dbc.Checklist(id=control, options=options, value=value, inline=True)
    if setting.kind == "switch":
        return dbc.Switch(id=control, value=value)
    if setting.kind == "day":
        return dbc.Input(id=control, type="date", value=value)
    return dbc.Input(
        id=control,
        type="text",
        inputmode="decimal" if setting.kind == "number" else "text",
        value=value,
        placeholder=_(_PLACEHOLDERS[setting.key]) if setting.key in _PLACEHOLDERS else None,
        autocomplete="off",
        className="number" if setting.kind == "number" else "",
    )


def _time_words(estimate: Estimate) -> str:
    if estimate.seconds is None:
        return _("The duration can be estimated once a run of this network has been trained here.")
    low, high = estimate.seconds
    return _(
        "The epochs take about {low} to {high}, by the throughput of {run}; reading the data and"
        " the evaluation come on top."
    ).format(low=formats.duration(low), high=formats.duration(high), run=estimate.run)
