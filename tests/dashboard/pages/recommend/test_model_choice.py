"""What the pages of a model say where it cannot be used."""

from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.model_choice import damaged_model
from data.errors import Damaged
from data.home import Home
from tests.dashboard.text import text_of


def test_a_damaged_model_leads_to_one_of_its_dataset_or_else_to_another(home: Home) -> None:
    """The page of recommendations opens with the newest model, and ended with its sentence."""
    names = [Runs(home).create("train", dataset, {}) for dataset in ("a", "a", "b")]
    models = [Runs(home).get(name) for name in reversed(names)]
    error = Damaged("It is damaged.")
    said = [
        text_of(damaged_model(error, run, among)).split()[-1]
        for run, among in (("a-2", models), ("b-1", models), ("a-1", models[2:]))
    ]
    assert said == ["a-1", "a-2", "damaged."]
