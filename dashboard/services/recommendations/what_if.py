"""Edits of a history: what a person took out, put in or moved, as a short text.

The text is part of an address, so that a colleague sees the same. Its pieces are parted by
commas and act one after another; every entry has a key that edits never change::

    drop:3            take out the entry with the key 3
    later:3           let it change places with the entry after it
    earlier:3         let it change places with the entry before it
    price:3:12.5      let the entry with the key 3 have cost 12.5
    add:1004856       put a product in as the most recent one; its key is a0, then a1 and so on
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, unquote

from data.errors import BadInput
from data.i18n import _

LONGEST = 200
"""Edits that an address may hold."""


@dataclass(frozen=True)
class Entry:
    """One event of a history, as recorded or as somebody put it in.

    Attributes
    ----------
    key : str
        Names the entry in edits: its place in the record, or ``a0``, ``a1``, … where it was added.
    product : str
    time : datetime or None
        When it happened (UTC); None where it is not in the record.
    type : str or None
        The kind of event.
    part : {"validation", "test"} or None
        The part of the run's protocol that held it out; None where training saw it.
    moved : bool
        Whether an edit changed its place.
    repriced : bool
        Whether an edit changed its price.
    """

    key: str
    product: str
    time: datetime | None = None
    type: str | None = None
    title: str | None = None
    brand: str | None = None
    category: str | None = None
    price: float | None = None
    session: str | None = None
    part: str | None = None
    moved: bool = False
    repriced: bool = False

    @property
    def added(self) -> bool:
        """Whether somebody put it in."""
        return self.time is None


History = tuple[Entry, ...]


def pieces(script: str) -> list[str]:
    """Return the edits of a text, in order.

    Examples
    --------
    >>> pieces("drop:3,add:1004856")
    ['drop:3', 'add:1004856']
    >>> pieces("")
    []
    """
    return [piece for piece in script.split(",") if piece]


def undone(script: str) -> str:
    """Return the text without its last edit.

    Examples
    --------
    >>> undone("drop:3,add:1004856")
    'drop:3'
    """
    return ",".join(pieces(script)[:-1])


def adding(products: Sequence[str]) -> str:
    """Return the edits that put products in, the oldest first.

    Examples
    --------
    >>> adding(["1004856", "a,b"])
    'add:1004856,add:a%2Cb'
    """
    return ",".join(f"add:{quote(product, safe='')}" for product in products)


def apply(history: Sequence[Entry], script: str, describe: Callable[[str], Entry]) -> History:
    """Return a history after the edits of a text.

    Edits of entries that are gone by then do nothing.

    Parameters
    ----------
    history : sequence of Entry
        Oldest first.
    script : str
        The edits.
    describe : callable
        Returns what is known about a product that is put in, as an entry under any key.

    Raises
    ------
    BadInput
        For a text that is no list of edits.

    Examples
    --------
    >>> two = (Entry("0", "tea"), Entry("1", "cup"))
    >>> edited = apply(two, "drop:0,add:pot", lambda product: Entry("", product))
    >>> [(entry.key, entry.product) for entry in edited]
    [('1', 'cup'), ('a0', 'pot')]
    """
    steps = pieces(script)
    if len(steps) > LONGEST:
        raise BadInput(
            _("The address holds {count} changes; at most {limit} are possible.").format(
                count=len(steps), limit=LONGEST
            )
        )
    entries = list(history)
    added = 0
    for step in steps:
        verb, _colon, operand = step.partition(":")
        if verb not in {"add", "drop", "later", "earlier", "price"} or not operand:
            raise _no_change(step)
        if verb == "add":
            found = describe(unquote(operand))
            entries.append(replace(found, key=f"a{added}", time=None))
            added += 1
        elif verb == "price":
            _reprice(entries, operand, step)
        else:
            _change(entries, verb, operand)
    return tuple(entries)


def _no_change(step: str) -> BadInput:
    return BadInput(
        _("“{step}” in the address is no change of a history; take it out.").format(step=step)
    )


def _reprice(entries: list[Entry], operand: str, step: str) -> None:
    key, _colon, amount = operand.partition(":")
    try:
        price = float(amount)
    except ValueError:
        raise _no_change(step) from None
    if not 0 <= price < math.inf:
        raise _no_change(step)
    for place, entry in enumerate(entries):
        if entry.key == key:
            entries[place] = replace(entry, price=price, repriced=True)


def _change(entries: list[Entry], verb: str, key: str) -> None:
    place = next((place for place, entry in enumerate(entries) if entry.key == key), None)
    if place is None:
        return
    entry = entries.pop(place)
    if verb == "drop":
        return
    there = min(place + 1, len(entries)) if verb == "later" else max(place - 1, 0)
    entries.insert(there, replace(entry, moved=True))
