"""The form is the configuration class, field by field, and checks what is typed into it."""

import dataclasses

from dashboard.pages.runs import config_form
from data.preparation.preparation import Preparation
from model.config.presets import PRESETS
from model.config.run_config import RunConfig

BASE = PRESETS["best"]


def setting(key):
    return next(one for one in config_form.settings() if one.key == key)


def test_every_setting_of_a_run_has_a_field_and_help():
    assert {one.key for one in config_form.settings()} == set(RunConfig().as_dict())
    assert all(one.label and one.explanation for one in config_form.settings())


def test_what_is_common_names_fields_that_exist():
    assert {one.key for one in config_form.settings()} >= config_form.COMMON


def test_controls_follow_the_types_of_the_fields():
    kinds = {
        "epochs": "number",
        "network": "choice",
        "features": "several",
        "tied_embeddings": "switch",
        "preparation.first": "day",
        "preparation.category_prefix": "words",
    }
    assert {key: setting(key).kind for key in kinds} == kinds


def test_preparation_stands_in_one_group():
    groups = dict(config_form.grouped())
    assert len(groups["Preparation"]) == len(dataclasses.fields(Preparation))


def test_an_untouched_form_is_the_preset():
    values = {
        one.key: config_form.control_value(one, BASE.as_dict()[one.key])
        for one in config_form.settings()
    }
    found = config_form.check(BASE, values)
    assert found.config == BASE
    assert found.changed == {}


def test_a_value_out_of_bounds_is_said_at_its_field():
    found = config_form.check(BASE, {"epochs": "0", "dropout": "0.1"})
    assert found.config is None
    assert found.errors == {
        "epochs": "epochs cannot be “0”: it takes a whole number from 1 to 1000."
    }


def test_an_emptied_field_is_wrong_but_an_emptied_day_is_none():
    assert "epochs" in config_form.check(BASE, {"epochs": None}).errors
    assert config_form.check(BASE, {"preparation.first": None}).errors == {}


def test_settings_that_do_not_go_together_are_said_at_the_one_that_is_named():
    found = config_form.check(BASE, {"warmup": "20", "epochs": "10"})
    assert list(found.errors) == ["warmup"]


def test_days_in_the_wrong_order_are_said_at_the_first_of_them():
    days = {"preparation.first": "2019-11-02", "preparation.last": "2019-11-01"}
    assert list(config_form.check(BASE, days).errors) == ["preparation.first"]


def test_an_error_about_no_field_of_the_form_is_said_for_the_whole_form():
    base = BASE.override({"network": "sasrec", "heads": 2})
    assert list(config_form.check(base, {"width": "129"}).errors) == [config_form.WHOLE]


def test_only_what_differs_from_the_preset_counts_as_changed():
    found = config_form.check(BASE, {"epochs": str(BASE.epochs), "seed": "7"})
    assert found.changed == {"seed": 7}


def test_text_of_a_value_is_read_again_as_the_same_value():
    flat = BASE.as_dict()
    assert BASE.override({key: config_form.as_text(value) for key, value in flat.items()}) == BASE


def test_a_network_has_the_name_of_its_registry_whatever_other_choices_are_called():
    settings = {setting.key: setting for setting in config_form.settings()}
    assert config_form.choice_name(settings["network"], "paper") == "Paper"
    assert config_form.choice_name(settings["protocol"], "paper") == "As in the paper"


def test_a_choice_has_the_name_of_its_own_setting():
    assert config_form.choice_name(setting("moment"), "basket") == "Before its basket"
    assert config_form.choice_name(setting("protocol"), "basket").startswith("Next basket")
    for key, names in config_form.CHOICE_NAMES.items():
        assert names.keys() == set(setting(key).choices)


def test_the_days_of_a_horizon_are_asked_for_with_that_protocol_alone():
    assert config_form.applies("horizon_days", {"protocol": "horizon"})
    assert not config_form.applies("horizon_days", BASE.as_dict())
    assert {*config_form.NEEDS} < {one.key for one in config_form.settings()}
