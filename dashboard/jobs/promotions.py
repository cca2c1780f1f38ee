"""The model in service of each dataset and placement, and the history of its changes."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.placements import require_placement
from dashboard.jobs.repository import Repository, select_run
from dashboard.jobs.schema import PROMOTIONS, RUNS
from data.errors import BadInput
from data.i18n import _


@dataclass(frozen=True)
class Promotion:
    """A change of the model in service of a dataset, or of one of its placements.

    Attributes
    ----------
    dataset : str
    number : int
        Counted from 1 in each dataset.
    run : str or None
        The run in service from then on; None where there was none any more.
    user : str or None
        Who did it; None where nobody had to sign in.
    time : float
        Seconds since 1970 UTC.
    placement : str
        The placement whose own model it is; empty for the dataset.
    """

    dataset: str
    number: int
    run: str | None
    user: str | None
    time: float
    placement: str = ""


class Promotions:
    """Puts runs into service, for a dataset or for one of its placements.

    A placement without a model of its own has that of the dataset. Every change adds a row, so
    nothing is forgotten. A change may name the number of the newest promotion that its author has
    seen: of two people who change the same model at once, one succeeds and the other is told.

    Parameters
    ----------
    repository : Repository
        The database, and the folders of runs.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock

    def newest(self, dataset: str, placement: str = "") -> Promotion | None:
        """Return the newest promotion of a dataset or placement; None where there was none."""
        with self._database.read() as connection:
            row = _newest(connection, dataset, placement)
        return None if row is None else _from_row(row)

    def previous(self, dataset: str, placement: str = "") -> str | None:
        """Return the run that ``roll_back`` puts into service; None where there is none."""
        with self._database.read() as connection:
            newest = _newest(connection, dataset, placement)
            return _previous(connection, newest, dataset, placement)

    def current(self) -> list[Promotion]:
        """Return the promotion of every run in service, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PROMOTIONS)
                .where(_is_newest(), PROMOTIONS.c.run.is_not(None))
                .order_by(PROMOTIONS.c.time.desc())
            ).all()
        return [_from_row(row) for row in rows]

    def history(self, dataset: str, placement: str = "") -> list[Promotion]:
        """Return every promotion of a dataset or placement, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PROMOTIONS)
                .where(*_of(dataset, placement))
                .order_by(PROMOTIONS.c.number.desc())
            ).all()
        return [_from_row(row) for row in rows]

    def promote(
        self,
        run: str,
        *,
        placement: str = "",
        user: str | None = None,
        seen: int | None = None,
    ) -> Promotion:
        """Put a run into service for the dataset that it was trained on, or a placement of it.

        Parameters
        ----------
        run : str
        placement : str, optional
        user : str, optional
            Who does it.
        seen : int, optional
            Number of the newest promotion that the user has seen, 0 for none.

        Raises
        ------
        BadInput
            When there is no such run or placement, it is in service, or there is a newer promotion.
        """
        with self._database.write() as connection:
            dataset = select_run(connection, run).dataset
            if placement:
                require_placement(connection, dataset, placement)
            newest = _check_seen(connection, dataset, placement, seen)
            if newest is not None and newest.run == run:
                raise BadInput(_("Run {run} is in service already.").format(run=run))
            return self._add(connection, dataset, placement, run, user)

    def roll_back(
        self,
        dataset: str,
        *,
        placement: str = "",
        user: str | None = None,
        seen: int | None = None,
    ) -> Promotion:
        """Put the run that was in service before into service again; see ``promote``.

        Raises
        ------
        BadInput
            When no other run that still exists was in service, or there is a newer promotion.
        """
        with self._database.write() as connection:
            if placement:
                require_placement(connection, dataset, placement)
            newest = _check_seen(connection, dataset, placement, seen)
            before = _previous(connection, newest, dataset, placement)
            if before is None:
                raise BadInput(
                    _("No other run was in service for dataset {dataset} before.").format(
                        dataset=dataset
                    )
                )
            return self._add(connection, dataset, placement, before, user)

    def withdraw(
        self,
        dataset: str,
        *,
        placement: str = "",
        user: str | None = None,
        seen: int | None = None,
    ) -> Promotion:
        """Take the run in service of a dataset or placement out of service; see ``promote``.

        Raises
        ------
        BadInput
            When none is in service, or there is a newer promotion.
        """
        with self._database.write() as connection:
            newest = _check_seen(connection, dataset, placement, seen)
            if newest is None or newest.run is None:
                raise none_in_service(dataset)
            return self._add(connection, dataset, placement, None, user)

    def _add(
        self,
        connection: Connection,
        dataset: str,
        placement: str,
        run: str | None,
        user: str | None,
    ) -> Promotion:
        number = _last_number(connection, dataset) + 1
        promotion = Promotion(dataset, number, run, user, self._clock(), placement)
        connection.execute(insert(PROMOTIONS).values(**vars(promotion)))
        return promotion


