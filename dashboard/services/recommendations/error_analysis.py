"""Verdicts: where a run was right, wrong or surprised, and buyers to look at."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from dashboard.jobs.run import Run
from dashboard.services.recommendations import buyers
from dashboard.services.recommendations.buyers import Buyer, counted, fewest
from data.datasets.store import Dataset
from data.home import Home
from data.i18n import N_
from model.evaluation.predictions import DEPTH, StoredPredictions
from model.run_files import TARGETS
from model.run_folder import RunFolder

VERDICTS = {
    "held": N_("has a held-out purchase"),
    "right": N_("was right"),
    "wrong": N_("was wrong"),
    "surprised": N_("was surprised"),
}
SURPRISED = 0.1
"""The share of purchases that were least probable of all; they surprised the model."""
FOUND = 8
EXAMPLES = 3


@dataclass(frozen=True)
class Like:
    """What a buyer is to be like.

    Attributes
    ----------
    bought : str
        A product that the buyer has bought; any if empty.
    least : int
        How many events the buyer has at least.
    verdict : str
        A key of ``VERDICTS``; any if empty.
    """

    bought: str = ""
    least: int = 0
    verdict: str = ""


@dataclass(frozen=True)
class Example:
    """A buyer to look at.

    Attributes
    ----------
    buyer : Buyer
    hide : int
        How many of the last events to hide so that the purchase in question is to be found.
    """

    buyer: Buyer
    hide: int = 0


@dataclass(frozen=True)
class Mistake:
    """A kind of thing that was offered first where another kind was bought.

    Attributes
    ----------
    offered, bought : str or None
        Categories.
    count : int
    share : float
        Of all mistakes.
    examples : tuple of (str, Timestamp)
        Buyers and when they bought, those first of whom the model was surest.
    """

    offered: str | None
    bought: str | None
    count: int
    share: float
    examples: tuple[tuple[str, pd.Timestamp], ...]


def outcomes(home: Home, run: str) -> StoredPredictions:
    """Return what the evaluation of a run kept; read once."""
    folder = home.runs / run
    file = folder / TARGETS
    return _outcomes(folder, file.stat().st_mtime_ns if file.exists() else 0)


@lru_cache(maxsize=4)
def _outcomes(folder: Path, _changed: int) -> StoredPredictions:
    return StoredPredictions(RunFolder(folder))


def judged(targets: pd.DataFrame) -> pd.DataFrame:
    """Return the purchases with the columns ``right``, ``wrong`` and ``surprised``.

    Right: among the first ten. Wrong: not among them, though training knew the product.
    Surprised: the tenth of all purchases to which the model gave the lowest probability, and
    those of products that training never saw.
    """
    known = targets["truth"] >= 0
    right = known & (targets["rank"] <= DEPTH)
    least = targets.loc[known, "chance"].quantile(SURPRISED)
    return targets.assign(
        held=True,
        right=right,
        wrong=known & ~right,
        surprised=~known | (targets["chance"] <= least),
    )


def find(home: Home, dataset: Dataset, run: Run, like: Like) -> list[Example]:
    """Return buyers who are like something, those with most events first.

    Raises
    ------
    BadInput
        Where a verdict is asked for and the run's evaluation kept nothing.
    """
    conditions = [f"{counted(run)} >= ?"]
    values: list[object] = [max(like.least, fewest(run))]
    if like.bought:
        conditions.append("user IN (SELECT user FROM purchases WHERE product = ?)")
        values.append(like.bought)
    with dataset.connect() as connection:
        if like.verdict:
            rows = judged(outcomes(home, run.run).targets)
            connection.register("judged", rows[rows[like.verdict]][["user"]].drop_duplicates())
            conditions.append("user IN (SELECT user FROM judged)")
        found = connection.execute(
            f"SELECT user, {counted(run)} FROM users WHERE {' AND '.join(conditions)} "
            f"ORDER BY 2 DESC, 1 LIMIT {FOUND}",
            values,
        ).fetchall()
    return [_example(home, run, Buyer(*row), like.verdict) for row in found]


def _example(home: Home, run: Run, buyer: Buyer, verdict: str) -> Example:
    if not verdict:
        return Example(buyer)
    rows = judged(outcomes(home, run.run).targets)
    mine = rows[(rows["user"] == buyer.user) & rows[verdict]]
    return Example(buyer, hiding(home, run, buyer.user, mine["time"].iloc[0]))


def hiding(home: Home, run: Run, user: str, time: pd.Timestamp) -> int:
    """Return how many of a buyer's last events to hide so that the one at a time is next."""
    events = buyers.history(home, run, user)
    return sum(entry.time is not None and entry.time >= time for entry in events)


def mistakes(
    targets: pd.DataFrame, categories: Sequence[str | None], most: int = 8
) -> list[Mistake]:
    """Return the pairs of categories that were mistaken for one another most often.

    A mistake is a purchase that was not ranked first, of a product of another category than the
    one that was.
    """
    names = np.array([*categories, None], dtype=object)  # the last one stands for -1
    table = targets.assign(offered=names[targets["first"]], got=names[targets["truth"]])
    wrong = table[(table["truth"] >= 0) & (table["rank"] > 1)]
    wrong = wrong.fillna({"offered": "", "got": ""})
    wrong = wrong[wrong["offered"] != wrong["got"]].sort_values("first_chance", ascending=False)
    pairs = Counter(zip(wrong["offered"], wrong["got"], strict=True))
    return [
        Mistake(
            offered=offered or None,
            bought=got or None,
            count=count,
            share=count / len(wrong),
            examples=_examples(wrong[(wrong["offered"] == offered) & (wrong["got"] == got)]),
        )
        for (offered, got), count in pairs.most_common(most)
    ]


def _examples(rows: pd.DataFrame) -> tuple[tuple[str, pd.Timestamp], ...]:
    first = rows.drop_duplicates("user").head(EXAMPLES)
    return tuple(zip(first["user"], first["time"], strict=True))


def exposure(products: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """Return how each product's share of list places compares with its share of purchases.

    Returns
    -------
    pandas.DataFrame
        Columns product, shown, bought, found, and ``excess``: the share of places minus the
        share of purchases; most over-recommended first.
    """
    shares = products[["shown", "bought"]] / products[["shown", "bought"]].sum().clip(lower=1)
    table = products.assign(product=list(ids), excess=shares["shown"] - shares["bought"])
    return table.sort_values("excess", ascending=False, kind="stable", ignore_index=True)
