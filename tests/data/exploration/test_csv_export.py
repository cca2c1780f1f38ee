"""No cell of a CSV file is a formula, however a spreadsheet separates its cells."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exploration.csv_export import csv_text, neutral

STARTS = "=+-@＝＋－＠"
DROPPED = " \t\r\n\0\v\u00a0\u3000\u200b\ufeff"


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet may evaluate a cell: it drops blanks and widens no letter."""
    shown = unicodedata.normalize("NFKC", cell).strip(DROPPED + '"')
    return shown.startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(
    "before", ["", *DROPPED, " \n\t ", ";", "tea;", "tea; ", 'tea;"', "a\n", "a\t"]
)
def test_a_formula_gets_an_apostrophe(before: str, start: str) -> None:
    text = f"{before}{start}cmd|' /C calc'!A0"
    content = csv_text(["name"], [["x", text, 1]])
    for separator in ",;\t":
        rows = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
        cells = [cell for row in rows for cell in row]
        assert not any(map(is_formula, cells)), cells


@pytest.mark.parametrize(
    "text", ["shoes", "a-b", "a - b", "3 = 4", "a@b.example", "tea; cups", "'s"]
)
def test_other_text_is_not_changed(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize("number", [-3, -0.5, None])
def test_a_number_is_not_changed(number: float | None) -> None:
    assert neutral(number) == number


@pytest.mark.property
@given(st.text(st.sampled_from(STARTS + DROPPED + ";,\"'a1")))
def test_no_text_is_a_formula(text: str) -> None:
    for part in neutral(text).replace("\r", "\n").replace("\t", ";").replace("\n", ";").split(";"):
        assert not is_formula(part)
