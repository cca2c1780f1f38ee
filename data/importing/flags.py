"""Columns of yes and no whose name is that of an event."""

import re
from collections.abc import Iterable

from data.events import PURCHASE, RETURN
from data.importing.type_words import MEANINGS
from data.importing.words import bare

_YES_WORDS = "1 true t yes y ja j oui vrai si sí s sim verdadero да tak evet 是 はい"
_NO_WORDS = "0 false f no n nein non faux não nao falso нет nie hayır 否 いいえ"
YES, NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())
_FLAGS = {
    "purchase purchased buy bought booking booked conversion converted ordered "
    "gekauft achete comprado acquistato kupione куплено": (PURCHASE, "view"),
    "return returned refund refunded cancel canceled cancelled": (RETURN, PURCHASE),
    "click clicked clk": ("view", "impression"),
}
_FLAG_MARKS = re.compile(r"^(is|was|has|did)_?(?=.)|_?(flag|yn)$", re.I)
FLAG_MEANINGS = {word: pair for words, pair in _FLAGS.items() for word in words.split()}
"""Bare name of a column of yes and no → what yes means, and what no means."""


def flag_meanings(column: str, codes: Iterable[str]) -> dict[str, str]:
    """Return the event types of yes and no in a column whose name is that of an event.

    >>> flag_meanings("is_booking", ["0", "1"]), flag_meanings("is_mobile", ["0", "1"])
    ({'0': 'view', '1': 'purchase'}, {})
    """
    texts = {code.strip() for code in codes}
    words = {text.lower() for text in texts}
    pair = _flag_pair(column)
    if pair is None or not words <= YES | NO:
        return {}
    return {text: pair[0] if text.lower() in YES else pair[1] for text in sorted(texts)}


def _flag_pair(column: str) -> tuple[str, str] | None:
    """Return the event types of yes and of no; None where the column's name is of no event."""
    name = _flag_name(column)
    is_return = MEANINGS.get(name) == RETURN
    return FLAG_MEANINGS.get(name) or ((RETURN, PURCHASE) if is_return else None)


def _flag_name(column: str) -> str:
    """Return the bare name of a column of yes and no without the marks of one.

    >>> _flag_name("is_booking"), _flag_name("Returned")
    ('booking', 'returned')
    """
    return bare(_FLAG_MARKS.sub("", column.strip()))


def is_purchase_flag(column: str) -> bool:
    """Return whether a column's name says that yes or no in it tells purchases from other events.

    >>> [is_purchase_flag(name) for name in ("is_booking", "is_returned", "is_click")]
    [True, True, False]
    """
    return PURCHASE in (_flag_pair(column) or ())
