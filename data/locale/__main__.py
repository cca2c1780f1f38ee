"""Extraction of all translatable texts and update of the catalogues."""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from data.i18n import DEFAULT_LANGUAGE, LANGUAGES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ("data", "model", "dashboard")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def extract() -> Catalog:
    """Return a catalogue of all texts that are marked for translation.

    Line numbers are left out, so that moving code does not change the catalogues.
    """
    with (HERE / "babel.cfg").open(encoding="utf-8") as lines:
        methods, options = parse_mapping_cfg(lines)  # type: ignore[no-untyped-call]
    catalog = Catalog(project="Vitrina", charset="utf-8")
    for package in PACKAGES:
        texts = extract_from_dir(ROOT / package, methods, options, KEYWORDS, ("Translators:",))
        for _file, _line, text, comments, _context in texts:
            catalog.add(text, None, (), (), comments)
    return catalog


def catalogue(code: str) -> Path:
    """Return the path of the catalogue of a language."""
    return HERE / code / "LC_MESSAGES" / "vitrina.po"


def read(code: str) -> Catalog:
    """Return the catalogue of a language, an empty one if it does not exist."""
    path = catalogue(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as lines:
        return read_po(lines, locale=code)


def update(code: str, texts: Catalog) -> Catalog:
    """Write the catalogue of a language with the given texts and its existing translations."""
    old = read(code)
    new = Catalog(
        locale=code,
        project="Vitrina",
        header_comment=f"# Translations of Vitrina: {LANGUAGES[code]}.",
        creation_date=old.creation_date,
        revision_date=old.revision_date,
        version="1",
        msgid_bugs_address="the issues of the project",
        last_translator="Vitrina",
        language_team="Vitrina",
        fuzzy=False,
    )
    for text in texts:
        if text.id:
            existing = old.get(text.id)
            string = existing.string if existing and not existing.fuzzy else ""
            new.add(text.id, string, (), (), text.auto_comments)
    path = catalogue(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=100, sort_output=True)
    return new


def untranslated(texts: Catalog, translations: Catalog) -> Iterator[Message]:
    """Yield the texts without a complete translation in a catalogue."""
    for text in texts:
        if text.id:
            message = translations.get(text.id)
            if message is None or message.fuzzy or not _is_complete(message):
                yield text


def _is_complete(message: Message) -> bool:
    strings = message.string
    return all(strings) if isinstance(strings, tuple) else bool(strings)


def main() -> int:
    """Update all catalogues and print the number of texts without a translation."""
    texts = extract()
    for code in LANGUAGES:
        if code != DEFAULT_LANGUAGE:
            missing = list(untranslated(texts, update(code, texts)))
            sys.stdout.write(f"{code}: {len(texts)} texts, {len(missing)} to translate\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
