"""Splits of prepared events into training, validation and test targets.

Three protocols: ``temporal`` (the default), ``leave-one-out`` (for comparison with published
results; training uses events after the test targets of other users) and ``paper`` (for comparison
with the paper).
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
    """A split of prepared events.

    Targets are indices into the flat arrays of the prepared events; the history of a target
    consists of the same user's earlier events.

    Attributes
    ----------
    protocol : str
        A key of ``PROTOCOLS``.
    visible : bool, shape (events,)
        The events that training, vocabularies and baselines may use.
    train, validation, test : int64, sorted
        Targets. Every training target and its history are visible.
    history : int or None
        Maximum length of a history; None for no limit.
    """

    protocol: str
    visible: Bools
    train: Longs
    validation: Longs
    test: Longs
    history: int | None = None


def split(prepared: Prepared, protocol: str = "temporal", seed: int = 0) -> Split:
    """Split prepared events.

    Parameters
    ----------
    prepared : Prepared
        Events ordered by user, time and row.
    protocol : str
        A key of ``PROTOCOLS``; any other raises BadInput.
    seed : int
        Seed of the random choices of ``paper``; the other protocols are deterministic.
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
    """Return the number of earlier events of the same user for each event."""
    return np.arange(start[-1]) - np.repeat(start[:-1], np.diff(start))


def _temporal(time: Longs, start: Longs) -> Split:
    """Split at the 80 % and 90 % quantiles of the times of the events.

    Events at the time of a boundary belong to the later part, so that events of equal time are
    never separated.
    """
    ordered = np.sort(time)
    boundaries = ordered[[len(time) * 8 // 10, len(time) * 9 // 10]] if len(time) else [0, 0]
    part = np.searchsorted(np.asarray(boundaries), time, side="right")
    has_history = _position(start) > 0
    train, validation, test = (np.flatnonzero(has_history & (part == k)) for k in range(3))
    return Split("temporal", part == 0, train, validation, test)


def _leave_one_out(start: Longs) -> Split:
    """Hold out each user's last event for test and the one before it for validation.

    Targets need a history: users with one event give no target, users with two a test target.
    """
    position = _position(start)
    from_end = np.repeat(np.diff(start), np.diff(start)) - position
    has_history = position > 0
    last, second_last = has_history & (from_end == 1), has_history & (from_end == 2)
    visible = ~(last | second_last)
    train, validation, test = map(np.flatnonzero, (visible & has_history, second_last, last))
    return Split("leave-one-out", visible, train, validation, test)


def _paper(start: Longs, random: np.random.Generator) -> Split:
    """Split users at random: 60 % for training, 30 % for validation, 10 % for test.

    Validation and test have one target per user, at a random position. The paper draws the target
    of a training user anew in each epoch, so that every position is a training target here.
    """
    users, sizes = len(start) - 1, np.diff(start)
    bounds = np.rint(np.cumsum(PAPER_SHARES) * users)
    part = np.empty(users, dtype=np.int64)
    part[random.permutation(users)] = np.searchsorted(bounds, np.arange(users), side="right")
    targets = start[:-1] + 1 + random.integers(0, np.maximum(sizes - 1, 1))
    visible = np.repeat(part == 0, sizes)
    train = np.flatnonzero(visible & (_position(start) > 0))
    validation, test = (targets[(sizes > 1) & (part == k)] for k in (1, 2))
    return Split("paper", visible, train, validation, test, history=PAPER_HISTORY)
