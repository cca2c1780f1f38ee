"""Event types are chosen by checkboxes where they are few, from a list that is searched else."""

import dash_bootstrap_components as dbc
from dash import dcc

from dashboard.pages.datasets.type_choice import type_choice


def test_few_types_have_a_checkbox_each() -> None:
    choice = type_choice("types", ("view", "purchase"), ("purchase",))
    assert isinstance(choice, dbc.Checklist)
    assert vars(choice)["value"] == ["purchase"]


def test_ten_thousand_types_are_a_list_that_keeps_what_is_chosen() -> None:
    types = [f"kind {number}" for number in range(10_000)]
    choice = type_choice("types", types, ("kind 9999",))
    assert isinstance(choice, dcc.Dropdown)
    values = [option["value"] for option in vars(choice)["options"]]
    assert len(values) <= 501
    assert values[-1] == "kind 9999"
