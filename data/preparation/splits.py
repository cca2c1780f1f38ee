"""Splits of prepared events into training, validation and test targets.

Everything is in terms of targets: boundaries in time are quantiles of their times, and what is held
out of a buyer is counted in them. A target of validation and test needs a target in its history,
whatever other events that holds: where a log has session ids, they are the same with every choice
of types in the history. A training target needs any event.

Five protocols: ``temporal`` (the default), ``basket``, ``horizon``, ``leave-one-out`` (for
comparison with published results; training uses events after the test targets of other users) and
``paper`` (for comparison with the paper).

``basket`` and ``horizon`` hold out sets: targets with the same history are predicted by one
ranking, and their order means nothing. A product is in a set once. A set of ``basket`` is the
buyer's next basket, or session; validation and test are separated by the same times as under
``temporal``, and a set that lies in two parts is left out. A set of ``horizon`` is what a buyer
buys within a number of days after a cut: the last days of the log are the test, as many before
them the validation.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from data.errors import BadInput
from data.i18n import N_, _
from data.preparation.moments import history_ends, resolve
from data.preparation.prepare import PreparedEvents
from data.preparation.sequences import (
    Bools,
    Longs,
    microseconds,
    offsets,
    session_codes,
)

PROTOCOLS = {
    "temporal": N_("Temporal: test on later events"),
    "basket": N_("Next basket: each one is a set"),
    "horizon": N_("Next days: all that is bought"),
    "leave-one-out": N_("Leave one out: last event per buyer"),
    "paper": N_("As in the paper"),
}
"""The protocols and what pages call them."""

BY_TIME = ("temporal", "basket", "horizon")
"""Protocols under which training sees only what is before a moment."""
SETS = ("basket", "horizon")
"""Protocols whose held-out targets are judged as sets."""
CUT = "cut"
"""The asking moment of held-out targets under ``horizon``."""

DAY = 86_400_000_000
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
        The asking moment of validation and test targets, see ``data.preparation.moments``; never
        ``auto``; ``CUT`` under ``horizon``.
    ends : int64, shape (events,)
        Index after the last event of each event's history. Where ``in_sets``, the validation and
        test targets with the same end are a set.
    asking_time : int64, shape (events,)
        Asking time of each event's history, microseconds.
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
    asking_time: Longs
    history: int | None = None

    @property
    def in_sets(self) -> bool:
        """Whether validation and test targets are judged as sets."""
        return self.protocol in SETS


@dataclass(frozen=True)
class _Log:
    """The arrays that protocols read; ``start`` is each user's first event, [users + 1]."""

    time: Longs
    start: Longs
    product: Longs
    is_target: Bools
    moment: str
    ends: Longs
    asking_time: Longs

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

    @property
    def once_per_set(self) -> Bools:
        """The targets whose product is none of an earlier target with the same end."""
        targets = np.flatnonzero(self.is_target)
        keys = self.ends[targets] * (self.product.max(initial=0) + 1) + self.product[targets]
        result = np.zeros(len(self.time), dtype=bool)
        result[targets[np.unique(keys, return_index=True)[1]]] = True
        return result

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
            asking_time=self.asking_time,
            history=history,
        )


def split(
    prepared: PreparedEvents,
    protocol: str = "temporal",
    seed: int = 0,
    moment: str = "auto",
    days: int = 7,
) -> Split:
    """Split prepared events.

    Parameters
    ----------
    prepared : PreparedEvents
        Events ordered by user, time and row.
    protocol : str
        A key of ``PROTOCOLS``; any other raises BadInput.
    seed : int
        Seed of the random choices of ``paper``; the other protocols are deterministic.
    moment : str
        The asking moment, a key of ``data.preparation.moments.MOMENTS``; under ``horizon`` that of
        training targets.
    days : int
        Length of the periods of ``horizon``.
    """
    if protocol not in PROTOCOLS:
        raise BadInput(
            _("There is no protocol {name}; choose one of {known}.").format(
                name=protocol, known=", ".join(PROTOCOLS)
            )
        )
    log = _log(prepared, protocol, moment)
    if protocol == "temporal":
        return _temporal(log)
    if protocol == "basket":
        return _basket(log)
    if protocol == "horizon":
        return _horizon(log, days)
    if protocol == "leave-one-out":
        return _leave_one_out(log)
    return _paper(log, np.random.default_rng(seed))


