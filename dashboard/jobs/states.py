"""The states of a run and the transitions between them."""

from enum import StrEnum

from data.i18n import N_, _


class State(StrEnum):
    """State of a run.

    A run waits (``queued``), is active (``starting``, ``running``, ``stopping``) or has ended.
    """

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


_NAMES = {
    State.QUEUED: N_("queued"),
    State.STARTING: N_("starting"),
    State.RUNNING: N_("running"),
    State.STOPPING: N_("stopping"),
    State.FINISHED: N_("finished"),
    State.STOPPED: N_("stopped"),
    State.FAILED: N_("failed"),
    State.INTERRUPTED: N_("interrupted"),
}

ACTIVE = frozenset({State.STARTING, State.RUNNING, State.STOPPING})
ENDED = frozenset({State.FINISHED, State.STOPPED, State.FAILED, State.INTERRUPTED})
RESUMABLE = frozenset({State.STOPPED, State.FAILED, State.INTERRUPTED})

# An ended run changes its state only when a person resumes or extends it, which queues it again.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.STARTING, State.STOPPED}),
    State.STARTING: frozenset(
        {State.RUNNING, State.STOPPING, State.QUEUED, State.FAILED, State.INTERRUPTED}
    ),
    State.RUNNING: frozenset({State.STOPPING, State.FINISHED, State.FAILED, State.INTERRUPTED}),
    State.STOPPING: frozenset({State.STOPPED, State.FINISHED, State.FAILED, State.INTERRUPTED}),
    State.FINISHED: frozenset({State.QUEUED}),
    State.STOPPED: frozenset({State.QUEUED}),
    State.FAILED: frozenset({State.QUEUED}),
    State.INTERRUPTED: frozenset({State.QUEUED}),
}


def in_words(state: str) -> str:
    """Return the name of a state within a sentence, in the current language.

    Examples
    --------
    >>> in_words(State.QUEUED)
    'queued'
    """
    return _(_NAMES[State(state)])


def may(old: State, new: State) -> bool:
    """Return whether a run may change from one state to another.

    Examples
    --------
    >>> may(State.RUNNING, State.FINISHED), may(State.FINISHED, State.RUNNING)
    (True, False)
    """
    return new in TRANSITIONS[old]


def sources(new: State) -> frozenset[State]:
    """Return the states from which a run may change to this one.

    Examples
    --------
    >>> sorted(sources(State.STOPPED))
    [<State.QUEUED: 'queued'>, <State.STOPPING: 'stopping'>]
    """
    return frozenset(old for old, reachable in TRANSITIONS.items() if new in reachable)
