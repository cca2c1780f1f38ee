"""Histories of one user or of all users, filtered by the row-wise steps of a preparation."""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from data.datasets.database import quote
from data.datasets.dataset import Dataset
from data.errors import BadInput
from data.i18n import _
from data.preparation.preparation import Preparation
from data.preparation.steps import event_source, is_repeat_in_session, row_filters

BATCH_ROWS = 200_000
_COLUMNS = "row, time, type, user, product, category, brand, price, session, quantity"


def history(dataset: Dataset, preparation: Preparation, user: str) -> pd.DataFrame:
    """Return the events of a user that a preparation keeps, the oldest first.

    Steps that depend on other events (duplicates, rare products, users with few events) are not
    applied, so that users below the thresholds have a history too.

    Parameters
    ----------
    dataset : Dataset
        Has the events.
    preparation : Preparation
        Its row-wise filters and the merging of repeats within a session are applied.
    user : str
        Id of the user.

    Returns
    -------
    pandas.DataFrame
        Columns row, time, type, user, product, category, brand, price, session, quantity; ordered
        by time and row; empty if the preparation keeps none of the user's events.

    Raises
    ------
    BadInput
        If the dataset has no such user.
    """
    with dataset.connect() as connection:
        query = select_events(_COLUMNS, preparation, f"user = {quote(user)}")
        events = connection.execute(f"{query} ORDER BY time, row").df()
        if events.empty:
            user_exists = f"SELECT 1 FROM users WHERE user = {quote(user)}"
            if not connection.execute(user_exists).fetchone():
                raise BadInput(
                    _("Dataset {name} has no buyer {user}; look one up in its users.").format(
                        name=dataset.name, user=user
                    )
                )
    return events


def histories(
    dataset: Dataset, preparation: Preparation, first: str | None = None, end: str | None = None
) -> Iterator[pd.DataFrame]:
    """Yield the events of all users, filtered as in ``history``, in batches.

    Parameters
    ----------
    dataset, preparation
        As in ``history``.
    first, end : str, optional
        The first user, and the one after the last, in the order of their ids; default: all.

    Yields
    ------
    pandas.DataFrame
        Columns user, product, type and time, ordered by user, time and row; up to ``BATCH_ROWS``
        rows.
        The events of a user may continue in the next frame.
    """
    with dataset.connect() as connection:
        conditions = [] if first is None else [f"user >= {quote(first)}"]
        conditions += [] if end is None else [f"user < {quote(end)}"]
        query = select_events("user, product, type, time", preparation, *conditions)
        result = connection.sql(f"{query} ORDER BY user, time, row")
        for batch in result.to_arrow_reader(BATCH_ROWS):
            yield batch.to_pandas()


def every_nth_user(dataset: Dataset, number: int) -> list[str]:
    """Return the ids of the users that begin groups of this many, in order, but the first."""
    numbered = "SELECT user, row_number() OVER (ORDER BY user) - 1 AS place FROM users"
    query = f"SELECT user FROM ({numbered}) WHERE place > 0 AND place % {number} = 0 ORDER BY user"
    with dataset.connect() as connection:
        return [user for (user,) in connection.execute(query).fetchall()]


def last_time(dataset: Dataset) -> datetime | None:
    """Return the time of the last event of a dataset (UTC); None where it has no times."""
    last = dataset.manifest.summary["last_event"]
    return None if last is None else datetime.fromisoformat(last).replace(tzinfo=None)


def select_events(columns: str, preparation: Preparation, *conditions: str) -> str:
    """Return the SELECT of the events that the row-wise steps of a preparation keep.

    Parameters
    ----------
    columns : str
        Select list.
    preparation : Preparation
        Its row-wise filters and the merging of repeats within a session are applied.
    *conditions
        Further SQL conditions.
    """
    where = " AND ".join(["true", *conditions, *dict(row_filters(preparation)).values()])
    repeated = is_repeat_in_session(preparation)
    merge = f"QUALIFY NOT {repeated}" if preparation.merge_session_repeats else ""
    return f"SELECT {columns} FROM {event_source(preparation)} WHERE {where} {merge}"
