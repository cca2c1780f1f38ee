"""A small synthetic shop with a trained model, whose answers are known.

Cups follow teapots, always and at once; everything else is noise.
"""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.training.trainer import train
from tests.model.toys import imported, small

TEAPOT, CUP = "teapot", "cup"
PLATE = 'plate, 12" wide'
"""A product whose id needs quotation marks in lists."""
RUN = "toy-1"
NOISE = (*(f"noise{number}" for number in range(7)), PLATE)
UNSEEN = "unseen"
LONG_TITLE = "A teapot of blue stoneware " * 9
TITLES = {
    TEAPOT: LONG_TITLE,
    CUP: "Cup, 200 ml",
    **{name: f"Noise {name[-1]}" for name in NOISE[:7]},
    UNSEEN: "Released after the training",
}
"""The titles of the titled shop: ``PLATE`` has none, and its model has never seen ``UNSEEN``."""


class Silence:
    """A sink that keeps nothing."""

    def metric(self, *_words: object) -> None: ...
    def progress(self, **_numbers: object) -> None: ...
    def log(self, _text: str) -> None: ...
    def heartbeat(self) -> None: ...
    def phase(self, *_words: object) -> None: ...
    def resumed(self, _history: object) -> None: ...
    def saved(self) -> None: ...


def histories(buyers: int = 240, seed: int = 0) -> list[list[str]]:
    """Return histories in which every teapot is followed by a cup."""
    random = np.random.default_rng(seed)
    found = []
    for _buyer in range(buyers):
        one: list[str] = []
        while len(one) < 6:
            one += [TEAPOT, CUP] if random.random() < 0.4 else [str(random.choice(NOISE))]
        found.append(one)
    return found


def train_shop(folder: Path) -> None:
    """Import the shop into ``folder / "home"`` as dataset "toy", and train a model on it."""
    home = Home(folder / "home")
    dataset = imported(Store(home), histories(), folder)
    runs = Runs(home)
    config = small(epochs=12, learning_rate=0.01, loss="full_softmax", dropout=0.0)
    name = runs.create("train", "toy", config.as_dict(), preset="fast")
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(name, claimed.attempt, Process.current())
    train(config, dataset, runs.folder(name), Silence(), lambda: False)
    runs.attempts.end(name, claimed.attempt, State.FINISHED, None, None)
    runs.close()


def copy_shop(trained_shop: Path, folder: Path) -> tuple[Home, str]:
    """Copy the trained shop to ``folder / "home"``; return that home and the run's name."""
    home = Home(folder / "home")
    shutil.copytree(trained_shop / "home", home.path)
    return home, RUN


def copy_titled_shop(trained_shop: Path, folder: Path) -> tuple[Home, str]:
    """Copy the trained shop as ``copy_shop`` does, and give the products of its log ``TITLES``."""
    home, run = copy_shop(trained_shop, folder)
    log = pd.read_csv(trained_shop / "toy.csv")
    log = pd.concat([log, log.head(1).assign(product_id=UNSEEN, user_id="later")])
    log["title"] = log["product_id"].map(TITLES.get)
    log.to_csv(folder / "toy.csv", index=False)
    ingest(Store(home), ImportRequest([folder / "toy.csv"], "toy", mode="replace"))
    return home, run
