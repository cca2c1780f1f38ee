"""Search buyers, step through them, and read their histories."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from dashboard.services.recommendations.served_run import ServedRun
from dashboard.services.recommendations.what_if import History, HistoryEvent
from data.datasets.dataset import Dataset
from data.datasets.side_tables import BUYERS
from data.datasets.store import Store
from data.datasets.titles import product_titles
from data.exploration.attributes import attributes_of
from data.home import Home
from data.preparation.preparation import Preparation
from data.preparation.user_history import history as recorded_events

MAX_RESULTS = 8
CACHED_HISTORIES = 64
RANDOM_BUYERS = 8
"""Random buyers that are tried until the run's preparation keeps an event of one."""

Direction = Literal["next", "previous", "random"]


@dataclass(frozen=True)
class Buyer:
    """A buyer in a search result.

    Attributes
    ----------
    user : str
        The id.
    events : int
        Number of events that the run may use.
    """

    user: str
    events: int


def search_buyers(served: ServedRun, prefix: str) -> list[Buyer]:
    """Return the buyers whose id begins with a text, those with most events first.

    Only buyers with as many events as the run's preparation asks for are returned; none where
    the dataset is gone.

    Parameters
    ----------
    served : ServedRun
    prefix : str
        Beginning of an id; an empty one matches every buyer, an exact match comes first.
    """
    if served.dataset is None:
        return []
    count, prefix = served.count_column, prefix.strip()
    rows = _select(
        served.dataset,
        f"SELECT user, {count} AS events FROM users WHERE starts_with(user, ?) AND events >= ? "
        f"ORDER BY user = ? DESC, events DESC, user LIMIT {MAX_RESULTS}",
        [prefix, served.min_events, prefix],
    )
    return [Buyer(*row) for row in rows]


def adjacent_buyer(served: ServedRun, user: str, direction: Direction) -> str | None:
    """Return the buyer after or before another one in the order of ids, or a random one.

    A random one has a history: of a preparation that keeps some days alone, many have none.

    Parameters
    ----------
    served : ServedRun
    user : str
        The buyer to start from; may be empty or unknown.
    direction : {"next", "previous", "random"}

    Returns
    -------
    str or None
        None where there is no such buyer, or the dataset is gone.
    """
    if served.dataset is None:
        return None
    condition, order = {
        "next": ("user > ?", "user"),
        "previous": ("user < ?", "user DESC"),
        "random": ("user <> ?", "random()"),
    }[direction]
    rows = _select(
        served.dataset,
        f"SELECT user FROM users WHERE {condition} AND {served.count_column} >= ? "
        f"ORDER BY {order} LIMIT {RANDOM_BUYERS if direction == 'random' else 1}",
        [user, served.min_events],
    )
    users = [str(other) for (other,) in rows]
    first = users[0] if users else None
    if direction != "random":
        return first
    return next((other for other in users if history(served, other)), first)


def history(served: ServedRun, user: str) -> History:
    """Return the events of a buyer that the run's preparation keeps, oldest first.

    Events that the run's protocol held out are marked.

    Raises
    ------
    BadInput
        Where the dataset is gone or has no such buyer.
    """
    dataset, handle = served.require_dataset(), served.handle
    events = _history(
        handle.home.path,
        dataset.name,
        dataset.fingerprint,
        handle.config.preparation,
        handle.config.protocol,
        user,
    )
    return _mark_by_time(events, handle.held_out)


def recorded_values(served: ServedRun, user: str) -> dict[str, str | float]:
    """Return the attributes of a buyer in the table of buyers, by name.

    Nothing where the model reads none, and none that is missing.
    """
    if served.dataset is None or not served.model.buyer_attributes:
        return {}
    return {
        attribute.name: value for attribute, value in attributes_of(served.dataset, BUYERS, user)
    }


def _mark_by_time(events: History, held_out: dict[str, datetime]) -> History:
    """Mark the events at or after the beginning of each held-out part."""
    if not held_out:
        return events

    def part(event: HistoryEvent) -> str | None:
        if event.time is None or event.time < held_out["validation"]:
            return None
        return "test" if event.time >= held_out["test"] else "validation"

    return tuple(replace(event, part=part(event)) for event in events)


@lru_cache(maxsize=CACHED_HISTORIES)
def _history(
    home: Path, name: str, _fingerprint: str, preparation: Preparation, protocol: str, user: str
) -> History:
    """Read a history; the fingerprint of the dataset makes a changed one be read again."""
    dataset = Store(Home(home)).open(name)
    events, titles = recorded_events(dataset, preparation, user), product_titles(dataset)
    predicted = preparation.predicted_types
    is_target = [not predicted or name in predicted for name in events["type"]]
    from_end = np.cumsum(is_target[::-1])[::-1]
    rows: Sequence[dict[Any, Any]] = events.to_dict("records")
    return tuple(
        HistoryEvent(
            key=str(position),
            product=row["product"],
            time=_utc(row["time"]),
            type=_text(row.get("type")),
            title=titles.get(row["product"]) or _text(row.get("title")),
            brand=_text(row.get("brand")),
            category=_text(row.get("category")),
            price=_number(row.get("price")),
            session=_text(row.get("session")),
            quantity=_number(row.get("quantity")),
            part=_part_by_position(protocol, int(from_end[position]), int(from_end[0]))
            if is_target[position]
            else None,
        )
        for position, row in enumerate(rows)
    )


def _part_by_position(protocol: str, from_end: int, count: int) -> str | None:
    """Return the held-out part of a target, where its position among the targets decides it.

    The first target of a buyer is never held out: it has none in its history.
    """
    if protocol != "leave-one-out" or from_end == count:
        return None
    return {1: "test", 2: "validation"}.get(from_end)


def _select(dataset: Dataset, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with dataset.connect() as connection:
        return connection.execute(query, values).fetchall()


def _utc(value: Any) -> datetime:
    time: datetime = value.to_pydatetime()
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
