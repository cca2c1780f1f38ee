"""The demo shop: a synthetic log of a month with known purchase probabilities.

Equal numbers of buyers and seeds give the same file on every machine.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.demo.csv_writer import write_csv
from data.demo.group_sampler import Float64s, Int64s
from data.demo.shop import Shop, create_shop
from data.demo.simulated_buyers import Purchases, by_time, probabilities, purchases
from data.demo.visits import events
from data.errors import BadInput
from data.files import atomic_write
from data.i18n import _

BUYERS = 2_500
"""Default number of buyers; generated and imported in seconds."""


@dataclass(frozen=True)
class Truth:
    """Probabilities of the purchases under the process that generated them, in file order.

    The probabilities are exact, conditional on the buyer's earlier purchases, their times and the
    parameters of the shop. No model that reads purchases alone and does not know the time of the
    next one has a higher expected accuracy or a lower expected loss over all purchases; views tell
    more, since some visits are about the next purchase. If a preparation removes some purchases,
    these bounds hold approximately.

    Attributes
    ----------
    probability : float64, shape (purchases,)
        Probability of the purchased product.
    rank : int64, shape (purchases,)
        Rank of the purchased product by probability, from 1.
    earlier : int64, shape (purchases,)
        Number of earlier purchases of the buyer.
    """

    probability: Float64s
    rank: Int64s
    earlier: Int64s

    @property
    def best_accuracy(self) -> float:
        """Accuracy of the most probable product, over purchases with an earlier one."""
        return float(np.mean(self.rank[self.earlier > 0] == 1))

    @property
    def lowest_loss(self) -> float:
        """Cross-entropy of the true probabilities, over purchases with an earlier one."""
        return float(-np.log(self.probability[self.earlier > 0]).mean())


def simulate(buyers: int, seed: int) -> tuple[Shop, Purchases, np.random.Generator]:
    """Simulate the purchases of a month.

    Parameters
    ----------
    buyers : int
        Number of buyers.
    seed : int
        Seed of the random generators.

    Returns
    -------
    shop : Shop
        The catalogue.
    log : Purchases
        The purchases.
    random : numpy.random.Generator
        Source of randomness for views, carts and ids.

    Raises
    ------
    BadInput
        If ``buyers`` is less than 1.
    """
    if buyers < 1:
        raise BadInput(_("A shop needs at least one buyer; ask for one or more."))
    shop_seed, purchase_seed, visit_seed = np.random.SeedSequence([seed, buyers]).spawn(3)
    shop = create_shop(buyers, _generator(shop_seed))
    return shop, purchases(shop, buyers, _generator(purchase_seed)), _generator(visit_seed)


def _generator(seed: np.random.SeedSequence) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def truth(buyers: int, seed: int) -> Truth:
    """Return the true probability and rank of every purchase that ``write`` writes.

    Takes time proportional to purchases times products: seconds for the default shop, minutes for
    a hundred times as many buyers.
    """
    shop, log, _ = simulate(buyers, seed)
    probability = np.empty(len(log))
    rank = np.empty(len(log), dtype=np.int64)
    for rows, distribution in probabilities(shop, log):
        products = log.product[rows][:, None]
        probability[rows] = np.take_along_axis(distribution, products, axis=1)[:, 0]
        rank[rows] = 1 + (distribution > probability[rows][:, None]).sum(axis=1)
    order = by_time(log)
    return Truth(probability[order], rank[order], log.earlier[order])


def write(out: Path, *, buyers: int, seed: int) -> None:
    """Write the log as CSV in the columns of the Kaggle data set, in order of time.

    Memory is bounded, since views are generated hour by hour. The file is replaced atomically.
    """
    shop, log, random = simulate(buyers, seed)
    with atomic_write(out) as temporary, temporary.open("wb") as file:
        write_csv(file, shop, events(shop, log, random), random)
