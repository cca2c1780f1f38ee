"""How a run ended, by the exit status of its process or without one."""

import signal

from dashboard.jobs.engines.engine import OUT_OF_MEMORY_STATUS, UNKNOWN_STATUS
from dashboard.jobs.failures import (
    ERROR,
    KILLED,
    LOST,
    MEMORY,
    SHUTDOWN,
    START,
    STOPPED_STATUS,
    reason_of,
)
from dashboard.jobs.run import Run
from dashboard.jobs.states import State

Ending = tuple[State, str | None, str | None]


def end_of(status: int, state: State) -> Ending:
    """Return how a run ended: state, reason and message.

    Parameters
    ----------
    status : int
        What its engine says of its process: the exit status, minus the number of the signal that
        ended it, or one of the two statuses of ``engines.engine``.
    state : State
        State of the run before its process ended.

    Examples
    --------
    >>> end_of(-9, State.RUNNING)
    (<State.INTERRUPTED: 'interrupted'>, 'killed', None)
    """
    reason = reason_of(status)
    killed = status in {UNKNOWN_STATUS, -signal.SIGKILL}
    if status == 0 and state is not State.STARTING:
        return State.FINISHED, None, None
    if state is State.STOPPING and reason is None:
        return State.STOPPED, None, None
    if status == OUT_OF_MEMORY_STATUS:
        return State.FAILED, MEMORY, None
    if status < 0:
        return State.INTERRUPTED, KILLED, None if killed else f"signal {-status}"
    if reason in {SHUTDOWN, LOST} or status == STOPPED_STATUS:
        return State.INTERRUPTED, reason or SHUTDOWN, None
    return State.FAILED, reason or (START if state is State.STARTING else ERROR), None


def end_without_process(run: Run, reason: str) -> tuple[State, str | None]:
    """Return how an active run ends that no process works on any more, and why.

    One that no process has begun waits again; a process that starts after this has lost its claim.
    """
    if run.state is State.STOPPING:
        return State.STOPPED, None
    return (State.QUEUED, None) if run.pid is None else (State.INTERRUPTED, reason)
