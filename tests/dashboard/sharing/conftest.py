"""Machines that have a database and a store in common, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data.home import Home
from tests.faults.conftest import write_log

Machine = Callable[[str], Home]


@pytest.fixture
def machine(tmp_path: Path, database_url: str | None, store_url: str) -> Machine:
    """Return the home of a machine of this name."""
    table = database_url or f"sqlite:///{tmp_path / 'table.db'}"
    return lambda name: Home(tmp_path / name / "home", table, store_url)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "log.csv")
