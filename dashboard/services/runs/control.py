"""Stop, resume, extend, describe and delete runs, and control the queue."""

import json
from collections.abc import Sequence

from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.errors import BadInput
from data.home import Home
from data.i18n import _

STOP, RESUME, EXTEND = "stop", "resume", "extend"


def act(home: Home, run: str, action: str) -> str:
    """Carry out an action on a run and return one sentence on what was done.

    Parameters
    ----------
    action : str
        ``stop``, ``resume``, or ``extend-5`` for five more epochs.

    Raises
    ------
    BadInput
        Where the run is unknown, the action is, or the run's state does not allow it.
    """
    name, _dash, epochs = action.partition("-")
    if name == STOP:
        return stop(home, run)
    if name == RESUME:
        return resume(home, run)
    if name == EXTEND and epochs.isdecimal():
        return extend(home, run, int(epochs))
    raise BadInput(_("A run has no action called {action}.").format(action=action))


def stop(home: Home, run: str) -> str:
    """Ask a run to stop and return a sentence on it; a queued run stops at once."""
    if Runs(home).request_stop(run) is State.STOPPED:
        return _("The run will not start.")
    return _("The run stops after the step it is in.")


def resume(home: Home, run: str) -> str:
    """Queue a stopped, failed or interrupted run again and return a sentence on it."""
    Runs(home).resume(run)
    return _("The run goes on from its last whole epoch.")


def extend(home: Home, run: str, epochs: int) -> str:
    """Queue an ended training for more epochs and return a sentence on it."""
    Runs(home).extend(run, epochs)
    return _("The run goes on for {n} more epochs.").format(n=epochs)


def configuration(home: Home, run: str) -> str:
    """Return the configuration of a run as JSON that the training form and command line read."""
    return json.dumps(Runs(home).get(run).config, indent=2, ensure_ascii=False) + "\n"


def describe(
    home: Home,
    run: str,
    *,
    label: str | None = None,
    note: str | None = None,
    tags: Sequence[str] | None = None,
) -> None:
    """Change a run's name, note or tags; an empty text removes one, None leaves it."""
    distinct = None if tags is None else tuple(dict.fromkeys(filter(None, map(str.strip, tags))))
    label, note = (None if text is None else text.strip() for text in (label, note))
    Runs(home).edit(run, label=label, note=note, tags=distinct)


def delete(home: Home, run: str) -> None:
    """Delete a run that is not active at once: its row, its metrics and its folder."""
    Runs(home).deletion.delete(run)


def remove(home: Home, run: str) -> None:
    """Hide a run that is not active; it is deleted unless ``restore`` follows in five minutes."""
    Runs(home).deletion.soft_delete(run)


def restore(home: Home, run: str) -> None:
    """Bring a removed run back."""
    Runs(home).deletion.restore(run)


def pause(home: Home, paused: bool) -> None:
    """Pause the queue, or let it go on."""
    Runs(home).queue.pause(paused)


def set_parallel(home: Home, limit: int | None) -> None:
    """Set how many trainings run at once; None leaves it to cores and memory."""
    Runs(home).queue.set_parallel(limit)


def prioritise(home: Home, run: str) -> None:
    """Put a waiting run before all others that wait."""
    table = Runs(home)
    queued = table.list(states={State.QUEUED})
    highest = max((other.priority for other in queued), default=0)
    table.edit(run, priority=highest + 1)
