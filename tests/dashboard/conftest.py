"""A trained shop, and copies of it that a test may change."""

from pathlib import Path

import pandas as pd
import pytest

from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.dashboard.shop import TITLES, UNSEEN, copy_shop


@pytest.fixture(scope="session")
def shop(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """A home with dataset "toy", and the name of a finished run on it; no test changes them."""
    return copy_shop(trained_shop, tmp_path_factory.mktemp("shop"))


@pytest.fixture
def own_shop(trained_shop: Path, tmp_path: Path) -> tuple[Home, str]:
    """The same in a home that the test may change."""
    return copy_shop(trained_shop, tmp_path)


@pytest.fixture(scope="session")
def titled_shop(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """The shop with titles in its log, except for ``PLATE``; no test changes it."""
    folder = tmp_path_factory.mktemp("titled")
    home, run = copy_shop(trained_shop, folder)
    log = pd.read_csv(trained_shop / "toy.csv")
    log = pd.concat([log, log.head(1).assign(product_id=UNSEEN, user_id="later")])
    titles = log["product_id"].map(TITLES.get)
    log.assign(title=titles).to_csv(folder / "toy.csv", index=False)
    ingest(Store(home), ImportRequest([folder / "toy.csv"], "toy", mode="replace"))
    return home, run
