"""Datasets and files that the tests of data share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data.datasets.store import Dataset, Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

HEADER = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
)


@pytest.fixture
def store(home: Home) -> Store:
    return Store(home)


@pytest.fixture(scope="session")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store for datasets that are imported once and only read."""
    return Store(Home(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="session")
def groceries(shared: Path, shared_store: Store) -> Dataset:
    """A year of real grocery purchases."""
    return ingest(
        shared_store, ImportRequest([shared / "complete_journey_2017.csv.gz"], "groceries")
    )


@pytest.fixture(scope="session")
def morning(shared: Path, shared_store: Store) -> Dataset:
    """The first hours of a real month of views, carts and purchases."""
    return ingest(
        shared_store, ImportRequest([shared / "rees46_2019-Oct_first_hours.csv"], "morning")
    )


@pytest.fixture
def log(tmp_path: Path, store: Store) -> Callable[..., Dataset]:
    """Import rows, written as user, product, time and further Kaggle columns by name."""

    def make(*rows: dict[str, object], name: str = "log") -> Dataset:
        names = sorted({key for row in rows for key in row})
        lines = [",".join("" if row.get(k) is None else str(row[k]) for k in names) for row in rows]
        file = tmp_path / f"{name}.csv"
        file.write_text("\n".join([",".join(names), *lines]) + "\n")
        return ingest(store, ImportRequest([file], name))

    return make


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test writes its log."""
    return tmp_path / "log.csv"
