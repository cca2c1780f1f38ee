"""Error analysis on the stored test predictions of a run: hits, misses, confusions, exposure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.services.recommendations import buyers
from dashboard.services.recommendations.buyers import Buyer
from dashboard.services.recommendations.served_run import ServedRun
from data.i18n import N_
from model.evaluation.predictions import DEPTH

OUTCOMES = {
    "held": N_("there is one"),
    "right": N_("in the first ten"),
    "wrong": N_("not in the first ten"),
    "surprised": N_("least probable tenth, or a new product"),
}
"""Columns of ``with_outcomes``, and how a search names them."""
SURPRISE_QUANTILE = 0.1
MAX_BUYERS = 8
EXAMPLES_PER_CONFUSION = 3

# The product of an id, otherwise those with the text in their titles.
_NAMED = """(SELECT product FROM products WHERE product = ? OR
    (contains(lower(title), lower(?)) AND NOT EXISTS (FROM products WHERE product = ?)))"""


@dataclass(frozen=True)
class BuyerCriteria:
    """Conditions on buyers to search for.

    Attributes
    ----------
    bought : str
        Id of a product that the buyer has bought, or a part of its title; any if empty.
    min_events : int
        Least number of events of the buyer.
    outcome : str
        A key of ``OUTCOMES`` that holds for a test purchase of the buyer; any if empty.
    """

    bought: str = ""
    min_events: int = 0
    outcome: str = ""


@dataclass(frozen=True)
class BuyerExample:
    """A buyer, and how many of the last events to hide so that the test purchase comes next."""

    buyer: Buyer
    hide: int = 0


@dataclass(frozen=True)
class Confusion:
    """A category that was ranked first where another one was bought.

    Attributes
    ----------
    ranked_first, bought : str or None
        Categories.
    count : int
        Number of test purchases.
    share : float
        Of all confusions.
    examples : tuple of (str, Timestamp)
        Buyers and times of purchase, those with the highest probability of the wrong product
        first.
    """

    ranked_first: str | None
    bought: str | None
    count: int
    share: float
    examples: tuple[tuple[str, pd.Timestamp], ...]


def with_outcomes(targets: pd.DataFrame) -> pd.DataFrame:
    """Return the test targets with the boolean columns of ``OUTCOMES``.

    ``right``: the target is in the top 10. ``wrong``: it is not, though training saw the product.
    ``surprised``: the target is of the tenth with the lowest probability, or training never saw
    the product. ``held``: always true.
    """
    known = targets["truth"] >= 0
    right = known & (targets["rank"] <= DEPTH)
    threshold = targets.loc[known, "chance"].quantile(SURPRISE_QUANTILE)
    return targets.assign(
        held=True,
        right=right,
        wrong=known & ~right,
        surprised=~known | (targets["chance"] <= threshold),
    )


def find_buyers(served: ServedRun, criteria: BuyerCriteria) -> list[BuyerExample]:
    """Return the buyers who meet the criteria, those with most events first.

    Raises
    ------
    BadInput
        Where the dataset is gone, or an outcome is asked for and the run's evaluation stored no
        predictions.
    """
    count = served.count_column
    conditions = [f"{count} >= ?"]
    values: list[object] = [max(criteria.min_events, served.min_events)]
    if criteria.bought:
        conditions.append(f"user IN (SELECT user FROM purchases WHERE product IN {_NAMED})")
        values += [criteria.bought] * 3
    targets = None
    with served.require_dataset().connect() as connection:
        if criteria.outcome:
            targets = with_outcomes(served.handle.outcomes.targets)
            targets = targets[targets[criteria.outcome]]
            connection.register("matching", targets[["user"]].drop_duplicates())
            conditions.append("user IN (SELECT user FROM matching)")
        rows = connection.execute(
            f"SELECT user, {count} FROM users WHERE {' AND '.join(conditions)} "
            f"ORDER BY 2 DESC, 1 LIMIT {MAX_BUYERS}",
            values,
        ).fetchall()
    return [_example(served, Buyer(*row), targets) for row in rows]


def _example(served: ServedRun, buyer: Buyer, targets: pd.DataFrame | None) -> BuyerExample:
    if targets is None:
        return BuyerExample(buyer)
    time = targets.loc[targets["user"] == buyer.user, "time"].iloc[0]
    return BuyerExample(buyer, events_from(served, buyer.user, time))


def events_from(served: ServedRun, user: str, time: pd.Timestamp) -> int:
    """Return how many events of a buyer lie at or after a time."""
    events = buyers.history(served, user)
    return sum(event.time is not None and event.time >= time for event in events)


def confusions(
    targets: pd.DataFrame, categories: Sequence[str | None], limit: int = 8
) -> list[Confusion]:
    """Return the pairs of categories that were confused most often.

    A confusion is a test purchase of a product that training saw and that was not ranked first,
    where the product ranked first is of another category.

    Parameters
    ----------
    targets : pandas.DataFrame
        As ``StoredPredictions.targets``.
    categories : sequence of str or None
        Category of each product.
    limit : int
        Number of pairs.
    """
    names = np.array([*categories, None], dtype=object)  # index -1 is the appended None
    table = targets.assign(
        ranked_first=names[targets["first"]], category_bought=names[targets["truth"]]
    )
    errors = table[(table["truth"] >= 0) & (table["rank"] > 1)]
    errors = errors.fillna({"ranked_first": "", "category_bought": ""})
    errors = errors[errors["ranked_first"] != errors["category_bought"]]
    errors = errors.sort_values("first_chance", ascending=False)
    pairs = Counter(zip(errors["ranked_first"], errors["category_bought"], strict=True))
    return [
        Confusion(
            ranked_first=ranked_first or None,
            bought=bought or None,
            count=count,
            share=count / len(errors),
            examples=_examples(
                errors[
                    (errors["ranked_first"] == ranked_first) & (errors["category_bought"] == bought)
                ]
            ),
        )
        for (ranked_first, bought), count in pairs.most_common(limit)
    ]


def _examples(errors: pd.DataFrame) -> tuple[tuple[str, pd.Timestamp], ...]:
    first = errors.drop_duplicates("user").head(EXAMPLES_PER_CONFUSION)
    return tuple(zip(first["user"], first["time"], strict=True))


def exposure(products: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """Compare each product's share of places in top-10 lists with its share of purchases.

    Parameters
    ----------
    products : pandas.DataFrame
        As ``StoredPredictions.products``.
    ids : sequence of str
        Product ids in the same order.

    Returns
    -------
    pandas.DataFrame
        Columns product, shown, bought, found, and ``excess``: the share of places minus the
        share of purchases; most over-recommended first.
    """
    shares = products[["shown", "bought"]] / products[["shown", "bought"]].sum().clip(lower=1)
    table = products.assign(product=list(ids), excess=shares["shown"] - shares["bought"])
    return table.sort_values("excess", ascending=False, kind="stable", ignore_index=True)
