"""Steering runs: stop, resume, extend, rename, delete, and say in a sentence what was done."""

import json
from collections.abc import Sequence

from dashboard.jobs.states import State
from dashboard.services.runs import monitor
from data.errors import BadInput
from data.home import Home
from data.i18n import _

STOP, RESUME, EXTEND = "stop", "resume", "extend"


def act(home: Home, run: str, wish: str) -> str:
    """Do something with a run, and say what was done.

    Parameters
    ----------
    wish : str
        ``stop``, ``resume``, or ``extend-5`` for five more epochs.

    Raises
    ------
    BadInput
        Where the run is unknown, or not in a state for it.
    """
    table = monitor.table(home)
    name, _dash, number = wish.partition("-")
    if name == STOP:
        state = table.request_stop(run)
        return (
            _("The run will not start.")
            if state.value == "stopped"
            else _("The run stops after the step it is in.")
        )
    if name == RESUME:
        table.resume(run)
        return _("The run goes on from its last whole epoch.")
    if name == EXTEND and number.isdecimal():
        table.extend(run, int(number))
        return _("The run goes on for {n} more epochs.").format(n=number)
    raise BadInput(_("{wish} is nothing that a run can do.").format(wish=wish))


def configuration(home: Home, run: str) -> str:
    """Return the configuration of a run as JSON that the training form and command line read."""
    return json.dumps(monitor.table(home).get(run).config, indent=2, ensure_ascii=False) + "\n"


def describe(
    home: Home,
    run: str,
    *,
    label: str | None = None,
    note: str | None = None,
    tags: Sequence[str] | None = None,
) -> None:
    """Give a run another name, note or tags; empty texts take them away, what is None stays."""
    kept = None if tags is None else tuple(dict.fromkeys(filter(None, map(str.strip, tags))))
    label, note = (None if text is None else text.strip() for text in (label, note))
    monitor.table(home).edit(run, label=label, note=note, tags=kept)


def remove(home: Home, run: str) -> None:
    """Hide a run; for five minutes ``restore`` brings it back, then it is deleted."""
    monitor.table(home).deletion.soft_delete(run)


def restore(home: Home, run: str) -> None:
    """Bring a removed run back."""
    monitor.table(home).deletion.restore(run)


def pause(home: Home, hold: bool) -> None:
    """Hold the queue, or let it go on."""
    monitor.table(home).queue.pause(hold)


def set_parallel(home: Home, limit: int | None) -> None:
    """Set how many trainings run at once; None leaves it to cores and memory."""
    monitor.table(home).queue.set_parallel(limit)


def prioritise(home: Home, run: str) -> None:
    """Put a waiting run before all that wait with it."""
    table = monitor.table(home)
    queued = table.list(states={State.QUEUED})
    highest = max((other.priority for other in queued), default=0)
    table.edit(run, priority=highest + 1)
