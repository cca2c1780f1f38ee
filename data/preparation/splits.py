"""What training may see, and what it is judged on.

Three protocols: ``temporal`` (the default and the honest one), ``leave-one-out`` (for
comparison with published tables; it leaks the future) and ``paper`` (for comparison with the
paper only).
"""

from dataclasses import dataclass

import numpy as np

from data.errors import BadInput
from data.i18n import N_, _
from data.preparation.prepare import Prepared
from data.preparation.sequences import Bools, Longs, microseconds, offsets

PROTOCOLS = {
    "temporal": N_("By time: train on the past, test on the future"),
    "leave-one-out": N_("Leave one out: each buyer's last event is the test"),
    "paper": N_("As the paper: buyers at random, one target each"),
}

PAPER_HISTORY = 4
PAPER_SHARES = (0.6, 0.3, 0.1)


@dataclass(frozen=True)
class Split:
    """One division of the prepared events.

    All targets are indices into the flat arrays of the prepared events; the history of a target
    is made of the same buyer's earlier events.

    Attributes
    ----------
    protocol : str
        A key of ``PROTOCOLS``.
    visible : bool, shape (events,)
        The events that training may see, and that vocabularies, preparation statistics and
        baselines come from.
    train, validation, test : int64, sorted
        Targets. Every training target and its history are visible.
    history : int or None
        The most earlier events that a history may hold; None where there is no limit.
    """

    protocol: str
    visible: Bools
    train: Longs
    validation: Longs
    test: Longs
    history: int | None = None


def split(prepared: Prepared, protocol: str = "temporal", seed: int = 0) -> Split:
    """Divide prepared events.

    Parameters
    ----------
    prepared : Prepared
        Events ordered by buyer, time and row.
    protocol : str
        A key of ``PROTOCOLS``; another one raises BadInput.
    seed : int
        Of the random choices of ``paper``; the other protocols have none.
    """
    if protocol not in PROTOCOLS:
        raise BadInput(
            _("There is no protocol {name}; choose one of {known}.").format(
                name=protocol, known=", ".join(PROTOCOLS)
            )
        )
    start = offsets(prepared.events["user"])
    if protocol == "temporal":
        return _temporal(microseconds(prepared.events["time"]), start)
    if protocol == "leave-one-out":
        return _leave_one_out(start)
    return _paper(start, np.random.default_rng(seed))


def _position(start: Longs) -> Longs:
    """Return how many earlier events of its buyer each event has."""
    return np.arange(start[-1]) - np.repeat(start[:-1], np.diff(start))


def _temporal(time: Longs, start: Longs) -> Split:
    """Cut at the 80 % and 90 % quantile of the events' times.

    An event at the very moment of a cut belongs to the later part, so that nothing that happens
    at one time is on both sides.
    """
    ordered = np.sort(time)
    cuts = ordered[[len(time) * 8 // 10, len(time) * 9 // 10]] if len(time) else [0, 0]
    part = np.searchsorted(np.asarray(cuts), time, side="right")
    follows = _position(start) > 0
    train, validation, test = (np.flatnonzero(follows & (part == k)) for k in range(3))
    return Split("temporal", part == 0, train, validation, test)


def _leave_one_out(start: Longs) -> Split:
    """Each buyer's last event is a test target, the one before it a validation target.

    Targets need a history: buyers with one event give none, those with two give a test target.
    """
    position = _position(start)
    left = np.repeat(np.diff(start), np.diff(start)) - position
    follows = position > 0
    last, second = follows & (left == 1), follows & (left == 2)
    visible = ~(last | second)
    train, validation, test = map(np.flatnonzero, (visible & follows, second, last))
    return Split("leave-one-out", visible, train, validation, test)


def _paper(start: Longs, random: np.random.Generator) -> Split:
    """Give 60 % of buyers to training, 30 % to validation and 10 % to the test.

    Validation and test have one target a buyer, at a random position. The paper draws a position
    of a training buyer anew each time it meets the buyer, so every position is a training target.
    """
    users, sizes = len(start) - 1, np.diff(start)
    bounds = np.rint(np.cumsum(PAPER_SHARES) * users)
    part = np.empty(users, dtype=np.int64)
    part[random.permutation(users)] = np.searchsorted(bounds, np.arange(users), side="right")
    drawn = start[:-1] + 1 + random.integers(0, np.maximum(sizes - 1, 1))
    visible = np.repeat(part == 0, sizes)
    train = np.flatnonzero(visible & (_position(start) > 0))
    validation, test = (drawn[(sizes > 1) & (part == k)] for k in (1, 2))
    return Split("paper", visible, train, validation, test, history=PAPER_HISTORY)
