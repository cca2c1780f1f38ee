"""Splits of prepared events into training, validation and test targets.

Everything is in terms of targets: boundaries in time are quantiles of their times, and what is held
out of a buyer is counted in them. A target of validation and test needs a target in its history,
whatever other events that holds: where a log has session ids, they are the same with every choice
of types in the history. A training target needs any event.

Three protocols: ``temporal`` (the default), ``leave-one-out`` (for comparison with published
results; training uses events after the test targets of other users) and ``paper`` (for comparison
with the paper).
"""

from dataclasses import dataclass

import numpy as np

from data.errors import BadInput
from data.i18n import N_, _
from data.preparation.moments import history_ends, resolve
from data.preparation.prepare import Prepared
from data.preparation.sequences import (
    Bools,
    Longs,
    microseconds,
    offsets,
    session_codes,
)

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
    consists of the same user's events before the asking moment.

    Attributes
    ----------
    protocol : str
        A key of ``PROTOCOLS``.
    visible : bool, shape (events,)
        The events that training, vocabularies and baselines may use.
    train, validation, test : int64, sorted
        Targets. Every training target and its history are visible.
    moment : str
        The asking moment, see ``data.preparation.moments``; never ``auto``.
    ends : int64, shape (events,)
        Index after the last event of each event's history.
    history : int or None
        Maximum length of a history; None for no limit.
    """

    protocol: str
    visible: Bools
    train: Longs
    validation: Longs
    test: Longs
    moment: str
    ends: Longs
    history: int | None = None


@dataclass(frozen=True)
class _Log:
    """The arrays that protocols read; ``start`` is each user's first event, [users + 1]."""

    time: Longs
    start: Longs
    is_target: Bools
    moment: str
    ends: Longs

    @property
    def user(self) -> Longs:
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    @property
    def trainable(self) -> Bools:
        """The targets with a history."""
        return self.is_target & (self.ends > self.start[self.user])

    @property
    def evaluable(self) -> Bools:
        """The targets with a target in their history."""
        targets_before = np.append(0, np.cumsum(self.is_target))
        first = targets_before[self.start[self.user]]
        return self.is_target & (targets_before[self.ends] > first)

    def split(
        self,
        protocol: str,
        visible: Bools,
        validation: Bools,
        test: Bools,
        history: int | None = None,
    ) -> Split:
        """Return the split whose training targets are the visible ones."""
        return Split(
            protocol,
            visible,
            train=np.flatnonzero(visible & self.trainable),
            validation=np.flatnonzero(validation),
            test=np.flatnonzero(test),
            moment=self.moment,
            ends=self.ends,
            history=history,
        )


def split(
    prepared: Prepared, protocol: str = "temporal", seed: int = 0, moment: str = "auto"
) -> Split:
    """Split prepared events.

    Parameters
    ----------
    prepared : Prepared
        Events ordered by user, time and row.
    protocol : str
        A key of ``PROTOCOLS``; any other raises BadInput.
    seed : int
        Seed of the random choices of ``paper``; the other protocols are deterministic.
    moment : str
        The asking moment, a key of ``data.preparation.moments.MOMENTS``.
    """
    if protocol not in PROTOCOLS:
        raise BadInput(
            _("There is no protocol {name}; choose one of {known}.").format(
                name=protocol, known=", ".join(PROTOCOLS)
            )
        )
    events = prepared.events
    time, start = microseconds(events["time"]), offsets(events["user"])
    is_target = events["target"].to_numpy(dtype=bool)
    moment = resolve(moment, is_target)
    session = session_codes(events["session"])
    ends = history_ends(moment, offsets=start, time=time, session=session, is_target=is_target)
    log = _Log(time, start, is_target, moment, ends)
    if protocol == "temporal":
        return _temporal(log)
    if protocol == "leave-one-out":
        return _leave_one_out(log)
    return _paper(log, np.random.default_rng(seed))


def _temporal(log: _Log) -> Split:
    """Split at the 80 % and 90 % quantiles of the times of the targets.

    Events at the time of a boundary belong to the later part, so that events of equal time are
    never separated.
    """
    ordered = np.sort(log.time[log.is_target])
    count = len(ordered)
    boundaries = ordered[[count * 8 // 10, count * 9 // 10]] if count else [0, 0]
    part = np.searchsorted(np.asarray(boundaries), log.time, side="right")
    validation, test = (log.evaluable & (part == k) for k in (1, 2))
    return log.split("temporal", part == 0, validation, test)


def _leave_one_out(log: _Log) -> Split:
    """Hold out each user's last target for test and the one before it for validation.

    Users with one target in all give none, users with two a test target. What happened from the
    asking moment of the first held-out target on is hidden.
    """
    user, before = log.user, np.append(0, np.cumsum(log.is_target))
    from_end = before[log.start[1:]][user] - before[:-1]
    validation, test = (log.evaluable & (from_end == k) for k in (2, 1))
    hidden_from = log.start[1:].copy()
    held_out = validation | test
    np.minimum.at(hidden_from, user[held_out], log.ends[held_out])
    visible = np.arange(len(log.time)) < hidden_from[user]
    return log.split("leave-one-out", visible, validation, test)


def _paper(log: _Log, random: np.random.Generator) -> Split:
    """Split users at random: 60 % for training, 30 % for validation, 10 % for test.

    Validation and test have one target per user, at a random position. The paper draws the target
    of a training user anew in each epoch, so that every position is a training target here.
    """
    users = len(log.start) - 1
    targets = np.flatnonzero(log.is_target)
    first = np.searchsorted(targets, log.start)
    sizes = np.diff(first)
    bounds = np.rint(np.cumsum(PAPER_SHARES) * users)
    part = np.empty(users, dtype=np.int64)
    part[random.permutation(users)] = np.searchsorted(bounds, np.arange(users), side="right")
    nth = first[:-1] + 1 + random.integers(0, np.maximum(sizes - 1, 1))
    is_drawn = np.zeros(len(log.time), dtype=bool)
    is_drawn[targets[nth[sizes > 1]]] = True
    visible, validation, test = ((part == k)[log.user] for k in range(3))
    held_out = is_drawn & log.evaluable
    return log.split("paper", visible, validation & held_out, test & held_out, PAPER_HISTORY)
