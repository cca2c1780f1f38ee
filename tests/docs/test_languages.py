"""The guide says the same in every language."""

from pathlib import Path

import pytest

from docs.site import DOCS, GUIDE, OWN_CODE, PLACES
from tests.docs.guide import anchors, blocks, images

PAGES = (*GUIDE, *OWN_CODE)
LANGUAGES = [language for language in PLACES if language != "en"]
TRANSLATED = [(language, page) for language in LANGUAGES for page in PAGES]


def test_the_guide_has_its_pages_in_every_language() -> None:
    for language in LANGUAGES:
        assert {file.name for file in (DOCS / language).glob("*.md")} == set(PAGES)


def both(language: str, page: str) -> tuple[Path, Path]:
    return DOCS / "en" / page, DOCS / language / page


@pytest.mark.parametrize(("language", "page"), TRANSLATED)
def test_a_page_has_every_part_of_the_english_one(language: str, page: str) -> None:
    english, translated = both(language, page)
    assert anchors(translated) == anchors(english)
    assert blocks(translated) == blocks(english)
    assert images(translated) == images(english)


@pytest.mark.parametrize(("language", "page"), TRANSLATED)
def test_a_page_has_as_many_paragraphs_lists_and_tables(language: str, page: str) -> None:
    english, translated = (file.read_text("utf-8").split("\n\n") for file in both(language, page))
    assert len(translated) == len(english)
    assert [part.count("\n| ") for part in translated] == [part.count("\n| ") for part in english]
    assert [part.count("\n- ") for part in translated] == [part.count("\n- ") for part in english]
