"""Words as they are compared: without case, accents, blanks and punctuation."""

import re
import unicodedata

_LATIN_ACCENTS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """Return a text in lower case without accents, blanks and punctuation.

    >>> bare("Order Completed"), bare("Précio_Unitário"), bare("Количество, шт")
    ('ordercompleted', 'preciounitario', 'количествошт')
    """
    apart = unicodedata.normalize("NFKD", text).casefold()
    whole = unicodedata.normalize("NFKC", _LATIN_ACCENTS.sub("", apart))
    return _NEITHER_LETTER_NOR_DIGIT.sub("", whole)


def bare_sql(column: str) -> str:
    """Return the SQL of ``bare`` for a column."""
    lower = f"strip_accents(lower({column}))"
    return rf"regexp_replace({lower}, '[^\p{{L}}\p{{N}}]+', '', 'g')"
