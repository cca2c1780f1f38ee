"""Visible text: every sentence that a person reads passes through here.

The language is a context variable, so that one web request never changes the language of
another. Catalogues are read from ``.po`` files directly: there is no compiled file to forget.
"""

import gettext
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path

DEFAULT_LANGUAGE = "en"
LANGUAGES = {"en": "English", "es": "Español"}

_CATALOGUES = Path(__file__).resolve().parent / "locale"
_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def language() -> str:
    """Return the language that text is shown in now, such as ``"en"``."""
    return _language.get()


def use_language(code: str) -> None:
    """Show text in this language from now on, in this context only.

    Parameters
    ----------
    code : str
        A key of ``LANGUAGES``; any other one means the default.
    """
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(code: str) -> gettext.NullTranslations:
    source = _CATALOGUES / code / "LC_MESSAGES" / "vitrina.po"
    if not source.exists():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(message: str) -> str:
    """Translate a message into the language of this context."""
    return _catalogue(language()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """Translate a message that depends on a number."""
    return _catalogue(language()).ngettext(singular, plural, number)


def number(value: float, digits: int = 0) -> str:
    """Write a number as the language of this context does, with so many decimals.

    Examples
    --------
    >>> number(67_501_979), number(12.345, 1)
    ('67,501,979', '12.3')
    """
    from babel.numbers import format_decimal  # the command line's --help does without

    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=language()))


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a message for translation where it is written down, to be translated where shown."""
    return message
