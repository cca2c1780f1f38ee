"""One validator for every configuration: what is refused, it refuses in the same words."""

import dataclasses
import json
from datetime import date
from typing import Annotated, ClassVar

import pytest
from pydantic.dataclasses import dataclass

from data.errors import BadInput
from data.validation import (
    Bool,
    Configuration,
    Float,
    Int,
    OneOf,
    OptionalDay,
    Text,
    TextList,
    as_json,
    setting,
    specs,
    validate,
)

COLOURS = ["red", "green"]


@dataclass(frozen=True)
class Example(Configuration):
    key_prefix: ClassVar[str] = "example."

    count: Int = setting(3, label="Count", help="How many.", group="Main", low=1, high=9)
    rate: Float = setting(0.5, label="Rate", help="How much.", low=1e-6, high=1.0)
    on: Bool = setting(False, label="On", help="Whether.")
    colour: Annotated[Text, OneOf(COLOURS)] = setting("red", label="Colour", help="Which.")
    colours: Annotated[TextList, OneOf(COLOURS)] = setting((), label="Colours", help="Which.")
    note: Text = setting("", label="Note", help="Any.")
    day: OptionalDay = setting(None, label="Day", help="When.")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("count", "4", 4),
        ("count", 4.0, 4),
        ("count", "1e0", 1),
        ("rate", "1e-2", 0.01),
        ("rate", 1, 1.0),
        ("on", " Yes ", True),
        ("on", 0, False),
        ("colour", " green ", "green"),
        ("colours", "green, red,green", ("green", "red")),
        ("colours", "green", ("green",)),
        ("colours", '"green",red', ("green", "red")),
        ("colours", ["red"], ("red",)),
        ("colours", "", ()),
        ("note", " some text ", "some text"),
        ("day", "2019-11-30", date(2019, 11, 30)),
        ("day", "none", None),
        ("day", "", None),
    ],
)
def test_text_and_json_values_are_read(name: str, value: object, read: object) -> None:
    result = validate(Example, name, value)
    assert (result, type(result)) == (read, type(read))
    assert getattr(Example(**{name: value}), name) == read


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("count", "0", "example.count cannot be “0”: it takes a whole number from 1 to 9."),
        ("count", "2.5", "example.count cannot be “2.5”: it takes a whole number from 1 to 9."),
        ("count", True, "example.count cannot be “True”: it takes a whole number from 1 to 9."),
        ("count", None, "example.count cannot be “None”: it takes a whole number from 1 to 9."),
        ("count", "inf", "example.count cannot be “inf”: it takes a whole number from 1 to 9."),
        ("count", [1], "example.count cannot be “1”: it takes a whole number from 1 to 9."),
        ("rate", "2", "example.rate cannot be “2”: it takes a number from 0.000001 to 1."),
        ("rate", "nan", "example.rate cannot be “nan”: it takes a number from 0.000001 to 1."),
        ("on", "maybe", "example.on cannot be “maybe”: it takes true or false."),
        ("colour", "blue", "example.colour cannot be “blue”: it takes one of red, green."),
        ("colour", ["red"], "example.colour cannot be “red”: it takes one of red, green."),
        (
            "colours",
            "red,blue",
            "example.colours cannot be “red,blue”: it takes some of red, green,"
            " separated by commas.",
        ),
        ("note", 5, "example.note cannot be “5”: it takes a text."),
        ("day", "2019", "example.day cannot be “2019”: it takes a date such as 2019-11-30."),
    ],
)
def test_a_refusal_is_the_same_however_the_value_arrives(
    name: str, value: object, sentence: str
) -> None:
    attempts = (
        lambda: validate(Example, name, value),
        lambda: Example(**{name: value}),
        lambda: dataclasses.replace(Example(), **{name: value}),
    )
    for attempt in attempts:
        with pytest.raises(BadInput) as refused:
            attempt()
        assert (str(refused.value), refused.value.field) == (sentence, f"example.{name}")


def test_an_unknown_field_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"no setting “example.size”; .* example.count") as refused:
        Example(**{"size": 1})
    assert refused.value.field == "example.size"


def test_choices_that_are_added_later_are_allowed() -> None:
    with pytest.raises(BadInput):
        Example(colour="blue")
    COLOURS.append("blue")
    try:
        assert Example(colour="blue").colour == "blue"
        assert validate(Example, "colour", "blue") == "blue"
    finally:
        COLOURS.remove("blue")


def test_a_configuration_is_a_frozen_dataclass() -> None:
    example = Example(count=4)
    assert example == Example(count="4")  # type: ignore[arg-type]
    assert len({example, Example(count=4), Example()}) == 2
    assert dataclasses.replace(example, count=3) == Example()
    with pytest.raises(dataclasses.FrozenInstanceError):
        example.count = 5  # type: ignore[misc]


def test_specs_say_what_a_form_needs() -> None:
    found = specs(Example)
    assert [spec.kind for spec in found.values()] == [int, float, bool, str, tuple, str, date]
    count = found["count"]
    assert (count.key, count.label, count.help) == ("example.count", "Count", "How many.")
    assert (count.group, count.default, count.low, count.high) == ("Main", 3, 1, 9)
    assert list(found["colours"].choices or ()) == COLOURS
    assert Example.keys() == [f"example.{field.name}" for field in dataclasses.fields(Example)]


def test_values_are_written_as_json_has_them() -> None:
    example = Example(colours=("red",), day=date(2019, 11, 30))
    values = {
        field.name: as_json(getattr(example, field.name)) for field in dataclasses.fields(Example)
    }
    assert Example(**json.loads(json.dumps(values))) == example
