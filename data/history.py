"""One buyer's events, found at once in a log of any size."""

import pandas as pd

from data.database import quote
from data.errors import BadInput
from data.events import PURCHASE
from data.preparation import Preparation
from data.steps import row_filters
from data.store import Dataset
from data.text import _

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
    source = "purchases" if preparation.event_types == (PURCHASE,) else "events"
    where = " AND ".join([f"user = {quote(user)}", *dict(row_filters(preparation)).values()])
    before = "OVER (ORDER BY time, row)"
    repeated = f"lag(product) {before} = product AND lag(session) {before} = session"
    merge = f"QUALIFY coalesce(NOT ({repeated}), true)" if preparation.merge_session_repeats else ""
    with dataset.connect() as connection:
        found = connection.execute(
            f"SELECT {_COLUMNS} FROM {source} WHERE {where} {merge} ORDER BY time, row"
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
