"""The table of tokens: what is drawn with it can be read, and style sheets and figures agree."""

import pytest

from dashboard.figures.template import template
from dashboard.theme import (
    COLOURS,
    SERIES,
    STYLE_SHEET,
    THEMES,
    TONES,
    Theme,
    colour,
    contrast,
    style_sheet,
)

WORDS = [
    *[(text, ground) for text in ("text", "text-muted") for ground in ("canvas", "surface")],
    ("text", "sunken"),
    ("text-muted", "sunken"),
    ("accent", "surface"),
    ("accent", "canvas"),
    ("accent", "accent-weak"),
    ("text", "accent-weak"),
    ("on-accent", "accent"),
    *[(tone, "surface") for tone in ("good", "bad", "attention")],
    *[(tone, f"{tone}-weak") for tone in ("good", "bad", "attention")],
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("words", "ground"), WORDS)
def test_words_stand_out_from_their_ground(theme: Theme, words: str, ground: str) -> None:
    assert contrast(colour(words, theme), colour(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mark", [*SERIES, "line-strong", "accent"])
def test_marks_stand_out_from_a_card(theme: Theme, mark: str) -> None:
    assert contrast(colour(mark, theme), colour("surface", theme)) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_one_colour_means_one_thing(theme: Theme) -> None:
    meanings = [*SERIES, *[tone for tone in TONES if not tone.endswith("-weak")], "accent"]
    assert len({colour(name, theme) for name in meanings}) == len(meanings)


def test_the_style_sheet_is_the_table() -> None:
    assert STYLE_SHEET.read_text(encoding="utf-8") == style_sheet(), (
        "run python -m dashboard.theme after a change of the table"
    )


@pytest.mark.parametrize("theme", THEMES)
def test_figures_lie_on_the_colour_of_cards(theme: Theme) -> None:
    layout = template(theme).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == colour("surface", theme)
    assert layout.font.color == colour("text", theme)


def test_every_colour_has_a_light_and_a_dark_form() -> None:
    assert all(len(forms) == len(THEMES) for forms in COLOURS.values())
