"""Columns that may say which rows are returns: statuses, sides of an account, credits."""

import re
from collections.abc import Iterable

from data.events import PURCHASE, RETURN
from data.importing.flags import FLAG_MEANINGS, NO, YES
from data.importing.type_words import MOST_KINDS, meaning_of
from data.importing.words import bare

_RETURNED = frozenset(word for word, pair in FLAG_MEANINGS.items() if pair[0] == RETURN)
_MOMENTS = frozenset(("at", "date", "time", "on"))
_PIECES = frozenset(("qty", "quantity", "quantities", "units", "pieces", "count", "items"))
_MONEY = frozenset(("amount", "value", "total", "money"))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_STATUS = re.compile(
    r"status|statut$|^stato|^estado|situacao|^durum|статус|状态|狀態|状態|상태"
    r"|(transaction|trans|doc|document|invoice|order|receipt|sale)type$|^(beleg|vorgangs)art$"
)
_BOOKKEEPING = tuple(
    frozenset(pair.split())
    for pair in ("dr cr", "d c", "debit credit", "s h", "soll haben", "debe haber", "dare avere")
)
"""The sides of an account, of which one undoes what the other does."""
_CHANGES = frozenset("cruid")
"""How logs of a database write that a row was created, read, updated, inserted or deleted."""
_CREDIT = re.compile(r"(?<![^\W\d_])cr[.]?$", re.I)
_PREFIX = re.compile(r"[^\W\d_]+")
_CREDIT_WORDS = "cn cm crn cr cred credit gs rma ret return ref refund avoir nc ncr abono storno"
_CREDIT_NOTES = frozenset(_CREDIT_WORDS.split())


def counts_returns(column: str) -> bool:
    """Return whether a column's name says that it holds returned or cancelled pieces or money.

    >>> [counts_returns(name) for name in ("qty_refunded", "ReturnedUnits", "return_reason")]
    [True, True, False]
    """
    words = {word.lower() for word in _WORD.findall(column)}
    return bool(words & _RETURNED and words & (_PIECES | _MONEY))


def may_undo(column: str, values: Iterable[str]) -> bool:
    """Return whether a column may say that some rows are no purchases.

    It has a few words, one of which is that of a return or its name that of a status, yes and no
    below the name of a purchase, or the time of a return.

    >>> may_undo("remark", ["ok", "cancelled"]), may_undo("Status", ["S", "C"])
    (True, True)
    >>> may_undo("Sale", ["0", "1"]), may_undo("is_mobile", ["0", "1"])
    (True, False)
    >>> may_undo("cancelled_at", ["2019-11-01"]), may_undo("colour", ["red", "blue"])
    (True, False)
    """
    kinds = set(values)
    words = {word.lower() for word in _WORD.findall(column)}
    if kinds and words & _RETURNED and words & _MOMENTS:
        return True
    if len(kinds) < 2 or len(kinds) > MOST_KINDS:
        return False
    lower = {kind.lower() for kind in kinds}
    if lower <= YES | NO:
        return meaning_of(column) == PURCHASE
    if lower in _BOOKKEEPING or {"d"} <= lower <= _CHANGES:
        return True
    is_status = _STATUS.search(bare(column)) is not None
    return is_status or any(meaning_of(kind) == RETURN for kind in kinds)


def are_some_credits(amounts: Iterable[str]) -> bool:
    """Return whether some amounts have the mark of a credit behind them, and others have not.

    >>> are_some_credits(["8.99 CR", "8.99"]), are_some_credits(["8.99 CR"] * 2)
    (True, False)
    """
    marks = {_CREDIT.search(amount.strip()) is not None for amount in amounts}
    return len(marks) > 1


def are_some_credit_notes(documents: Iterable[str]) -> bool:
    """Return whether some numbers of documents begin as those of credit notes do.

    >>> are_some_credit_notes(["SI-1", "CN-2"]), are_some_credit_notes(["CN-1", "CN-2"])
    (True, False)
    """
    prefixes = {match[0].lower() for text in documents if (match := _PREFIX.match(text))}
    return bool(prefixes & _CREDIT_NOTES) and 1 < len(prefixes) <= MOST_KINDS
