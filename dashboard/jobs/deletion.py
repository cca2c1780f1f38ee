"""Deleting runs, with a while to undo it."""

import shutil

from sqlalchemy import and_, delete, select, update

from dashboard.jobs.repository import Rows, unknown
from dashboard.jobs.schema import METRICS, RUNS
from dashboard.jobs.states import ACTIVE, in_words
from data.errors import BadInput
from data.i18n import _

UNDO_SECONDS = 300.0
_AT_ONCE = 0.0


class Removal(Rows):
    """The part of the table that forgets."""

    def remove(self, run: str) -> None:
        """Hide a run; for five minutes ``restore`` brings it back, then the worker deletes it.

        Raises
        ------
        BadInput
            When there is no such run, or it is active.
        """
        self._hide(run, self.clock())

    def _hide(self, run: str, since: float) -> None:
        with self.database.write() as connection:
            row = self._row(connection, run)
            if row.state in ACTIVE:
                raise BadInput(
                    _("The run {run} is {state}; stop it before you delete it.").format(
                        run=run, state=in_words(row.state)
                    )
                )
            connection.execute(update(RUNS).where(RUNS.c.id == row.id).values(deleted=since))

    def restore(self, run: str) -> None:
        """Bring a hidden run back as it was.

        Raises
        ------
        BadInput
            When it is gone for good, or never was.
        """
        with self.database.write() as connection:
            restored = connection.execute(
                update(RUNS)
                .where(RUNS.c.run == run, RUNS.c.deleted >= self.clock() - UNDO_SECONDS)
                .values(deleted=None)
            )
        if not restored.rowcount:
            raise unknown(run)

    def delete(self, run: str) -> None:
        """Delete a run at once: its row, its figures and its files.

        Raises
        ------
        BadInput
            When there is no such run, or it is active.
        """
        self._hide(run, _AT_ONCE)
        self._erase(run)

    def purge(self) -> None:
        """Delete for good what was hidden longer ago than it can be undone."""
        with self.database.read() as connection:
            old = connection.execute(
                select(RUNS.c.run).where(RUNS.c.deleted < self.clock() - UNDO_SECONDS)
            ).all()
        for row in old:
            self._erase(row.run)

    def _erase(self, run: str) -> None:
        # Files first: a crash in between leaves a hidden row, and the next purge goes on with it.
        shutil.rmtree(self.folder(run), ignore_errors=True)
        with self.database.write() as connection:
            hidden = and_(RUNS.c.run == run, RUNS.c.deleted.is_not(None))
            ids = select(RUNS.c.id).where(hidden)
            connection.execute(delete(METRICS).where(METRICS.c.run_id.in_(ids)))
            connection.execute(delete(RUNS).where(hidden))
