"""The placements of each dataset: named places with rules, and the history of their changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.repository import Repository
from dashboard.jobs.schema import PLACEMENTS
from data.errors import BadInput
from data.i18n import _

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True)
class Placement:
    """A version of a placement: its rules from one change to the next.

    Attributes
    ----------
    dataset, name : str
    number : int
        Counted from 1 in each placement.
    rules : dict or None
        JSON values by setting, those at their default left out; None where it was removed.
    user : str or None
        Who made the change; None where nobody had to sign in.
    time : float
        Seconds since 1970 UTC.
    """

    dataset: str
    name: str
    number: int
    rules: Mapping[str, Any] | None
    user: str | None
    time: float


class Placements:
    """Keeps the rules of placements.

    Every change adds a row, so that it is known who changed what and when. A change may name the
    number that its author has seen: of two people who change one placement at once, one succeeds
    and the other is told.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock

    def current(self, dataset: str | None = None) -> list[Placement]:
        """Return the placements of a dataset, or of all, by dataset and name."""
        later = PLACEMENTS.alias()
        is_newest = ~(
            select(later.c.number)
            .where(
                later.c.dataset == PLACEMENTS.c.dataset,
                later.c.name == PLACEMENTS.c.name,
                later.c.number > PLACEMENTS.c.number,
            )
            .correlate(PLACEMENTS)
            .exists()
        )
        query = select(PLACEMENTS).where(is_newest)
        if dataset is not None:
            query = query.where(PLACEMENTS.c.dataset == dataset)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(PLACEMENTS.c.dataset, PLACEMENTS.c.name)).all()
        return [placement for row in rows if (placement := _from_row(row)).rules is not None]

    def get(self, dataset: str, name: str) -> Placement:
        """Return a placement.

        Raises
        ------
        BadInput
            Where the dataset has no placement of this name.
        """
        with self._database.read() as connection:
            return require_placement(connection, dataset, name)

    def history(self, dataset: str, name: str) -> list[Placement]:
        """Return every version of a placement, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PLACEMENTS).where(*_of(dataset, name)).order_by(PLACEMENTS.c.number.desc())
            ).all()
        return [_from_row(row) for row in rows]

    def set(
        self,
        dataset: str,
        name: str,
        rules: Mapping[str, Any],
        *,
        user: str | None = None,
        seen: int | None = None,
    ) -> Placement:
        """Store the rules of a placement; a new name makes a new placement.

        Parameters
        ----------
        dataset, name : str
        rules : mapping
            JSON values by setting.
        user : str, optional
            Who does it.
        seen : int, optional
            Number of the version that the user has seen, 0 for none.

        Raises
        ------
        BadInput
            For a name that cannot stand in an address, and where there is a newer version.
        """
        if not _NAME.fullmatch(name):
            raise BadInput(
                _(
                    "{name} cannot be a placement's name: use up to 60 letters, digits, dots, "
                    "hyphens and underscores, and begin with a letter or digit."
                ).format(name=repr(name))
            )
        with self._database.write() as connection:
            _check_seen(connection, dataset, name, seen)
            return self._add(connection, dataset, name, dict(rules), user)

    def remove(
        self, dataset: str, name: str, *, user: str | None = None, seen: int | None = None
    ) -> Placement:
        """Remove a placement; see ``set``. Its model is taken out of service by ``Promotions``.

        Raises
        ------
        BadInput
            Where the dataset has no such placement, or there is a newer version.
        """
        with self._database.write() as connection:
            require_placement(connection, dataset, name)
            _check_seen(connection, dataset, name, seen)
            return self._add(connection, dataset, name, None, user)

    def _add(
        self,
        connection: Connection,
        dataset: str,
        name: str,
        rules: Mapping[str, Any] | None,
        user: str | None,
    ) -> Placement:
        number = _last_number(connection, dataset, name) + 1
        placement = Placement(dataset, name, number, rules, user, self._clock())
        connection.execute(insert(PLACEMENTS).values(**vars(placement)))
        return placement


def rename_dataset(connection: Connection, old: str, new: str) -> None:
    """Change the dataset of placements, whose versions follow those of an earlier dataset."""
    names = select(PLACEMENTS.c.name).where(PLACEMENTS.c.dataset == old).distinct()
    for name in connection.execute(names).scalars().all():
        number = PLACEMENTS.c.number + _last_number(connection, new, name)
        change = update(PLACEMENTS).where(*_of(old, name))
        connection.execute(change.values(dataset=new, number=number))


def require_placement(connection: Connection, dataset: str, name: str) -> Placement:
    """Return a placement; raise BadInput where the dataset has none of this name."""
    row = connection.execute(
        select(PLACEMENTS).where(*_of(dataset, name)).order_by(PLACEMENTS.c.number.desc()).limit(1)
    ).one_or_none()
    placement = None if row is None else _from_row(row)
    if placement is None or placement.rules is None:
        raise BadInput(
            _(
                "Dataset {dataset} has no placement {name}; make one: `vitrina placement set"
                " {dataset} {name}`."
            ).format(dataset=dataset, name=name)
        )
    return placement


def _check_seen(connection: Connection, dataset: str, name: str, seen: int | None) -> None:
    if seen is not None and seen != _last_number(connection, dataset, name):
        raise BadInput(
            _(
                "Placement {name} of dataset {dataset} has been changed meanwhile; look again."
            ).format(dataset=dataset, name=name)
        )


def _of(dataset: str, name: str) -> tuple[Any, Any]:
    return PLACEMENTS.c.dataset == dataset, PLACEMENTS.c.name == name


def _last_number(connection: Connection, dataset: str, name: str) -> int:
    last = select(func.max(PLACEMENTS.c.number)).where(*_of(dataset, name))
    return connection.execute(last).scalar() or 0


def _from_row(row: Row[Any]) -> Placement:
    return Placement(row.dataset, row.name, row.number, row.rules, row.user, row.time)
