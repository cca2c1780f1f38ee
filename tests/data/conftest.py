"""Datasets and files that the tests of data share."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.conftest import Setup

HEADER = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
)


@pytest.fixture
def store(home: Home) -> Store:
    return Store(home)


# A quarter of the households and a fifth of their baskets, in the columns of Kaggle's log.
THINNED = r"""
    SELECT strftime(time, '%Y-%m-%d %H:%M:%S UTC') AS event_time, 'purchase' AS event_type,
        product AS product_id, hash(category) // 4 AS category_id,
        regexp_replace(lower(category), '[^a-z0-9.]+', '_', 'g') AS category_code,
        lower(replace(brand, ' ', '_')) AS brand, round(price, 2) AS price,
        user AS user_id, session AS user_session
    FROM '{journey}' WHERE quantity > 0 AND user % 4 = 0 AND session % 5 = 2"""


@pytest.fixture(scope="session")
def grocery_log(journey: Path, set_up_once: Setup) -> Path:
    """The text of a year of real grocery purchases: 75,000 lines of the Complete Journey."""

    def write(folder: Path) -> None:
        select = THINNED.format(journey=journey)
        duckdb.execute(f"COPY ({select}) TO '{folder / 'groceries.csv.gz'}'")

    return set_up_once("grocery-log", write) / "groceries.csv.gz"


@pytest.fixture(scope="session")
def groceries(grocery_log: Path, set_up_once: Setup) -> Dataset:
    """A year of real grocery purchases; no test changes it."""
    return imported_once(set_up_once, grocery_log, "groceries")


@pytest.fixture(scope="session")
def published_groceries(shared: Path, set_up_once: Setup) -> Dataset:
    """The sample of grocery purchases that published figures were made with."""
    return imported_once(set_up_once, shared / "complete_journey_2017.csv.gz", "published")


@pytest.fixture(scope="session")
def morning(shared: Path, set_up_once: Setup) -> Dataset:
    """The first hours of a real month of views, carts and purchases; no test changes it."""
    return imported_once(set_up_once, shared / "rees46_2019-Oct_first_hours.csv", "morning")


def imported_once(set_up_once: Setup, file: Path, name: str) -> Dataset:
    """Return a dataset that is imported once for all workers."""

    def import_file(folder: Path) -> None:
        ingest(Store(Home(folder)), ImportRequest([file], name))

    return Store(Home(set_up_once(name, import_file))).open(name)


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
