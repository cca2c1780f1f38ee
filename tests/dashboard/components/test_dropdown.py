"""A list of several values speaks the language of the page."""

from dash import dcc

from dashboard.components import dropdown
from data.i18n import use_language


def test_every_word_of_the_list_is_translated() -> None:
    use_language("es")
    labels = dropdown("brands", ["acme"], [], placeholder="Todas").labels
    assert labels["selected_count"] == "Selección: {num_selected}"
    assert set(labels) == set(dcc.Dropdown.Labels.__annotations__)
