"""The table of runs, which the web server, the command line, the worker and children share."""

import builtins
import itertools
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs import placements, promotions, retraining_rules
from dashboard.jobs.attempts import Attempts
from dashboard.jobs.deletion import Deletion
from dashboard.jobs.inbox import Inbox
from dashboard.jobs.lease import Lease
from dashboard.jobs.metric_reader import MetricReader
from dashboard.jobs.metric_writer import MetricWriter
from dashboard.jobs.outbox import Outbox
from dashboard.jobs.queue import TRAINING, Queue
from dashboard.jobs.repository import Repository, select_run, transition
from dashboard.jobs.run import Run, from_row, is_run_name
from dashboard.jobs.schema import COUNTERS, RUNS
from dashboard.jobs.states import ENDED, RESUMABLE, State, in_words
from dashboard.jobs.stored_folders import StoredFolders
from data.errors import BadInput, Damaged
from data.home import Home
from data.i18n import _

_MOST_NAMED = 10
LONGEST_LABEL, LONGEST_NOTE = 200, 10_000
"""Characters of a run's label at most, and of its note, or all its tags."""


class Runs:
    """Every run of a home.

    A run that has ended keeps its state unless a person resumes or extends it, and updates from
    an earlier attempt are ignored.

    Parameters
    ----------
    home : Home
        Where the runs are.
    clock : callable
        Returns the time in seconds since 1970; tests pass their own.

    Attributes
    ----------
    node : str
        The machine that this process runs on; empty where the database is a file.
    queue : Queue
        Which run starts next; the worker claims runs here.
    attempts : Attempts
        Start, heartbeat and end of an attempt, reported by its child or by the worker.
    metrics : MetricReader
        Metrics by row, by epoch and as curves, for pages and the command line.
    metric_writer : MetricWriter
        Where the child of a run adds its metrics.
    deletion : Deletion
        Deletes runs, and restores them for a while.
    promotions : Promotions
        Which run is in service for each dataset and placement.
    placements : Placements
        The named places of each dataset, with their rules.
    retraining_rules : RetrainingRules
        When the model of each dataset is trained again by itself.
    outbox : Outbox
        Messages about events, which workers send.
    inbox : Inbox
        Which of these messages each user has read.
    lease : Lease
        Which workers serve the home.
    """

    def __init__(self, home: Home, clock: Callable[[], float] = time.time) -> None:
        self._repository = Repository(home, clock)
        self.home = home
        self.clock = clock
        self.node = self._repository.node
        self.database = self._repository.database
        self.queue = Queue(self._repository)
        self.attempts = Attempts(self._repository)
        self.metrics = MetricReader(self._repository)
        self.metric_writer = MetricWriter(self._repository)
        self.deletion = Deletion(self._repository)
        self.promotions = promotions.Promotions(self._repository)
        self.placements = placements.Placements(self._repository)
        self.outbox = Outbox(self._repository)
        self.inbox = Inbox(self._repository)
        self.retraining_rules = retraining_rules.RetrainingRules(self._repository)
        self.lease = Lease(self._repository)
        self._stored = StoredFolders(self._repository)

    def folder(self, run: str) -> Path:
        """Return the folder of a run's files; it is created when the run starts."""
        return self._repository.folder(run)

    def exists(self) -> bool:
        """Return whether the database file is still the one opened, and not deleted or replaced."""
        return self._repository.exists()

    def close(self) -> None:
        """Close every connection."""
        self._repository.close()

    def get(self, run: str) -> Run:
        """Return a run.

        Raises
        ------
        BadInput
            When there is no run of this name.
        """
        with self.database.read() as connection:
            return from_row(select_run(connection, run))

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
        _check_texts(label, "", tags)
        now = self.clock()
        stem = dataset if kind == TRAINING else f"{dataset}-{kind}"
        self.folder(stem)  # refuses a name that cannot name a folder
        with self.database.write() as connection:
            run = f"{stem}-{_next_number(connection, stem, self._has_folder)}"
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
                    worker_label=str(config.get("worker_label", "")),
                    progress={},
                    best={},
                )
            )
        return run

    def _has_folder(self, run: str) -> bool:
        """Return whether there is a folder of a run that the table may not know.

        The table may have been moved out of the home, or replaced by an older copy.
        """
        return self.folder(run).exists()

    def list(
        self,
        kind: str | None = None,
        dataset: str | None = None,
        states: Collection[State] | None = None,
    ) -> list[Run]:
        """Return the runs that are not deleted, newest first; those in ``damaged`` are left out."""
        conditions: builtins.list[ColumnElement[bool]] = [RUNS.c.deleted.is_(None)]
        if kind is not None:
            conditions.append(RUNS.c.kind == kind)
        if dataset is not None:
            conditions.append(RUNS.c.dataset == dataset)
        if states is not None:
            conditions.append(RUNS.c.state.in_(sorted(states)))
        return [run for run in self._read(*conditions) if isinstance(run, Run)]

    def damaged(self) -> builtins.list[str]:
        """Return a sentence on each row that cannot be read, and on folders without a row.

        A run whose row cannot be read can be deleted.
        """
        runs = self._read(RUNS.c.deleted.is_(None))
        sentences = [str(run) for run in runs if isinstance(run, Damaged)]
        unknown = [] if self.home.store_url else self._folders_without_row()
        if unknown:
            names = ", ".join([*unknown[:_MOST_NAMED], *["…"][: len(unknown) > _MOST_NAMED]])
            sentences.append(self._unknown_folders().format(names=names))
        return sentences

    def _unknown_folders(self) -> str:
        if self.home.database_url is not None:
            return _(
                "There are folders of runs that the database does not know ({names}): another"
                " database holds their rows. New runs do not overwrite them."
            )
        return _(
            "There are folders of runs that the table of runs does not know ({names}): put"
            " the vitrina.db back that was deleted or replaced. New runs do not overwrite"
            " them."
        )

    def _folders_without_row(self) -> builtins.list[str]:
        """Return the runs that have a folder and no row: the table was deleted or replaced."""
        folders = {folder.name for folder in self.home.runs.glob("*") if is_run_name(folder.name)}
        with self.database.read() as connection:
            rows = set(connection.execute(select(RUNS.c.run)).scalars())
        return sorted(folders - rows)

    def _read(self, *conditions: ColumnElement[bool]) -> Iterator[Run | Damaged]:
        with self.database.read() as connection:
            query = select(RUNS).where(*conditions).order_by(RUNS.c.id.desc())
            for row in connection.execute(query).all():
                try:
                    yield from_row(row)
                except Damaged as error:
                    yield error

    def request_stop(self, run: str) -> State:
        """Ask a run to stop and return its new state; a queued run stops at once.

        Raises
        ------
        BadInput
            When there is no such run, or it has ended.
        """
        with self.database.write() as connection:
            row = select_run(connection, run)
            if row.state in ENDED:
                raise BadInput(_("The run {run} has ended already.").format(run=run))
            condition = RUNS.c.id == row.id
            if row.state == State.QUEUED:
                transition(connection, condition, State.STOPPED, finished=self.clock())
            else:
                transition(connection, condition, State.STOPPING, stop_requested=True)
            return State(select_run(connection, run).state)

    def resume(self, run: str) -> None:
        """Queue a stopped, failed or interrupted run again, to resume from its last checkpoint.

        Raises
        ------
        BadInput
            When there is no such run, or its state does not allow it.
        """
        with self.database.write() as connection:
            row = select_run(connection, run)
            if row.state not in RESUMABLE:
                raise BadInput(
                    _(
                        "The run {run} is {state}; only a stopped, failed or interrupted one "
                        "resumes."
                    ).format(run=run, state=in_words(row.state))
                )
            self._queue_again(connection, row.id, {})

    def extend(self, run: str, epochs: int) -> None:
        """Queue an ended training again for more epochs.

        They are added to the epochs that a finished training has, or to those configured for one
        that did not finish.

        Raises
        ------
        BadInput
            When there is no such run, it is no training, has not ended, or ``epochs`` is below 1.
        """
        with self.database.write() as connection:
            row = select_run(connection, run)
            if row.kind != TRAINING or row.state not in ENDED or epochs < 1:
                raise BadInput(
                    _(
                        "The run {run} cannot be extended by {epochs} epochs: only a training that "
                        "has ended can, and by at least one epoch."
                    ).format(run=run, epochs=epochs)
                )
            finished = row.state == State.FINISHED and row.epochs_done
            before = row.epochs_done if finished else row.config.get("epochs", 0)
            config = row.config | {"epochs": before + epochs}
            self._queue_again(connection, row.id, {"config": config})

    def _queue_again(self, connection: Connection, run_id: int, changes: dict[str, Any]) -> None:
        transition(
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
        """Change label, note, tags or priority of a run; None leaves a value as it is.

        Raises
        ------
        BadInput
            When there is no such run, or a text is too long.
        """
        _check_texts(label or "", note or "", tags or ())
        changes = {
            "label": label,
            "note": note,
            "tags": None if tags is None else list(tags),
            "priority": priority,
        }
        values = {name: value for name, value in changes.items() if value is not None}
        with self.database.write() as connection:
            row = select_run(connection, run)
            if values:
                connection.execute(update(RUNS).where(RUNS.c.id == row.id).values(**values))

    def rename_dataset(self, old: str, new: str, rename: Callable[[], object]) -> None:
        """Rename a dataset and change that of its runs, whose names stay.

        Parameters
        ----------
        old, new : str
        rename : callable
            Renames the dataset itself; no run starts meanwhile. Where it raises, nothing changes.
        """
        with self.database.write() as connection:
            rename()
            connection.execute(update(RUNS).where(RUNS.c.dataset == old).values(dataset=new))
            promotions.rename_dataset(connection, old, new)
            placements.rename_dataset(connection, old, new)
            retraining_rules.rename_dataset(connection, old, new)
            self._stored.rename_dataset(connection, old, new)


def _check_texts(label: str, note: str, tags: Sequence[str]) -> None:
    """Raise BadInput for texts that no page could show."""
    for text, longest in (
        (label, LONGEST_LABEL),
        (note, LONGEST_NOTE),
        (" ".join(tags), LONGEST_NOTE),
    ):
        if len(text) > longest:
            raise BadInput(
                _("A text of {length} characters is too long; {longest} are the most.").format(
                    length=len(text), longest=longest
                )
            )


def _next_number(connection: Connection, stem: str, is_taken: Callable[[str], bool]) -> int:
    mine = COUNTERS.c.stem == stem
    last = connection.execute(select(COUNTERS.c.last).where(mine)).scalar()
    number = next(n for n in itertools.count((last or 0) + 1) if not is_taken(f"{stem}-{n}"))
    if last is None:
        connection.execute(insert(COUNTERS).values(stem=stem, last=number))
    else:
        connection.execute(update(COUNTERS).where(mine).values(last=number))
    return number
