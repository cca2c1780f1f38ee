"""The leases of workers: one worker at a time serves a home on each of its machines."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from dashboard.jobs.process import Process
from dashboard.jobs.queue import default_parallel, set_setting, setting, waiting_for
from dashboard.jobs.repository import Repository
from dashboard.jobs.schema import RUNS, WORKERS
from data.errors import BadInput
from data.i18n import _

# A worker sends a heartbeat once a second; after this long without one it counts as dead.
SILENT_SECONDS = 15.0
LISTEN_SECONDS = 3.0
"""How long a process listens for the heartbeat of a worker that it has never heard of."""
SERVERS = "servers"
"""The setting that holds the web servers of a node: process id and start time of each."""


@dataclass(frozen=True)
class WorkerStatus:
    """Whether a worker serves a home, as pages and ``/health`` show it.

    Attributes
    ----------
    alive : bool
        Whether it runs and has sent a heartbeat lately.
    pid : int or None
        Its process; None when no worker holds the lease.
    seconds : float or None
        Seconds since its last heartbeat.
    """

    alive: bool
    pid: int | None
    seconds: float | None


@dataclass(frozen=True)
class Holder:
    """A worker that holds the lease of its node.

    Attributes
    ----------
    node : str
        Its machine; empty where the database is a SQLite file.
    worker : Process
        Its process on that machine.
    beats : int
        How many heartbeats it has sent.
    beat : float
        When it sent the last one, by the clock of its machine.
    keeper : Process or None
        The web server that started it, if any.
    slots : int or None
        How many trainings it runs at once at most.
    draining : bool
        Whether it takes no further run, and ends once it has none.
    labels : tuple of str
        It also takes runs that ask for one of these.
    load : dict
        ``memory`` and ``memory_total`` in bytes, ``load`` (the average of a minute) and ``cores``;
        empty before its first heartbeat.
    """

    node: str
    worker: Process
    beats: int
    beat: float
    keeper: Process | None
    slots: int | None
    draining: bool
    labels: tuple[str, ...]
    load: dict[str, Any]


def machines_of(load: Mapping[str, Any]) -> int:
    """Return how many machines execute the runs of a worker, given its load."""
    return int(load.get("nodes", 1))


class Lease:
    """The leases on a home: at most one row for each node in the table of workers.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock
        self._node = repository.node

    def status(self) -> WorkerStatus:
        """Return whether a worker serves this home; of several, the one last heard of."""
        statuses = [
            WorkerStatus(self.is_alive(holder), holder.worker.pid, self.silence(holder))
            for holder in self.holders()
        ]
        nobody = WorkerStatus(False, None, None)
        return min(statuses, key=lambda one: (not one.alive, one.seconds), default=nobody)

    def silence(self, holder: Holder) -> float:
        """Return the seconds since a worker's last heartbeat.

        On another machine, those during which this process has seen no new one.
        """
        if holder.node == self._node:
            # After the clock was set back the last heartbeat lies in the future.
            return max(0.0, self._clock() - holder.beat)
        return self._database.beats.silence((holder.node, holder.worker), holder.beats)

    def is_alive(self, holder: Holder) -> bool:
        """Return whether a worker runs and has sent a heartbeat lately."""
        runs = holder.worker.alive() if holder.node == self._node else True
        return runs and self.silence(holder) < SILENT_SECONDS

    def heard(self) -> set[str]:
        """Return the other nodes whose workers are heard; it listens for the next heartbeat."""
        first = {holder.node: holder for holder in self._others()}
        silent = set(first)
        deadline = time.monotonic() + LISTEN_SECONDS
        while silent and time.monotonic() < deadline:
            time.sleep(LISTEN_SECONDS / 10)
            beats = {holder.node: holder.beats for holder in self._others()}
            silent = {node for node in silent if beats.get(node) in {None, first[node].beats}}
        return first.keys() - silent

    def _others(self) -> list[Holder]:
        return [holder for holder in self.holders() if holder.node != self._node]

    def machines(self) -> int:
        """Return the machines of the workers that take runs; an engine's ``load`` may say more."""
        holders = [holder for holder in self.holders() if not holder.draining]
        return sum(machines_of(holder.load) for holder in holders if self.is_alive(holder))

    def holder(self) -> Holder | None:
        """Return the holder of this node's lease, alive or not; None when nobody holds it."""
        return next(
            (
                holder_of_lease
                for holder_of_lease in self.holders()
                if holder_of_lease.node == self._node
            ),
            None,
        )

    def holders(self) -> list[Holder]:
        """Return the holders of all leases, alive or not, by node."""
        with self._database.read() as connection:
            rows = connection.execute(select(WORKERS).order_by(WORKERS.c.node)).all()
        return [_from_row(row) for row in rows]

    def take(
        self,
        process: Process,
        keeper: Process | None,
        over: Holder | None,
        slots: int | None = None,
        labels: Sequence[str] = (),
    ) -> bool:
        """Take the lease if nobody holds it, or if its holder and last heartbeat are ``over``.

        Parameters
        ----------
        slots : int, optional
            How many trainings the worker runs at once; default: by cores and memory.
        labels : sequence of str
            It also takes runs that ask for one of these.

        Returns
        -------
        bool
            True on success; False when another process was faster.
        """
        values: dict[str, Any] = {
            "pid": process.pid,
            "born": process.born,
            "beats": 1,
            "beat": self._clock(),
            "keeper_pid": keeper.pid if keeper else None,
            "keeper_born": keeper.born if keeper else None,
            "slots": slots or default_parallel(),
            "draining": False,
            "labels": list(labels),
            "load": {},
        }
        here = WORKERS.c.node == self._node
        with self._database.write() as connection:
            if over is None:
                if connection.execute(select(WORKERS.c.id).where(here)).first() is not None:
                    return False
                connection.execute(insert(WORKERS).values(node=self._node, **values))
                return True
            taken = connection.execute(
                update(WORKERS)
                .where(here, self._is(over.worker), WORKERS.c.beats == over.beats)
                .values(**values)
            )
            return taken.rowcount == 1

    def renew(self, process: Process, load: dict[str, Any] | None = None) -> bool:
        """Send a heartbeat; False when another worker holds the lease now, or nobody does."""
        values: dict[str, Any] = {"beats": WORKERS.c.beats + 1, "beat": self._clock()}
        if load is not None:
            values["load"] = load
        with self._database.write(alone=False) as connection:
            renewed = connection.execute(update(WORKERS).where(self._is(process)).values(**values))
            return renewed.rowcount == 1

    def adopt(self, holder: Holder, keeper: Process) -> bool:
        """Become the keeper of a worker whose keeper has ended; False when another was faster."""
        if holder.keeper is None:
            return False
        with self._database.write() as connection:
            adopted = connection.execute(
                update(WORKERS)
                .where(
                    self._is(holder.worker),
                    WORKERS.c.keeper_pid == holder.keeper.pid,
                    WORKERS.c.keeper_born == holder.keeper.born,
                )
                .values(keeper_pid=keeper.pid, keeper_born=keeper.born)
            )
            return adopted.rowcount == 1

    def add_server(self, process: Process) -> None:
        """Remember a web server of this node, and forget those that have ended."""
        self._set_servers([*self._other_servers(process), process])

    def remove_server(self, process: Process) -> bool:
        """Forget a web server; return whether another one is left, which can keep the worker."""
        others = self._other_servers(process)
        self._set_servers(others)
        return bool(others)

    def _other_servers(self, process: Process) -> list[Process]:
        with self._database.read() as connection:
            stored = setting(connection, SERVERS + self._node, [])
        servers = [Process(int(pid), float(born)) for pid, born in stored]
        return [server for server in servers if server != process and server.alive()]

    def _set_servers(self, servers: list[Process]) -> None:
        stored = [[server.pid, server.born] for server in servers]
        with self._database.write() as connection:
            set_setting(connection, SERVERS + self._node, stored)

    def release(self, process: Process, if_idle: bool = False) -> bool:
        """Release the lease; with ``if_idle`` only if no run that it may take waits in the queue.

        Both happen in one transaction: whoever queues a run afterwards sees that no worker serves.
        """
        with self._database.write() as connection:
            if if_idle and not setting(connection, "paused", False):
                own = connection.execute(select(WORKERS.c.labels).where(self._is(process)))
                waiting = waiting_for(own.scalar() or ())
                if connection.execute(select(RUNS.c.id).where(waiting).limit(1)).first():
                    return False
            connection.execute(delete(WORKERS).where(self._is(process)))
        return True

    def remove(self, holder: Holder) -> None:
        """Remove the lease of a worker on another machine, unless it has sent a heartbeat since."""
        with self._database.write() as connection:
            connection.execute(
                delete(WORKERS).where(
                    WORKERS.c.node == holder.node,
                    WORKERS.c.pid == holder.worker.pid,
                    WORKERS.c.beats == holder.beats,
                )
            )

    def drain(self, node: str) -> None:
        """Let a worker finish its runs, take no further one, and then end.

        Raises
        ------
        BadInput
            When the node has no worker, or a web server keeps it and would start another one.
        """
        with self._database.write() as connection:
            here = WORKERS.c.node == node
            row = connection.execute(select(WORKERS).where(here)).first()
            if row is None:
                raise BadInput(
                    _("There is no worker on {node}; `vitrina workers list` lists all.").format(
                        node=node or _("this machine")
                    )
                )
            if row.keeper_pid is not None:
                raise BadInput(
                    _(
                        "A web server keeps this worker and would start another one; start the"
                        " server with --no-worker and the worker with `vitrina worker`."
                    )
                )
            connection.execute(update(WORKERS).where(here).values(draining=True))

    def _is(self, process: Process) -> Any:
        """Return the condition that a process of this node holds the lease."""
        return (
            (WORKERS.c.node == self._node)
            & (WORKERS.c.pid == process.pid)
            & (WORKERS.c.born == process.born)
        )


def _from_row(row: Row[Any]) -> Holder:
    return Holder(
        node=row.node,
        worker=Process(row.pid, row.born),
        beats=row.beats,
        beat=row.beat,
        keeper=Process.known(row.keeper_pid, row.keeper_born),
        slots=row.slots,
        draining=row.draining,
        labels=tuple(row.labels or ()),
        load=row.load or {},
    )
