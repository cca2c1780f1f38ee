"""Every visible text is translated into every language."""

import re

import pytest
from babel.messages.catalog import Catalog

from data.i18n import DEFAULT_LANGUAGE, LANGUAGES
from data.locale.__main__ import extract, read, untranslated

OTHERS = [code for code in LANGUAGES if code != DEFAULT_LANGUAGE]
PLACEHOLDER = re.compile(r"\{\w*[^{}]*\}")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return extract()


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(texts: Catalog, code: str) -> None:
    missing = [text.id for text in untranslated(texts, read(code))]
    assert missing == [], "run python -m data.locale, then translate what it names"


@pytest.mark.parametrize("code", OTHERS)
def test_translations_keep_the_placeholders(code: str) -> None:
    for text in read(code):
        if text.id and not isinstance(text.id, tuple) and text.string:
            placeholders = set(PLACEHOLDER.findall(text.id))
            assert set(PLACEHOLDER.findall(str(text.string))) == placeholders, text.id


def test_texts_are_found(texts: Catalog) -> None:
    assert texts.get("Skip to the content") is not None
    assert len(texts) > 100
