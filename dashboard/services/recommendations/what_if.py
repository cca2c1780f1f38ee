"""Edits of a history as a short text, which is part of the page's address.

Edits are separated by commas and applied in order. Every event has a key that edits never change::

    drop:3            remove the event with the key 3
    later:3           swap it with the event after it
    earlier:3         swap it with the event before it
    price:3:12.5      set the price of the event with the key 3 to 12.5
    add:1004856       append a product as the most recent event; its key is a0, then a1 and so on
    buyer:age:25      set the attribute age of the buyer; without a value it is not known
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, unquote

from data.errors import BadInput
from data.i18n import _

MAX_EDITS = 200


@dataclass(frozen=True)
class HistoryEvent:
    """One event of a history, recorded or added by an edit.

    Attributes
    ----------
    key : str
        Names the event in edits: its position in the record, or ``a0``, ``a1``, … where it was
        added.
    product : str
    time : datetime or None
        Time of the event (UTC); None where it was added.
    type : str or None
        Event type.
    title, brand, category, price, session, quantity
        As recorded; None where unknown.
    part : {"validation", "test"} or None
        Part of the run's protocol that held it out; None where training saw it.
    moved : bool
        Whether an edit changed its position.
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
    quantity: float | None = None
    part: str | None = None
    moved: bool = False
    repriced: bool = False

    @property
    def added(self) -> bool:
        """Whether an edit added it."""
        return self.time is None


History = tuple[HistoryEvent, ...]


def split_edits(edits: str) -> list[str]:
    """Return the edits of a text, in order.

    Examples
    --------
    >>> split_edits("drop:3,add:1004856")
    ['drop:3', 'add:1004856']
    >>> split_edits("")
    []
    """
    return [edit for edit in edits.split(",") if edit]


def without_last_edit(edits: str) -> str:
    """Return the text without its last edit.

    Examples
    --------
    >>> without_last_edit("drop:3,add:1004856")
    'drop:3'
    """
    return ",".join(split_edits(edits)[:-1])


def add_edits(products: Sequence[str]) -> str:
    """Return the edits that add products, oldest first.

    Examples
    --------
    >>> add_edits(["1004856", "a,b"])
    'add:1004856,add:a%2Cb'
    """
    return ",".join(f"add:{quote(product, safe='')}" for product in products)


def apply_edits(
    history: Sequence[HistoryEvent], edits: str, describe: Callable[[str], HistoryEvent]
) -> History:
    """Return a history with edits applied.

    Edits of events that were removed before have no effect.

    Parameters
    ----------
    history : sequence of HistoryEvent
        Oldest first.
    edits : str
        The text of the edits.
    describe : callable
        Returns an added product with its brand, category and price, as an event with any key.

    Raises
    ------
    BadInput
        For a text that is not a list of edits, or holds too many.

    Examples
    --------
    >>> history = (HistoryEvent("0", "tea"), HistoryEvent("1", "cup"))
    >>> edited = apply_edits(history, "drop:0,add:pot", lambda product: HistoryEvent("", product))
    >>> [(event.key, event.product) for event in edited]
    [('1', 'cup'), ('a0', 'pot')]
    """
    steps = split_edits(edits)
    if len(steps) > MAX_EDITS:
        raise BadInput(
            _("The address holds {count} changes; at most {limit} are possible.").format(
                count=len(steps), limit=MAX_EDITS
            )
        )
    events = list(history)
    added = 0
    for step in steps:
        verb, _colon, operand = step.partition(":")
        if verb not in {"add", "drop", "later", "earlier", "price", "buyer"} or not operand:
            raise _not_an_edit(step)
        if verb == "buyer":  # see edited_buyer
            continue
        if verb == "add":
            event = describe(unquote(operand))
            events.append(replace(event, key=f"a{added}", time=None))
            added += 1
        elif verb == "price":
            _set_price(events, operand, step)
        else:
            _move_or_drop(events, verb, operand)
    return tuple(events)


def edited_buyer(buyer: Mapping[str, str | float], edits: str) -> dict[str, str | float | None]:
    """Return a buyer's attributes by name, with edits applied.

    Raises
    ------
    BadInput
        For an edit of an attribute that lacks a name or a value.

    Examples
    --------
    >>> edited_buyer({"age": 31.0, "sex": "F"}, "drop:3,buyer:age:25,buyer:sex:")
    {'age': '25', 'sex': None}
    """
    values: dict[str, str | float | None] = dict(buyer)
    for step in split_edits(edits):
        verb, _colon, operand = step.partition(":")
        if verb == "buyer":
            name, colon, value = operand.partition(":")
            if not colon or not name:
                raise _not_an_edit(step)
            values[name] = unquote(value) or None
    return values


def _not_an_edit(step: str) -> BadInput:
    return BadInput(
        _("“{step}” in the address is not a change of a history; remove it.").format(step=step)
    )


def _set_price(events: list[HistoryEvent], operand: str, step: str) -> None:
    key, _colon, text = operand.partition(":")
    try:
        price = float(text)
    except ValueError:
        raise _not_an_edit(step) from None
    if not 0 <= price < math.inf:
        raise _not_an_edit(step)
    for position, event in enumerate(events):
        if event.key == key:
            events[position] = replace(event, price=price, repriced=True)


def _move_or_drop(events: list[HistoryEvent], verb: str, key: str) -> None:
    position = next((index for index, event in enumerate(events) if event.key == key), None)
    if position is None:
        return
    event = events.pop(position)
    if verb == "drop":
        return
    target = min(position + 1, len(events)) if verb == "later" else max(position - 1, 0)
    events.insert(target, replace(event, moved=True))
