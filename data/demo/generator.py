"""The demo shop: a synthetic month of a shop's log, of any size, whose makings are known.

The same number of buyers and seed give the same file on every machine.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.demo.csv_writer import write_csv
from data.demo.shelf import Floats, Ints
from data.demo.shop import Shop, open_shop
from data.demo.simulated_buyers import Purchases, chances, in_order, purchases
from data.demo.visits import events
from data.errors import BadInput
from data.files import atomic_write
from data.i18n import _

BUYERS = 2_500
"""Buyers of a demo shop that is made and read in seconds."""


@dataclass(frozen=True)
class Truth:
    """What the process that made the purchases knows of them, in the order of the file.

    The probabilities are given the buyer's earlier purchases, their times and the shop's own
    rules. Nothing is hidden: they are exact, not a bound. So no model that does not know when
    the next purchase comes can expect a higher accuracy or a lower loss, over all purchases.
    Where a preparation leaves some out, they bound what is left only about.

    Attributes
    ----------
    probability : float64, shape (purchases,)
        The probability that the process gave to the product bought.
    rank : int64, shape (purchases,)
        The product's rank by probability; 1 is the process's favourite.
    earlier : int64, shape (purchases,)
        How many earlier purchases the buyer had made.
    """

    probability: Floats
    rank: Ints
    earlier: Ints

    @property
    def best_accuracy(self) -> float:
        """Share of purchases with an earlier one that were the favourite."""
        return float(np.mean(self.rank[self.earlier > 0] == 1))

    @property
    def lowest_loss(self) -> float:
        """Mean negative logarithm of the probability of purchases with an earlier one."""
        return float(-np.log(self.probability[self.earlier > 0]).mean())


def open_demo(buyers: int, seed: int) -> tuple[Shop, Purchases, np.random.Generator]:
    """Return the shop, its purchases and the source of chance for everything else.

    Raises
    ------
    BadInput
        Where there is no buyer.
    """
    if buyers < 1:
        raise BadInput(_("A shop needs at least one buyer; ask for one or more."))
    shelves, buying, looking = np.random.SeedSequence([seed, buyers]).spawn(3)
    shop = open_shop(buyers, _random(shelves))
    return shop, purchases(shop, buyers, _random(buying)), _random(looking)


def _random(seed: np.random.SeedSequence) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def truth(buyers: int, seed: int) -> Truth:
    """Return the probability and rank of every purchase that ``write`` writes.

    The time grows with purchases times products: seconds for the default shop, minutes for a
    hundred times as many buyers.
    """
    shop, log, _ = open_demo(buyers, seed)
    probability = np.empty(len(log))
    rank = np.empty(len(log), dtype=np.int64)
    for rows, chance in chances(shop, log):
        probability[rows] = np.take_along_axis(chance, log.product[rows][:, None], axis=1)[:, 0]
        rank[rows] = 1 + (chance > probability[rows][:, None]).sum(axis=1)
    order = in_order(log)
    return Truth(probability[order], rank[order], log.earlier[order])


def write(out: Path, *, buyers: int, seed: int) -> None:
    """Write the shop's log as CSV in the columns of the Kaggle set, ordered by time.

    It is written hour by hour, so that memory does not grow with the views. A file that is there
    already stays whole until the new one is complete.
    """
    shop, log, random = open_demo(buyers, seed)
    with atomic_write(out) as temporary, temporary.open("wb") as file:
        write_csv(file, shop, events(shop, log, random), random)
