"""Attempts at runs: how the worker and its children report start, heartbeat and end."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select, update

from dashboard.jobs.outbox import add_end_of_run
from dashboard.jobs.process import Process
from dashboard.jobs.repository import LostClaim, Repository, transition
from dashboard.jobs.run import Run, from_row
from dashboard.jobs.schema import RUNS
from dashboard.jobs.states import ACTIVE, State
from data.i18n import _


class Attempts:
    """Updates from processes; those of an attempt that is over are ignored.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock

    def begin(self, run: str, attempt: int, process: Process) -> Run:
        """Assign a process to a claimed run and return the run, now ``running`` or ``stopping``.

        The same process may say so again: it does not know whether it was heard before the
        connection was lost.

        Raises
        ------
        LostClaim
            When this attempt at the run is over, or another process works on it.
        """
        mine = and_(RUNS.c.pid == process.pid, RUNS.c.born == process.born)
        condition = and_(
            RUNS.c.run == run, RUNS.c.attempt == attempt, or_(RUNS.c.pid.is_(None), mine)
        )
        values = {"pid": process.pid, "born": process.born, "heartbeat": self._clock()}
        with self._database.write() as connection:
            row = transition(connection, condition, State.RUNNING, **values)
            if row is None:
                row = connection.execute(
                    update(RUNS)
                    .where(condition, RUNS.c.state.in_(ACTIVE))
                    .values(**values)
                    .returning(RUNS)
                ).one_or_none()
        if row is None:
            raise LostClaim(
                _("The attempt of this process at the run {run} is over.").format(run=run)
            )
        return from_row(row)

    def note_lack(self, run: str, attempt: int, lack: str | None) -> None:
        """Record what a claimed run asks for that no machine has, for those who look at it."""
        claimed = and_(RUNS.c.run == run, RUNS.c.attempt == attempt, RUNS.c.pid.is_(None))
        with self._database.write() as connection:
            row = connection.execute(select(RUNS.c.progress).where(claimed)).one_or_none()
            if row is not None:
                progress = {**(row.progress or {}), "lack": lack}
                connection.execute(update(RUNS).where(claimed).values(progress=progress))

    def heartbeat(
        self,
        run: str,
        attempt: int,
        progress: Mapping[str, Any] | None = None,
        parameters: int | None = None,
    ) -> bool:
        """Record that a run is alive, and its progress; return whether it is asked to stop.

        Raises
        ------
        LostClaim
            When this attempt at the run is over.
        """
        values: dict[str, Any] = {"beats": RUNS.c.beats + 1, "heartbeat": self._clock()}
        if progress is not None:
            values["progress"] = dict(progress)
        if parameters is not None:
            values["parameters"] = parameters
        with self._database.write(alone=False) as connection:
            row = connection.execute(
                update(RUNS)
                .where(RUNS.c.run == run, RUNS.c.attempt == attempt, RUNS.c.state.in_(ACTIVE))
                .values(**values)
                .returning(RUNS.c.stop_requested)
            ).one_or_none()
        if row is None:
            raise LostClaim(
                _("The attempt of this process at the run {run} is over.").format(run=run)
            )
        return bool(row.stop_requested)

    def end(
        self,
        run: str,
        attempt: int,
        state: State,
        reason: str | None = None,
        message: str | None = None,
    ) -> bool:
        """End an attempt at a run, or put it back into the queue; False when it has ended already.

        Parameters
        ----------
        state : State
            One of the ended states, or ``queued`` for a claimed run that no process began.
        """
        condition = and_(RUNS.c.run == run, RUNS.c.attempt == attempt, RUNS.c.state.in_(ACTIVE))
        finished = None if state is State.QUEUED else self._clock()
        with self._database.write() as connection:
            row = transition(
                connection,
                condition,
                state,
                finished=finished,
                reason=reason,
                message=message,
                pid=None,
                born=None,
            )
            if row is not None:
                add_end_of_run(connection, row, self._clock())
        return row is not None
