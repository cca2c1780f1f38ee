"""Deletion of runs, which can be undone for five minutes."""

import shutil
from contextlib import suppress

from sqlalchemy import and_, delete, select, update

from dashboard.jobs.promotions import check_not_in_service
from dashboard.jobs.queue import PART, SCORING
from dashboard.jobs.repository import Repository, select_run, unknown_run
from dashboard.jobs.schema import METRICS, RUNS
from dashboard.jobs.states import ACTIVE, in_words
from dashboard.jobs.stored_folders import StoredFolders
from data.errors import BadInput
from data.i18n import _
from data.sharing.folder_table import RUNS as STORED_RUNS

UNDO_SECONDS = 300.0
_LONG_AGO = 0.0


class Deletion:
    """Soft and immediate deletion of runs.

    Parameters
    ----------
    repository : Repository
        The database, and the folders of runs.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._database = repository.database
        self._clock = repository.clock
        self._stored = StoredFolders(repository)

    def soft_delete(self, run: str) -> None:
        """Hide a run; ``restore`` undoes it for five minutes, then the worker deletes the run.

        Raises
        ------
        BadInput
            When there is no such run, it is active, or it is in service.
        """
        self._mark(run, self._clock())

    def _mark(self, run: str, time: float) -> None:
        with self._database.write() as connection:
            row = select_run(connection, run)
            if row.state in ACTIVE:
                raise BadInput(
                    _("The run {run} is {state}; stop it before you delete it.").format(
                        run=run, state=in_words(row.state)
                    )
                )
            check_not_in_service(connection, run)
            connection.execute(update(RUNS).where(RUNS.c.id == row.id).values(deleted=time))

    def restore(self, run: str) -> None:
        """Undo a soft deletion.

        Raises
        ------
        BadInput
            When the run has been deleted for good, or never existed.
        """
        with self._database.write() as connection:
            restored = connection.execute(
                update(RUNS)
                .where(RUNS.c.run == run, RUNS.c.deleted >= self._clock() - UNDO_SECONDS)
                .values(deleted=None)
            )
        if not restored.rowcount:
            raise unknown_run(run)

    def delete(self, run: str) -> None:
        """Delete a run at once: its row, its figures and its files.

        Raises
        ------
        BadInput
            When there is no such run, it is active, or it is in service.
        """
        self._mark(run, _LONG_AGO)
        self._erase(run)

    def purge(self) -> None:
        """Delete the runs whose soft deletion can no longer be undone, and the parts of such jobs.

        Until then a job that did not finish may be resumed, and find its parts.
        """
        with self._database.read() as connection:
            before = self._clock() - UNDO_SECONDS
            expired = connection.scalars(select(RUNS.c.run).where(RUNS.c.deleted < before)).all()
        for run in expired:
            self._erase(run)
        for run in self._parts_without_job():
            with suppress(BadInput):  # it has just begun, or was deleted
                self.delete(run)

    def _parts_without_job(self) -> list[str]:
        ended_or_waits = RUNS.c.state.not_in(sorted(ACTIVE)) & RUNS.c.deleted.is_(None)
        parts = select(RUNS.c.run, RUNS.c.config).where(RUNS.c.kind == PART, ended_or_waits)
        jobs = select(RUNS.c.run).where(RUNS.c.kind == SCORING)
        with self._database.read() as connection:
            rows = connection.execute(parts).all()
            known = set(connection.scalars(jobs)) if rows else set()
        # A damaged row has no configuration; the page of runs says so.
        return [row.run for row in rows if row.config and row.config.get("job") not in known]

    def pending(self) -> set[str]:
        """Return the runs that are deleted, whose row and files may still be there."""
        with self._database.read() as connection:
            return {*connection.scalars(select(RUNS.c.run).where(RUNS.c.deleted.is_not(None)))}

    def _erase(self, run: str) -> None:
        # Files first: after a crash in between, the row is still marked and the next purge repeats.
        with suppress(BadInput):  # a damaged name has no folder
            shutil.rmtree(self._repository.folder(run), ignore_errors=True)
        with self._database.write() as connection:
            marked = and_(RUNS.c.run == run, RUNS.c.deleted.is_not(None))
            ids = select(RUNS.c.id).where(marked)
            connection.execute(delete(METRICS).where(METRICS.c.run_id.in_(ids)))
            connection.execute(delete(RUNS).where(marked))
            self._stored.remove_within(connection, STORED_RUNS, run)
