"""The asking moment: which of a buyer's events are known when a target is predicted.

History and target are two settings. A history holds events of every chosen type, a target is an
event of a type that is predicted, and the moment says where the history of a target ends:

``event``
    Just before the target: everything before it is known.
``basket``
    Before its basket, the targets of its session: before the first of them and all else that
    happened at its time.
``session``
    Before its session: the events with its session id, or, where the log has none, those that no
    gap of 30 minutes separates from it.
``auto``
    ``event`` where every event is a target, else ``session``: the product of a purchase was put
    into the cart minutes before, and reading that off is no prediction. Where sets are predicted,
    ``basket`` in place of ``event``.

Everything that reads a history (training, validation, baselines, blend, evaluation) takes its end
from the array that ``history_ends`` returns. The history of a target is always the beginning of its
buyer's events, so that one pass over a sequence predicts every target from the event that comes
before its moment.
"""

import numpy as np

from data.preparation.sequences import Bools, Ints, Longs

MOMENTS = ("auto", "event", "session", "basket")
SESSION_GAP = 30
"""Minutes without an event after which a session starts, where the log has none."""
MINUTE = 60_000_000


def resolve(moment: str, is_target: Bools, *, in_sets: bool = False) -> str:
    """Return the moment that ``auto`` stands for, and any other as it is.

    Parameters
    ----------
    moment : str
        One of ``MOMENTS``.
    is_target : bool array [events]
    in_sets : bool
        Whether sets of targets are predicted.

    Examples
    --------
    >>> resolve("auto", np.array([True, True])), resolve("auto", np.array([False, True]))
    ('event', 'session')
    >>> resolve("auto", np.array([True, True]), in_sets=True)
    'basket'
    """
    if moment != "auto":
        return moment
    if not is_target.all():
        return "session"
    return "basket" if in_sets else "event"


def history_ends(
    moment: str, *, offsets: Longs, time: Longs, session: Ints, is_target: Bools
) -> Longs:
    """Return the index after the last event of each event's history, int64 [events].

    Parameters
    ----------
    moment : {"event", "session", "basket"}
    offsets : int64 array [buyers + 1]
        Position of each buyer's first event.
    time : int64 array [events]
        Microseconds, ascending within a buyer.
    session : int array [events]
        Code of the session; -1 where it is missing.
    is_target : bool array [events]

    Examples
    --------
    A view, a cart and a purchase of one session, and a purchase of the next one:

    >>> log = dict(offsets=np.array([0, 4]), time=np.array([0, 1, 2, 9]) * MINUTE,
    ...            session=np.array([7, 7, 7, 8]), is_target=np.array([False, False, True, True]))
    >>> [history_ends(moment, **log).tolist() for moment in ("event", "basket", "session")]
    [[0, 1, 2, 3], [0, 1, 2, 3], [0, 0, 0, 3]]
    """
    events = np.arange(len(time))
    if moment == "event":
        return events
    begins = np.zeros(len(time), dtype=bool)
    begins[offsets[:-1]] = True
    sessions = _sessions(begins, time, session)
    if moment == "session":
        return _first_of_group(sessions)
    same_time = ~begins & (np.diff(time, prepend=-1) == 0)
    first_at_time = np.maximum.accumulate(np.where(same_time, 0, events))
    targets = np.flatnonzero(is_target)
    ends = events.copy()
    ends[targets] = first_at_time[targets[_first_of_group(sessions[targets])]]
    return ends


def _sessions(begins: Bools, time: Longs, session: Ints) -> Longs:
    """Return the number of each event's session, different for each buyer.

    Events with a session id belong together wherever they are in a buyer's events.
    """
    buyer = np.cumsum(begins)
    gap = np.diff(time, prepend=0) > SESSION_GAP * MINUTE
    visit = np.cumsum(begins | gap)
    known = session >= 0
    last = int(session.max(initial=0)) + 1
    key = np.where(known, session, last + visit)
    numbers: Longs = np.unique(buyer * (last + len(time) + 2) + key, return_inverse=True)[1]
    return numbers


def _first_of_group(group: Longs) -> Longs:
    """Return the index of the first event of each event's group."""
    _groups, first, index = np.unique(group, return_index=True, return_inverse=True)
    result: Longs = first[index]
    return result
