"""Extract every text of the three rooms and bring the catalogues up to date."""

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
ROOMS = ("data", "model", "dashboard")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def extract() -> Catalog:
    """Return every text that goes through gettext.

    Places in files are left out, so that moving a module does not change the catalogues.
    """
    with (HERE / "babel.cfg").open(encoding="utf-8") as lines:
        methods, options = parse_mapping_cfg(lines)  # type: ignore[no-untyped-call]
    found = Catalog(project="Vitrina", charset="utf-8")
    for room in ROOMS:
        texts = extract_from_dir(ROOT / room, methods, options, KEYWORDS, ("Translators:",))
        for _file, _line, text, comments, _context in texts:
            found.add(text, None, (), (), comments)
    return found


def catalogue(code: str) -> Path:
    """Return where the catalogue of a language lies."""
    return HERE / code / "LC_MESSAGES" / "vitrina.po"


def read(code: str) -> Catalog:
    """Read the catalogue of a language, an empty one where there is none yet."""
    path = catalogue(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as lines:
        return read_po(lines, locale=code)


def update(code: str, texts: Catalog) -> Catalog:
    """Write the catalogue of a language anew: every text, with the translation it had."""
    old = read(code)
    new = Catalog(
        locale=code,
        project="Vitrina",
        header_comment=f"# What Vitrina says in {LANGUAGES[code]}.",
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
            known = old.get(text.id)
            string = known.string if known and not known.fuzzy else ""
            new.add(text.id, string, (), (), text.auto_comments)
    path = catalogue(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=100, sort_output=True)
    return new


def untranslated(texts: Catalog, translations: Catalog) -> Iterator[Message]:
    """Yield the texts that a catalogue does not translate."""
    for text in texts:
        if text.id:
            there = translations.get(text.id)
            if there is None or there.fuzzy or not _complete(there):
                yield text


def _complete(message: Message) -> bool:
    strings = message.string
    return all(strings) if isinstance(strings, tuple) else bool(strings)


def main() -> int:
    """Update every catalogue, and say what is left to translate."""
    texts = extract()
    for code in LANGUAGES:
        if code != DEFAULT_LANGUAGE:
            left = list(untranslated(texts, update(code, texts)))
            sys.stdout.write(f"{code}: {len(texts)} texts, {len(left)} to translate\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