def none_in_service(dataset: str) -> BadInput:
    """Return the error for a dataset that has no model in service."""
    return BadInput(
        _(
            "No model is in service for dataset {dataset}; put one into service: "
            "`vitrina model promote RUN`."
        ).format(dataset=dataset)
    )


def check_not_in_service(connection: Connection, run: str) -> None:
    """Raise BadInput where a run is in service, and so must not be deleted."""
    row = connection.execute(
        select(PROMOTIONS).where(_is_newest(), PROMOTIONS.c.run == run).limit(1)
    ).one_or_none()
    if row is not None:
        placement = f" --placement {row.placement}" if row.placement else ""
        raise BadInput(
            _(
                "The run {run} is in service for dataset {dataset}; put another one into service, "
                "or none (`vitrina model withdraw {dataset}{placement}`), before you delete it."
            ).format(run=run, dataset=row.dataset, placement=placement)
        )


def rename_dataset(connection: Connection, old: str, new: str) -> None:
    """Change the dataset of promotions, which follow those of an earlier dataset of that name."""
    number = PROMOTIONS.c.number + _last_number(connection, new)
    change = update(PROMOTIONS).where(PROMOTIONS.c.dataset == old)
    connection.execute(change.values(dataset=new, number=number))


def _check_seen(
    connection: Connection, dataset: str, placement: str, seen: int | None
) -> Row[Any] | None:
    """Return the newest promotion; raise BadInput where it is not the one that was seen."""
    row = _newest(connection, dataset, placement)
    if seen is not None and seen != (row.number if row else 0):
        raise BadInput(
            _(
                "The model in service of dataset {dataset} has been changed meanwhile (it is "
                "{run}); look at it again."
            ).format(dataset=dataset, run=(row and row.run) or _("none"))
        )
    return row


def _of(dataset: str, placement: str) -> tuple[Any, Any]:
    return PROMOTIONS.c.dataset == dataset, PROMOTIONS.c.placement == placement


def _newest(connection: Connection, dataset: str, placement: str) -> Row[Any] | None:
    return connection.execute(
        select(PROMOTIONS)
        .where(*_of(dataset, placement))
        .order_by(PROMOTIONS.c.number.desc())
        .limit(1)
    ).one_or_none()


def _previous(
    connection: Connection, newest: Row[Any] | None, dataset: str, placement: str
) -> str | None:
    """Return the latest run in service that still exists and is not in service now."""
    run: str | None = connection.execute(
        select(PROMOTIONS.c.run)
        .join(RUNS, RUNS.c.run == PROMOTIONS.c.run)
        .where(
            *_of(dataset, placement),
            RUNS.c.deleted.is_(None),
            PROMOTIONS.c.run.is_distinct_from(newest.run if newest else None),
        )
        .order_by(PROMOTIONS.c.number.desc())
        .limit(1)
    ).scalar()
    return run


def _is_newest() -> Any:
    """Return the condition that a promotion is the newest one of its dataset or placement."""
    later = PROMOTIONS.alias()
    return ~(
        select(later.c.number)
        .where(
            later.c.dataset == PROMOTIONS.c.dataset,
            later.c.placement == PROMOTIONS.c.placement,
            later.c.number > PROMOTIONS.c.number,
        )
        .correlate(PROMOTIONS)
        .exists()
    )


def _last_number(connection: Connection, dataset: str) -> int:
    last = select(func.max(PROMOTIONS.c.number)).where(PROMOTIONS.c.dataset == dataset)
    return connection.execute(last).scalar() or 0


def _from_row(row: Row[Any]) -> Promotion:
    return Promotion(row.dataset, row.number, row.run, row.user, row.time, row.placement)
