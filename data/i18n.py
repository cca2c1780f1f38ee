"""Translation of visible texts with gettext.

The language is a context variable, so that concurrent web requests may use different ones.
Catalogues are compiled from their ``.po`` files in memory.
"""

import gettext
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path

DEFAULT_LANGUAGE = "en"
LANGUAGES = {"en": "English", "es": "Español"}

_CATALOGUES = Path(__file__).resolve().parent / "locale"
_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def language() -> str:
    """Return the language of this context, such as ``"en"``."""
    return _language.get()


def use_language(code: str) -> None:
    """Set the language of this context.

    Parameters
    ----------
    code : str
        A key of ``LANGUAGES``; any other value means the default.
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
    """Return the translation of a message into the language of this context."""
    return _catalogue(language()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the translation of a message in the singular or plural form for a number."""
    return _catalogue(language()).ngettext(singular, plural, number)


def number(value: float, digits: int = 0) -> str:
    """Return a number with ``digits`` decimals, formatted for the language of this context.

    Examples
    --------
    >>> number(67_501_979), number(12.345, 1)
    ('67,501,979', '12.3')
    """
    from babel.numbers import format_decimal  # slow to import; --help does not need it

    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=language()))


def percent(share: float) -> str:
    """Return a share in percent, in the language of this context.

    >>> percent(0.256), percent(0.0001)
    ('25.6%', '< 0.1%')
    """
    from babel import Locale
    from babel.numbers import format_percent

    pattern = str(Locale.parse(language()).percent_formats[None].pattern).replace("0", "0.0")
    least = "< " if 0 < share < 0.0005 else ""
    return least + str(format_percent(max(share, 0.001) if least else share, pattern, language()))


def day(value: str) -> str:
    """Return an ISO date, formatted for the language of this context.

    Examples
    --------
    >>> day("2019-11-17")
    'Nov 17, 2019'
    """
    from babel.dates import format_date

    return str(format_date(date.fromisoformat(value), "medium", locale=language()))


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Return a message unchanged, marked for extraction; translate it with ``_`` when shown."""
    return message


def units(quantity: float) -> str:
    """Return a quantity in words.

    Examples
    --------
    >>> units(1), units(12), units(2.5)
    ('1 unit', '12 units', '2.5 units')
    """
    whole = float(quantity).is_integer()
    return ngettext("{number} unit", "{number} units", int(quantity) if whole else 2).format(
        number=number(quantity, 0 if whole else 1)
    )
