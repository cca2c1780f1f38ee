"""What the worker and its children say of the runs that they work on."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, update

from dashboard.jobs.process import Process
from dashboard.jobs.repository import LostClaim, Rows, move
from dashboard.jobs.run import Run, from_row
from dashboard.jobs.schema import RUNS
from dashboard.jobs.states import ACTIVE, State
from data.i18n import _


class Claims(Rows):
    """The part of the table that listens to processes: an attempt that is over is not heard."""

    def begin(self, run: str, attempt: int, process: Process) -> Run:
        """Put a process to a claimed run and return the run: ``running``, or ``stopping`` already.

        Raises
        ------
        LostClaim
            When this attempt at the run is over, or another process works on it.
        """
        mine = and_(RUNS.c.run == run, RUNS.c.attempt == attempt, RUNS.c.pid.is_(None))
        who = {"pid": process.pid, "born": process.born, "heartbeat": self.clock()}
        with self.database.write() as connection:
            row = move(connection, mine, State.RUNNING, **who)
            if row is None:
                row = connection.execute(
                    update(RUNS)
                    .where(mine, RUNS.c.state == State.STOPPING.value)
                    .values(**who)
                    .returning(RUNS)
                ).one_or_none()
        if row is None:
            raise LostClaim(_("The run {run} has moved on without this process.").format(run=run))
        return from_row(row)

    def beat(
        self,
        run: str,
        attempt: int,
        progress: Mapping[str, Any] | None = None,
        parameters: int | None = None,
    ) -> bool:
        """Say that a run is alive and how far it is; return whether it is asked to stop.

        Raises
        ------
        LostClaim
            When this attempt at the run is over.
        """
        values: dict[str, Any] = {"beats": RUNS.c.beats + 1, "heartbeat": self.clock()}
        if progress is not None:
            values["progress"] = dict(progress)
        if parameters is not None:
            values["parameters"] = parameters
        with self.database.write() as connection:
            row = connection.execute(
                update(RUNS)
                .where(RUNS.c.run == run, RUNS.c.attempt == attempt, RUNS.c.state.in_(ACTIVE))
                .values(**values)
                .returning(RUNS.c.stop_requested)
            ).one_or_none()
        if row is None:
            raise LostClaim(_("The run {run} has moved on without this process.").format(run=run))
        return bool(row.stop_requested)

    def end(
        self,
        run: str,
        attempt: int,
        state: State,
        reason: str | None = None,
        message: str | None = None,
    ) -> bool:
        """End an attempt at a run, or put it back into the queue; False when it had ended already.

        Parameters
        ----------
        state : State
            One of the ended states, or ``queued`` for a claimed run that no process took up.
        """
        mine = and_(RUNS.c.run == run, RUNS.c.attempt == attempt, RUNS.c.state.in_(ACTIVE))
        finished = None if state is State.QUEUED else self.clock()
        with self.database.write() as connection:
            row = move(
                connection,
                mine,
                state,
                finished=finished,
                reason=reason,
                message=message,
                pid=None,
                born=None,
            )
        return row is not None
