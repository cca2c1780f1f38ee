"""The workers of a home: on which machines they are, and what each does."""

from dataclasses import dataclass

from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import ACTIVE, State
from data.home import Home
from data.i18n import _


@dataclass(frozen=True)
class WorkerRow:
    """A worker.

    Attributes
    ----------
    node : str
        Its machine; empty where the table of runs is a file.
    pid : int
        Its process on that machine.
    alive : bool
        Whether it sends heartbeats.
    seconds : float
        Seconds since its last heartbeat; on another machine, since this process heard of it.
    slots : int or None
        Trainings that it runs at once at most.
    kept : bool
        Whether a web server keeps it, and would start another one in its place.
    draining : bool
        Whether it takes no further run, and ends once it has none.
    labels : tuple of str
        It also takes runs that ask for one of these.
    runs : tuple of str
        What it works on.
    load, cores : float or None
        Load average of a minute of its machine, and processor cores.
    memory, memory_total : float or None
        Bytes of memory in use, and of all.
    """

    node: str
    pid: int
    alive: bool
    seconds: float
    slots: int | None
    kept: bool
    draining: bool
    labels: tuple[str, ...]
    runs: tuple[str, ...]
    load: float | None
    cores: float | None
    memory: float | None
    memory_total: float | None

    @property
    def name(self) -> str:
        """The machine within a table, in the current language."""
        return self.node or _("this machine")

    @property
    def state(self) -> str:
        """What the worker does, in the current language."""
        if not self.alive:
            return _("lost")
        if self.draining:
            return _("finishing")
        return _("working") if self.runs else _("ready")

    @property
    def memory_share(self) -> float | None:
        """The share of memory that is in use."""
        return self.memory / self.memory_total if self.memory and self.memory_total else None


def workers(home: Home, listen: bool = False) -> list[WorkerRow]:
    """Return the workers that hold a lease, by machine.

    Parameters
    ----------
    listen : bool
        Whether to wait for a heartbeat of those on other machines; a process that has run for a
        while has heard of them anyway.
    """
    runs = Runs(home)
    heard = runs.lease.heard() if listen else None
    active = runs.list(states=ACTIVE)
    rows = []
    for holder in runs.lease.holders():
        is_alive = runs.lease.is_alive(holder)
        if heard is not None and holder.node != runs.node:
            is_alive = holder.node in heard
        row = WorkerRow(
            node=holder.node,
            pid=holder.worker.pid,
            alive=is_alive,
            seconds=runs.lease.silence(holder),
            slots=holder.slots,
            kept=holder.keeper is not None,
            draining=holder.draining,
            labels=holder.labels,
            runs=tuple(run.run for run in reversed(active) if run.node == holder.node),
            load=holder.load.get("load"),
            cores=holder.load.get("cores"),
            memory=holder.load.get("memory"),
            memory_total=holder.load.get("memory_total"),
        )
        rows.append(row)
    return rows


def missing_label(home: Home, run: Run) -> str | None:
    """Return that no worker has the label that a queued run asks for; None where one has it.

    A worker that is lost, or takes no further run, does not count.
    """
    label = run.config.get("worker_label") if run.state is State.QUEUED else None
    if not label:
        return None
    lease = Runs(home).lease
    labelled = (holder for holder in lease.holders() if label in holder.labels)
    if any(lease.is_alive(holder) and not holder.draining for holder in labelled):
        return None
    return _("Waiting for a worker with the label {label}; none has it now").format(label=label)


def drain(home: Home, node: str) -> None:
    """Let a worker finish its runs, take no further one, and then end.

    Raises
    ------
    BadInput
        When the node has no worker, or a web server keeps it.
    """
    Runs(home).lease.drain(node)
