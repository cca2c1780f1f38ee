"""The lease that lets one worker at a time serve a home."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from dashboard.jobs.process import Process
from dashboard.jobs.queue import WAITING, set_setting, setting
from dashboard.jobs.repository import Repository
from dashboard.jobs.schema import RUNS, WORKERS

# A worker sends a heartbeat once a second; after this long without one it counts as dead.
SILENT_SECONDS = 15.0
SERVERS = "servers"
"""The setting that holds the web servers of a home: process id and start time of each."""


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
    """The worker that holds the lease, and its keeper: the web server that started it, if any."""

    worker: Process
    beats: int
    beat: float
    keeper: Process | None


class Lease:
    """The lease on a home: at most one row in the table of workers.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock

    def status(self) -> WorkerStatus:
        """Return whether a worker serves this home."""
        holder = self.holder()
        if holder is None:
            return WorkerStatus(False, None, None)
        # After the clock was set back the last heartbeat lies in the future.
        seconds = max(0.0, self._clock() - holder.beat)
        alive = holder.worker.alive() and seconds < SILENT_SECONDS
        return WorkerStatus(alive, holder.worker.pid, seconds)

    def holder(self) -> Holder | None:
        """Return the holder of the lease, alive or not; None when nobody holds it."""
        with self._database.read() as connection:
            row = connection.execute(select(WORKERS)).first()
        if row is None:
            return None
        return Holder(
            Process(row.pid, row.born),
            row.beats,
            row.beat,
            Process.known(row.keeper_pid, row.keeper_born),
        )

    def take(self, process: Process, keeper: Process | None, over: Holder | None) -> bool:
        """Take the lease if nobody holds it, or if its holder and last heartbeat are ``over``.

        Returns
        -------
        bool
            True on success; False when another process was faster.
        """
        values = {
            "pid": process.pid,
            "born": process.born,
            "beats": 1,
            "beat": self._clock(),
            "keeper_pid": keeper.pid if keeper else None,
            "keeper_born": keeper.born if keeper else None,
        }
        with self._database.write() as connection:
            if over is None:
                if connection.execute(select(WORKERS.c.id)).first() is not None:
                    return False
                connection.execute(insert(WORKERS).values(id=1, **values))
                return True
            taken = connection.execute(
                update(WORKERS)
                .where(
                    WORKERS.c.pid == over.worker.pid,
                    WORKERS.c.born == over.worker.born,
                    WORKERS.c.beats == over.beats,
                )
                .values(**values)
            )
            return taken.rowcount == 1

    def renew(self, process: Process) -> bool:
        """Send a heartbeat; False when another worker holds the lease now."""
        with self._database.write() as connection:
            renewed = connection.execute(
                update(WORKERS)
                .where(WORKERS.c.pid == process.pid, WORKERS.c.born == process.born)
                .values(beats=WORKERS.c.beats + 1, beat=self._clock())
            )
            return renewed.rowcount == 1

    def adopt(self, holder: Holder, keeper: Process) -> bool:
        """Become the keeper of a worker whose keeper has ended; False when another was faster."""
        if holder.keeper is None:
            return False
        with self._database.write() as connection:
            adopted = connection.execute(
                update(WORKERS)
                .where(
                    WORKERS.c.pid == holder.worker.pid,
                    WORKERS.c.born == holder.worker.born,
                    WORKERS.c.keeper_pid == holder.keeper.pid,
                    WORKERS.c.keeper_born == holder.keeper.born,
                )
                .values(keeper_pid=keeper.pid, keeper_born=keeper.born)
            )
            return adopted.rowcount == 1

    def add_server(self, process: Process) -> None:
        """Remember a web server of this home, and forget those that have ended."""
        self._set_servers([*self._other_servers(process), process])

    def remove_server(self, process: Process) -> bool:
        """Forget a web server; return whether another one is left, which can keep the worker."""
        others = self._other_servers(process)
        self._set_servers(others)
        return bool(others)

    def _other_servers(self, process: Process) -> list[Process]:
        with self._database.read() as connection:
            stored = setting(connection, SERVERS, [])
        servers = [Process(int(pid), float(born)) for pid, born in stored]
        return [server for server in servers if server != process and server.alive()]

    def _set_servers(self, servers: list[Process]) -> None:
        with self._database.write() as connection:
            set_setting(connection, SERVERS, [[server.pid, server.born] for server in servers])

    def release(self, process: Process, if_idle: bool = False) -> bool:
        """Give the lease back; with ``if_idle`` only if no run waits in the queue.

        Both happen in one transaction: whoever queues a run afterwards sees that no worker serves.
        """
        with self._database.write() as connection:
            if if_idle and not setting(connection, "paused", False):
                waiting = connection.execute(select(RUNS.c.id).where(WAITING).limit(1)).first()
                if waiting is not None:
                    return False
            connection.execute(
                delete(WORKERS).where(WORKERS.c.pid == process.pid, WORKERS.c.born == process.born)
            )
        return True
