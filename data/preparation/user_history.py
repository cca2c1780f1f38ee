"""Buyers' events as a run's preparation keeps them: one buyer's at once, or all of them in turn."""

from collections.abc import Iterator

import pandas as pd

from data.datasets.database import quote
from data.datasets.store import Dataset
from data.errors import BadInput
from data.events import PURCHASE
from data.i18n import _
from data.preparation.preparation import Preparation
from data.preparation.steps import row_filters

BATCH = 200_000
_COLUMNS = "row, time, type, user, product, category, brand, price, session"


def history(dataset: Dataset, preparation: Preparation, user: str) -> pd.DataFrame:
    """Return the events of a buyer that a preparation keeps, the oldest first.

    The steps that look at other buyers too (rare products, buyers with few events) are left
    out: a person who asks about a buyer wants all that the buyer did.

    Parameters
    ----------
    dataset : Dataset
        Where the buyer is looked up.
    preparation : Preparation
        Its steps that look at one event at a time, and the merging of repeats, are taken.
    user : str
        The buyer's id.

    Returns
    -------
    pandas.DataFrame
        Columns row, time, type, user, product, category, brand, price, session; ordered by time
        and row; empty where the preparation leaves none of the buyer's events.

    Raises
    ------
    BadInput
        Where the dataset has no such buyer.
    """
    with dataset.connect() as connection:
        found = connection.execute(
            f"{kept(_COLUMNS, preparation, f'user = {quote(user)}')} ORDER BY time, row"
        ).df()
        if found.empty:
            known = f"SELECT 1 FROM users WHERE user = {quote(user)}"
            if not connection.execute(known).fetchone():
                raise BadInput(
                    _("Dataset {name} has no buyer {user}; look one up in its users.").format(
                        name=dataset.name, user=user
                    )
                )
    return found


def histories(dataset: Dataset, preparation: Preparation) -> Iterator[pd.DataFrame]:
    """Yield the products of every buyer, as ``history`` would find them one by one.

    Returns
    -------
    iterator of pandas.DataFrame
        Columns user and product, ordered by buyer, time and row; a buyer's events may go on in
        the next frame.
    """
    with dataset.connect() as connection:
        rows = connection.sql(f"{kept('user, product', preparation)} ORDER BY user, time, row")
        for batch in rows.to_arrow_reader(BATCH):
            yield batch.to_pandas()


def kept(columns: str, preparation: Preparation, *conditions: str) -> str:
    """Return the query for the events that the steps which look at one event at a time keep."""
    source = "purchases" if preparation.event_types == (PURCHASE,) else "events"
    where = " AND ".join(["true", *conditions, *dict(row_filters(preparation)).values()])
    before = "OVER (PARTITION BY user ORDER BY time, row)"
    repeated = f"lag(product) {before} = product AND lag(session) {before} = session"
    merge = f"QUALIFY coalesce(NOT ({repeated}), true)" if preparation.merge_session_repeats else ""
    return f"SELECT {columns} FROM {source} WHERE {where} {merge}"