def split_later(
    prepared: PreparedEvents, protocol: str, moment: str, starts: Longs, end: int
) -> Split:
    """Hold out every target of some periods, under the protocol of a training that ended before.

    The test targets are what the training's own test part would hold if the log had ended later;
    there are no targets for training and validation.

    Parameters
    ----------
    prepared : PreparedEvents
        Events ordered by user, time and row.
    protocol : str
        One of ``BY_TIME``.
    moment : str
        As for ``split``.
    starts : int64 array [periods]
        Begin of each period, microseconds, ascending: under ``horizon`` the targets of a period are
        asked for at its begin.
    end : int
        End of the last period.
    """
    log = _log(prepared, protocol, moment)
    cuts = starts if protocol == "horizon" else starts[:1]
    part = np.searchsorted(cuts, log.time, side="right")
    if protocol == "horizon":
        log = _asked_at(log, cuts, part)
    held_out = _held_out(log, protocol, part) & (part > 0) & (log.time < end)
    nothing = np.zeros_like(held_out)
    return replace(
        log.split(protocol, part == 0, nothing, held_out), train=np.zeros(0, dtype=np.int64)
    )


def _log(prepared: PreparedEvents, protocol: str, moment: str) -> _Log:
    events = prepared.events
    time, start = microseconds(events["time"]), offsets(events["user"])
    is_target = events["target"].to_numpy(dtype=bool)
    moment = resolve(moment, is_target, in_sets=protocol in SETS)
    session = session_codes(events["session"])
    ends = history_ends(moment, offsets=start, time=time, session=session, is_target=is_target)
    product = pd.factorize(events["product"])[0].astype(np.int64)
    return _Log(time, start, product, is_target, moment, ends, asking_time=time[ends])


def _held_out(log: _Log, protocol: str, part: Longs) -> Bools:
    """Return the targets that are judged where they lie in a part that is held out.

    Under ``basket`` sets that lie in two parts are left out.
    """
    if protocol == "temporal":
        return log.evaluable
    held_out = log.evaluable & log.once_per_set
    if protocol == "basket":
        last = part.copy()  # of each set, at its end
        np.maximum.at(last, log.ends[log.is_target], part[log.is_target])
        held_out &= part[log.ends] == last[log.ends]
    return held_out


def _temporal(log: _Log) -> Split:
    """Split at the 80 % and 90 % quantiles of the times of the targets.

    Events at the time of a boundary belong to the later part, so that events of equal time are
    never separated.
    """
    part = _part(log)
    validation, test = (_held_out(log, "temporal", part) & (part == k) for k in (1, 2))
    return log.split("temporal", part == 0, validation, test)


def _part(log: _Log) -> Longs:
    """Return 0, 1 or 2: the part of training, validation or test by the time of each event."""
    ordered = np.sort(log.time[log.is_target])
    count = len(ordered)
    boundaries = ordered[[count * 8 // 10, count * 9 // 10]] if count else [0, 0]
    return np.searchsorted(np.asarray(boundaries), log.time, side="right")


def _basket(log: _Log) -> Split:
    """Split by time as ``temporal`` does; sets that lie in two parts are left out."""
    part = _part(log)
    held_out = _held_out(log, "basket", part)
    validation, test = (held_out & (part == k) for k in (1, 2))
    return log.split("basket", part == 0, validation, test)


def _horizon(log: _Log, days: int) -> Split:
    """Hold out the last days of the log for test, and as many before them for validation.

    A training target keeps its own asking moment; held-out targets are asked for at the cut.
    """
    stop = log.time[log.is_target].max(initial=0) + 1
    cuts = np.array([stop - 2 * days * DAY, stop - days * DAY])
    part = np.searchsorted(cuts, log.time, side="right")
    log = _asked_at(log, cuts, part)
    held_out = _held_out(log, "horizon", part)
    validation, test = (held_out & (part == k) for k in (1, 2))
    return log.split("horizon", part == 0, validation, test)


def _asked_at(log: _Log, cuts: Longs, part: Longs) -> _Log:
    """Return the log whose events of each part after the first are asked for at its cut."""
    ends, asking_time, user = log.ends.copy(), log.asking_time.copy(), log.user
    for number, cut in enumerate(cuts, start=1):
        first = log.start[:-1] + np.bincount(user[part < number], minlength=len(log.start) - 1)
        held_out = part == number
        ends[held_out], asking_time[held_out] = first[user[held_out]], cut
    return replace(log, moment=CUT, ends=ends, asking_time=asking_time)


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
