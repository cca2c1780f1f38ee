"""The form of a placement's rules."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard.components import field
from dashboard.web.callback_types import Keys
from data.comma_list import write_list
from data.errors import BadInput
from data.i18n import _
from data.validation import OneOf, SettingSpec, specs, validate
from model.serving.rules.settings import Rules

RULE = "rule"
ERROR = f"{RULE}-error"
RuleId = Annotated[dict[str, str], Keys(name=Annotated[str, OneOf(specs(Rules))])]


def rule_id(key: str) -> dict[str, str]:
    """Return the id of the control of a rule."""
    return {"type": RULE, "name": key}


def form(rules: Rules) -> list[Component]:
    """Return the controls of all rules by group."""
    groups: dict[str, list[SettingSpec]] = {}
    for spec in specs(Rules).values():
        groups.setdefault(spec.group, []).append(spec)
    return [
        html.Section(
            [
                html.H3(_(group), className="field-label"),
                html.Div([_control(spec, rules) for spec in members], className="settings"),
            ],
            className="rules-group",
        )
        for group, members in groups.items()
    ]


def given(keys: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """Return the values of the controls that are not empty, by rule."""
    pairs = zip(keys, values, strict=True)
    return {key: value for key, value in pairs if value is not None and str(value).strip()}


def problems(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each value that is not allowed, by rule.

    Examples
    --------
    >>> problems({"max_per_brand": "2", "recent_days": "soon"})
    {'recent_days': 'recent_days cannot be “soon”: it takes a whole number from 0 to 3660.'}
    """
    sentences = {}
    for key, value in settings.items():
        try:
            validate(Rules, key, value)
        except BadInput as error:
            sentences[key] = str(error)
    return sentences


def _control(spec: SettingSpec, rules: Rules) -> html.Div:
    value = getattr(rules, spec.key)
    if value == spec.default and spec.key != "again_share":
        value = None
    number = spec.kind in (int, float)
    control = dbc.Input(
        id=rule_id(spec.key),
        type="text",
        inputmode="decimal" if number else "text",
        value=write_list(value, ", ")
        if isinstance(value, tuple)
        else value and f"{value:g}"
        if number
        else value,
        debounce=True,
        autocomplete="off",
        className="number" if number else "",
    )
    return field(
        _(spec.label),
        control,
        explanation=_(spec.help),
        place=f"reference/rules#{spec.key}",
    )
