"""The lease: one worker at a time serves a home, and everyone can see whether it lives."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from dashboard.jobs.process import Process
from dashboard.jobs.queue import WAITING, setting
from dashboard.jobs.repository import Rows
from dashboard.jobs.schema import RUNS, WORKERS

# A worker beats once a second; one that missed this many is not called alive any more.
SILENT_SECONDS = 15.0


@dataclass(frozen=True)
class Worker:
    """What is known of the worker of a home.

    Attributes
    ----------
    alive : bool
        Whether it runs and has beaten lately.
    pid : int or None
        Its process, None when no worker ever served.
    seconds : float or None
        Seconds since its last beat.
    """

    alive: bool
    pid: int | None
    seconds: float | None


@dataclass(frozen=True)
class Holder:
    """Who holds the lease, and the process (a web server) that it was started for, if any."""

    worker: Process
    beats: int
    beat: float
    keeper: Process | None


class Lease(Rows):
    """The half of the table that says who serves it."""

    def worker(self) -> Worker:
        """Return whether a worker serves this home, as pages and ``/health`` show it."""
        holder = self.holder()
        if holder is None:
            return Worker(False, None, None)
        # A clock that was set back makes the last beat lie in the future: that is no silence.
        seconds = max(0.0, self.clock() - holder.beat)
        alive = holder.worker.alive() and seconds < SILENT_SECONDS
        return Worker(alive, holder.worker.pid, seconds)

    def holder(self) -> Holder | None:
        """Return who holds the lease, alive or not; None when nobody does."""
        with self.database.read() as connection:
            row = connection.execute(select(WORKERS)).first()
        if row is None:
            return None
        return Holder(
            Process(row.pid, row.born),
            row.beats,
            row.beat,
            Process.known(row.keeper_pid, row.keeper_born),
        )

    def take_lease(self, me: Process, keeper: Process | None, over: Holder | None) -> bool:
        """Take the lease if nobody holds it, or if it is still as ``over`` was seen.

        Returns
        -------
        bool
            Whether it is now mine; False when somebody else was faster.
        """
        mine = {
            "pid": me.pid,
            "born": me.born,
            "beats": 1,
            "beat": self.clock(),
            "keeper_pid": keeper.pid if keeper else None,
            "keeper_born": keeper.born if keeper else None,
        }
        with self.database.write() as connection:
            if over is None:
                if connection.execute(select(WORKERS.c.id)).first() is not None:
                    return False
                connection.execute(insert(WORKERS).values(id=1, **mine))
                return True
            taken = connection.execute(
                update(WORKERS)
                .where(
                    WORKERS.c.pid == over.worker.pid,
                    WORKERS.c.born == over.worker.born,
                    WORKERS.c.beats == over.beats,
                )
                .values(**mine)
            )
            return taken.rowcount == 1

    def keep_lease(self, me: Process) -> bool:
        """Beat; False when the lease has gone to another worker."""
        with self.database.write() as connection:
            beaten = connection.execute(
                update(WORKERS)
                .where(WORKERS.c.pid == me.pid, WORKERS.c.born == me.born)
                .values(beats=WORKERS.c.beats + 1, beat=self.clock())
            )
            return beaten.rowcount == 1

    def adopt_worker(self, holder: Holder, keeper: Process) -> bool:
        """Become the keeper of a worker whose keeper is gone; False when somebody was faster."""
        if holder.keeper is None:
            return False
        with self.database.write() as connection:
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

    def leave_lease(self, me: Process, if_idle: bool = False) -> bool:
        """Give the lease back; with ``if_idle`` only if nothing waits for it.

        Whoever queues a run afterwards finds no worker and starts one: none is ever overlooked.
        """
        with self.database.write() as connection:
            if if_idle and not setting(connection, "paused", False):
                waiting = connection.execute(select(RUNS.c.id).where(WAITING).limit(1)).first()
                if waiting is not None:
                    return False
            connection.execute(
                delete(WORKERS).where(WORKERS.c.pid == me.pid, WORKERS.c.born == me.born)
            )
        return True
