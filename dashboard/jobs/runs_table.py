"""The table of runs: what the web, the command line, the worker and the children agree on."""

import builtins
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.attempts import Claims
from dashboard.jobs.deletion import Removal
from dashboard.jobs.lease import Lease
from dashboard.jobs.metric_writer import Reports
from dashboard.jobs.queue import TRAINING, Queue
from dashboard.jobs.repository import move
from dashboard.jobs.run import Run, from_row
from dashboard.jobs.schema import COUNTERS, RUNS
from dashboard.jobs.states import ENDED, RESUMABLE, State, in_words
from data.errors import BadInput
from data.i18n import _


class Runs(Reports, Queue, Claims, Removal, Lease):
    """Every run of a home.

    A run that has ended never changes its state again unless a person resumes or extends it,
    and what an earlier attempt still has to say is ignored.
    """

    def create(
        self,
        kind: str,
        dataset: str,
        config: Mapping[str, Any],
        *,
        preset: str | None = None,
        label: str = "",
        tags: Sequence[str] = (),
        priority: int = 0,
    ) -> str:
        """Queue a run and return its name, such as ``demo-3`` or ``demo-import-1``."""
        now = self.clock()
        stem = dataset if kind == TRAINING else f"{dataset}-{kind}"
        self.folder(stem)  # a name that could not be a folder's is refused here
        with self.database.write() as connection:
            run = f"{stem}-{_next_number(connection, stem)}"
            connection.execute(
                insert(RUNS).values(
                    run=run,
                    kind=kind,
                    state=State.QUEUED.value,
                    dataset=dataset,
                    config=dict(config),
                    preset=preset,
                    label=label,
                    tags=list(tags),
                    priority=priority,
                    created=now,
                    queued=now,
                    progress={},
                    best={},
                )
            )
        return run

    def list(
        self,
        kind: str | None = None,
        dataset: str | None = None,
        states: Collection[State] | None = None,
    ) -> list[Run]:
        """Return the runs, newest first; deleted ones are not among them."""
        wanted: builtins.list[ColumnElement[bool]] = [RUNS.c.deleted.is_(None)]
        if kind is not None:
            wanted.append(RUNS.c.kind == kind)
        if dataset is not None:
            wanted.append(RUNS.c.dataset == dataset)
        if states is not None:
            wanted.append(RUNS.c.state.in_(sorted(states)))
        with self.database.read() as connection:
            rows = connection.execute(select(RUNS).where(*wanted).order_by(RUNS.c.id.desc()))
            return [from_row(row) for row in rows]

    def request_stop(self, run: str) -> State:
        """Ask a run to stop and return its state now; one that still waits stops at once.

        Raises
        ------
        BadInput
            When there is no such run, or it has ended already.
        """
        with self.database.write() as connection:
            row = self._row(connection, run)
            if row.state in ENDED:
                raise BadInput(_("The run {run} has ended already.").format(run=run))
            this = RUNS.c.id == row.id
            if row.state == State.QUEUED:
                move(connection, this, State.STOPPED, finished=self.clock())
            else:
                move(connection, this, State.STOPPING, stop_requested=True)
            return State(self._row(connection, run).state)

    def resume(self, run: str) -> None:
        """Queue a stopped, failed or interrupted run again, to go on from its last whole epoch.

        Raises
        ------
        BadInput
            When there is no such run, or it is not one that can go on.
        """
        with self.database.write() as connection:
            row = self._row(connection, run)
            if row.state not in RESUMABLE:
                raise BadInput(
                    _("The run {run} is {state}; only one that was cut short can resume.").format(
                        run=run, state=in_words(row.state)
                    )
                )
            self._queue_again(connection, row.id, {})

    def extend(self, run: str, epochs: int) -> None:
        """Queue an ended training again for more epochs than it has, or was to have.

        One that finished early goes on from where it is; one that was cut short keeps its aim, too.

        Raises
        ------
        BadInput
            When there is no such run, it is no training, has not ended, or ``epochs`` is below 1.
        """
        with self.database.write() as connection:
            row = self._row(connection, run)
            if row.kind != TRAINING or row.state not in ENDED or epochs < 1:
                raise BadInput(
                    _(
                        "The run {run} cannot be extended by {epochs} epochs: it takes a training "
                        "that has ended, and at least one epoch."
                    ).format(run=run, epochs=epochs)
                )
            finished = row.state == State.FINISHED and row.epochs_done
            before = row.epochs_done if finished else row.config.get("epochs", 0)
            config = row.config | {"epochs": before + epochs}
            self._queue_again(connection, row.id, {"config": config})

    def _queue_again(self, connection: Connection, run_id: int, changes: dict[str, Any]) -> None:
        move(
            connection,
            RUNS.c.id == run_id,
            State.QUEUED,
            resume=RUNS.c.attempt > 0,
            queued=self.clock(),
            finished=None,
            stop_requested=False,
            reason=None,
            message=None,
            **changes,
        )

    def edit(
        self,
        run: str,
        *,
        label: str | None = None,
        note: str | None = None,
        tags: Sequence[str] | None = None,
        priority: int | None = None,
    ) -> None:
        """Change what people wrote on a run; what is None stays."""
        given = {
            "label": label,
            "note": note,
            "tags": None if tags is None else list(tags),
            "priority": priority,
        }
        values = {name: value for name, value in given.items() if value is not None}
        with self.database.write() as connection:
            row = self._row(connection, run)
            if values:
                connection.execute(update(RUNS).where(RUNS.c.id == row.id).values(**values))

    def rename_dataset(self, old: str, new: str) -> None:
        """Let the runs of a dataset follow it to its new name; their own names stay."""
        with self.database.write() as connection:
            connection.execute(update(RUNS).where(RUNS.c.dataset == old).values(dataset=new))


def _next_number(connection: Connection, stem: str) -> int:
    mine = COUNTERS.c.stem == stem
    last = connection.execute(
        update(COUNTERS).where(mine).values(last=COUNTERS.c.last + 1).returning(COUNTERS.c.last)
    ).scalar()
    if last is None:
        connection.execute(insert(COUNTERS).values(stem=stem, last=1))
        return 1
    return int(last)
