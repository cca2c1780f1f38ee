"""Words as they are compared: without case, accents, blanks and punctuation."""

import re
import unicodedata

_LATIN_ACCENTS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_WITH_STROKES, _PLAIN = "ёıłøđ", "еilod"
"""Letters that no accent can be taken from, and how those write them who have not got them."""
_TO_PLAIN = str.maketrans(_WITH_STROKES, _PLAIN)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+")


def bare(text: str) -> str:
    """Return a text in lower case without accents, blanks and punctuation.

    >>> bare("Order Completed"), bare("Précio_Unitário"), bare("Количество, шт")
    ('ordercompleted', 'preciounitario', 'количествошт')
    """
    apart = unicodedata.normalize("NFKD", text).casefold()
    whole = unicodedata.normalize("NFKC", _LATIN_ACCENTS.sub("", apart)).translate(_TO_PLAIN)
    return _NEITHER_LETTER_NOR_DIGIT.sub("", whole)


def words_of(text: str) -> list[str]:
    """Return the words of a text, each as ``bare`` has it.

    >>> words_of("order.purchase"), words_of("viewedItem"), words_of("Kauf abgeschlossen")
    (['order', 'purchase'], ['viewed', 'item'], ['kauf', 'abgeschlossen'])
    """
    whole = unicodedata.normalize("NFKC", text)
    return [word for part in _WORD.findall(whole) if (word := bare(part))]


def bare_words(text: str) -> tuple[str, ...]:
    """Return the distinct texts between blanks, each as ``bare`` has it.

    >>> bare_words("No. no Nº_de")
    ('no', 'node')
    """
    return tuple(dict.fromkeys(map(bare, text.split())))


def bare_sql(column: str) -> str:
    """Return the SQL of ``bare`` for a column."""
    lower = f"translate(strip_accents(lower({column})), '{_WITH_STROKES}', '{_PLAIN}')"
    return rf"regexp_replace({lower}, '[^\p{{L}}\p{{N}}]+', '', 'g')"
