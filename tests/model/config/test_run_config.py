"""A configuration says what is wrong with a setting before a run starts."""

import json
from typing import Any

import pytest

from data.errors import BadInput
from model.config.presets import PRESETS, preset
from model.config.run_config import RunConfig, differences, setting_specs


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_json(name: str) -> None:
    config = PRESETS[name]
    assert RunConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


def test_text_from_a_command_line_becomes_typed_values() -> None:
    config = RunConfig().override(
        {
            "epochs": "3",
            "learning_rate": "1e-2",
            "tied_embeddings": "yes",
            "features": "product, price",
            "preparation.min_user_events": "4",
            "preparation.first": "2019-11-01",
        }
    )
    assert (config.epochs, config.learning_rate, config.tied_embeddings) == (3, 0.01, True)
    assert config.features == ("product", "price")
    assert config.preparation.min_user_events == 4
    assert config.as_dict()["preparation.first"] == "2019-11-01"


def test_the_prefix_of_the_preparation_can_be_left_out() -> None:
    changes = {"history_types": "view,cart,purchase", "target_types": "purchase"}
    preparation = RunConfig().override(changes).preparation
    assert preparation.history_types == ("view", "cart", "purchase")
    assert preparation.target_types == ("purchase",)


def test_a_stored_configuration_of_event_types_means_what_it_meant() -> None:
    stored = {"protocol": "temporal", "preparation.event_types": ["purchase"]}
    config = RunConfig.from_dict(stored)
    assert config.preparation.history_types == config.preparation.target_types == ("purchase",)
    assert "preparation.event_types" not in config.as_dict()


def test_a_preparation_can_be_named() -> None:
    config = RunConfig().override({"preparation": "paper"})
    assert config.preparation.require_brand
    with pytest.raises(BadInput, match=r"none_such.*paper"):
        RunConfig().override({"preparation": "none_such"})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("epochs", "0", "whole number from 1"),
        ("epochs", "2.5", "whole number"),
        ("epochs", "inf", "whole number"),
        ("epochs", True, "whole number"),
        ("learning_rate", "nan", "a number from"),
        ("learning_rate", "fast", "a number from"),
        ("dropout", "1", "from 0 to 0.9"),
        ("tied_embeddings", "maybe", "true or false"),
        ("features", "product,smell", "some of product"),
        ("features", "", "features cannot be empty"),
        ("network", "oracle", "one of paper"),
        ("network", None, "one of paper"),
        ("protocol", "random", "temporal"),
        ("preparation.first", "yesterday", "2019-11-30"),
        ("preparation.min_user_events", "0", "preparation.min_user_events"),
        ("preparation", ["paper"], "one of paper"),
        ("features", {"product": 1, "smell": 2}, "some of product"),
        ("seed", "-1", "whole number from 0"),
        ("precision", "float16", "mixed_bfloat16"),
        ("gradient_clipping", -1, "from 0 to 1000."),
    ],
)
def test_a_refusal_names_the_field_the_value_and_what_is_allowed(
    key: str, value: object, said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        RunConfig().override({key: value})
    sentence = str(refused.value)
    assert key in sentence
    assert said in sentence
    assert "\n" not in sentence
    assert refused.value.field == key


@pytest.mark.parametrize("changes", [{"dropout": 2.0}, {"network": "oracle"}, {"epochs": 0}])
def test_a_configuration_cannot_be_made_with_what_is_not_allowed(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=next(iter(changes))):
        RunConfig(**changes)


@pytest.mark.parametrize("key", ["epoch", "preparation.nothing", "preparation."])
def test_an_unknown_setting_is_refused(key: str) -> None:
    with pytest.raises(BadInput, match="There is no setting") as refused:
        RunConfig().override({key: 1})
    assert refused.value.field == key


@pytest.mark.parametrize(
    "senseless",
    [
        {"tied_embeddings": True, "features": "price"},
        {"loss": "sampled_softmax", "label_smoothing": 0.1},
        {"warmup": 20.0, "epochs": 10},
        {"blend": True, "compare_baselines": False},
        {"repeat_head": True, "features": "brand"},
        {"transition_head": True, "features": "brand"},
        {"heads": 4, "network": "sasrec", "width": 10},
        {"sequence_length": 1, "network": "hrnn"},
        {"preparation.max_user_events": 3, "preparation.min_user_events": 5},
        {"preparation.first": "2020-01-01", "preparation.last": "2019-01-01"},
    ],
)
def test_settings_that_make_no_sense_together_are_refused(senseless: dict[str, object]) -> None:
    with pytest.raises(BadInput) as refused:
        RunConfig().override({"loss": "full_softmax"} | senseless)
    assert refused.value.field in senseless


def test_differences_name_what_was_changed() -> None:
    changed = RunConfig().override({"epochs": 3})
    assert differences(RunConfig(), changed) == {"epochs": (RunConfig().epochs, 3)}


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(BadInput, match="paper, fast, best"):
        preset("luxury")


def test_every_setting_has_a_label_and_help() -> None:
    assert list(setting_specs()) == list(RunConfig().as_dict())
    for spec in setting_specs().values():
        assert spec.label
        assert spec.help
        assert spec.group
