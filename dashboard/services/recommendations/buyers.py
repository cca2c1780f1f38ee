"""Buyers: find one, go to the next one, and read what a run knows of their history."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from dashboard.jobs.run import Run
from dashboard.services.recommendations.what_if import Entry, History
from data.datasets.store import Dataset, Store
from data.errors import BadInput
from data.events import PURCHASE
from data.home import Home
from data.preparation.preparation import Preparation
from data.preparation.user_history import history as recorded_events
from model.config.run_config import RunConfig

FOUND = 8
KEPT_HISTORIES = 64

Way = Literal["next", "previous", "random"]


@dataclass(frozen=True)
class Buyer:
    """A buyer as the search shows one: the id, and how many events the run may use."""

    user: str
    events: int


def dataset_of(home: Home, run: Run) -> Dataset | None:
    """Return the dataset that a run learned from, or None where it is gone."""
    try:
        return Store(home).open(run.dataset)
    except BadInput:
        return None


def search(dataset: Dataset, run: Run, words: str) -> list[Buyer]:
    """Return buyers whose id begins with some text, those with most events first.

    Parameters
    ----------
    dataset : Dataset
        What the run learned from.
    run : Run
        Only buyers with as many events as its preparation asks for are found.
    words : str
        The beginning of an id; every buyer where it is empty.
    """
    rows = _ask(
        dataset,
        f"SELECT user, {counted(run)} AS events FROM users "
        "WHERE starts_with(user, ?) AND events >= ? "
        f"ORDER BY user = ? DESC, events DESC, user LIMIT {FOUND}",
        [words.strip(), fewest(run), words.strip()],
    )
    return [Buyer(*row) for row in rows]


def another(dataset: Dataset, run: Run, user: str, way: Way) -> str | None:
    """Return the buyer after or before one in the order of ids, or any; None where there is none.

    Parameters
    ----------
    dataset, run
        As for ``search``.
    user : str
        The buyer to start from; may be empty or unknown.
    way : {"next", "previous", "random"}
        Where to go.
    """
    where, order = {
        "next": ("user > ?", "user"),
        "previous": ("user < ?", "user DESC"),
        "random": ("user <> ?", "random()"),
    }[way]
    rows = _ask(
        dataset,
        f"SELECT user FROM users WHERE {where} AND {counted(run)} >= ? ORDER BY {order} LIMIT 1",
        [user, fewest(run)],
    )
    return str(rows[0][0]) if rows else None


def history(home: Home, run: Run, user: str) -> History:
    """Return the events of a buyer that the run's preparation keeps, the oldest first.

    Raises
    ------
    BadInput
        Where the dataset is gone, or does not know the buyer.
    """
    dataset = Store(home).open(run.dataset)
    config = RunConfig.from_dict(run.config)
    found = _history(
        home.path, run.dataset, dataset.fingerprint, config.preparation, config.protocol, user
    )
    return _marked(found, begins(home.runs / run.run)) if config.protocol == "temporal" else found


def _marked(events: History, cuts: dict[str, datetime]) -> History:
    """Mark the events that a cut in time held out."""
    if not cuts:
        return events

    def part(entry: Entry) -> str | None:
        if entry.time is None or entry.time < cuts["validation"]:
            return None
        return "test" if entry.time >= cuts["test"] else "validation"

    return tuple(replace(entry, part=part(entry)) for entry in events)


def begins(folder: Path) -> dict[str, datetime]:
    """Return when each held-out part begins, as ``record.json`` has it from the first step on."""
    file = folder / "record.json"
    if not file.exists():
        return {}
    return _moments(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=KEPT_HISTORIES)
def _moments(file: Path, _changed: int) -> dict[str, datetime]:
    noted = json.loads(file.read_text(encoding="utf-8")).get("held_out") or {}
    return {name: datetime.fromisoformat(moment) for name, moment in noted.items()}


@lru_cache(maxsize=KEPT_HISTORIES)
def _history(
    home: Path, name: str, _fingerprint: str, preparation: Preparation, protocol: str, user: str
) -> History:
    """Read a history; the fingerprint makes that of a dataset that changed be read anew."""
    events = recorded_events(Store(Home(home)).open(name), preparation, user)
    rows: Sequence[dict[Any, Any]] = events.to_dict("records")
    return tuple(
        Entry(
            key=str(place),
            product=row["product"],
            time=_utc(row["time"]),
            type=_text(row.get("type")),
            title=_text(row.get("title")),
            brand=_text(row.get("brand")),
            category=_text(row.get("category")),
            price=_number(row.get("price")),
            session=_text(row.get("session")),
            part=_part(protocol, place, len(rows)),
        )
        for place, row in enumerate(rows)
    )


def _part(protocol: str, place: int, count: int) -> str | None:
    """Return the held-out part of an event, where its position in the history decides it.

    The first event of a buyer is never held out: a target needs a history.
    """
    if protocol != "leave-one-out" or not place:
        return None
    return {1: "test", 2: "validation"}.get(count - place)


def _ask(dataset: Dataset, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with dataset.connect() as connection:
        return connection.execute(query, values).fetchall()


def fewest(run: Run) -> int:
    """Return how many events a buyer needs so that the run's preparation keeps any."""
    return max(RunConfig.from_dict(run.config).preparation.min_user_events, 1)


def counted(run: Run) -> str:
    """Return the column that counts the events a run may use."""
    types = RunConfig.from_dict(run.config).preparation.event_types
    return "purchases" if tuple(types) == (PURCHASE,) else "events"


def _utc(value: Any) -> datetime:
    time: datetime = value.to_pydatetime()
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
