"""A bar marks the settings of a run that differ from its preset, as that is for its dataset."""

import dataclasses
from pathlib import Path

from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import config_form, run_layout, train_form
from dashboard.services.datasets import imports
from dashboard.services.runs.start import configure, start_training
from data.home import Home
from data.i18n import use_language
from data.importing.request import ImportRequest
from model.config.run_config import RunConfig
from tests.dashboard.text import text_of


def test_what_follows_from_the_size_of_the_dataset_is_no_difference(
    home: Home, tmp_path: Path
) -> None:
    log = tmp_path / "shop.csv"
    rows = [f"{user},p{day},2019-11-0{day} 12:00:00,view" for user in range(9) for day in (1, 2, 3)]
    log.write_text("\n".join(["user,product,event_time,event_type", *rows]) + "\n", "utf-8")
    imports.import_files(home, ImportRequest([log], "shop"))
    config = configure(home, "shop", "best", {"dropout": "0.1"}).config
    run = Runs(home).get(start_training(home, "shop", config, preset="best"))

    gone = dataclasses.replace(run, dataset="gone")
    marked = [
        [label for label, _value, differs in run_layout.facts(home, one) if differs]
        for one in (run, gone)
    ]
    assert marked == [["Dropout"], []]


def test_a_run_without_a_preset_has_lost_none(home: Home) -> None:
    run = Runs(home).get(Runs(home).create("train", "shop", RunConfig().as_dict()))
    assert "this run was started from no preset" in text_of(run_layout.about(home, run))


def test_choices_have_the_names_of_the_form_and_not_those_of_the_code() -> None:
    known = {setting.key: setting for setting in config_form.settings()}
    words = {
        key: run_layout.setting_words(known[key], value)
        for key, value in {
            "loss": "full_softmax",
            "network": "sr_gnn",
            "features": ["product", "category_1"],
            "preparation.target_types": ["purchase", "rating"],
            "preparation.history_types": [],
            "epochs": 9,
        }.items()
    }
    assert words == {
        "loss": "Full softmax: every product",
        "network": "SR-GNN",
        "features": "Product, First level of the category",
        "preparation.target_types": "Purchases, rating",
        "preparation.history_types": "all",
        "epochs": "9",
    }


def test_special_values_have_the_words_of_what_they_stand_for() -> None:
    known = {setting.key: setting for setting in config_form.settings()}
    for key, words in config_form.SPECIAL_VALUES.items():
        for value in words:
            assert config_form.problem(key, str(value)) == ""
            assert f"{value}: {words[value]}" in known[key].hint
    assert run_layout.setting_words(known["gpus"], -1) == "one where there is any"
    assert run_layout.setting_words(known["gradient_clipping"], 0.0) == "off"
    assert run_layout.setting_words(known["gpus"], 2) == "2"


def test_numbers_are_written_as_the_language_does() -> None:
    use_language("es")
    values = (0.2, 0.0007, 1e-6, 3)
    assert [run_layout.value_words(value) for value in values] == ["0,2", "0,0007", "0,000001", "3"]


def test_a_group_of_rare_settings_is_a_line_that_opens_and_not_an_empty_card() -> None:
    cards = train_form.form(RunConfig().as_dict())
    assert [len(vars(one)["children"]) for one in cards] == [2] * (len(cards) - 1) + [1]
    body = vars(cards[-1])["children"][0]
    summary = vars(vars(vars(body)["children"])["children"][0])["children"]
    assert text_of([summary]) == "Resources"
