"""A trained shop, and copies of it that a test may change."""

from pathlib import Path

import pytest

from data.home import Home
from tests.dashboard.shop import copy_shop, copy_titled_shop


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
    """The shop with titles in its log; no test changes it."""
    return copy_titled_shop(trained_shop, tmp_path_factory.mktemp("titled"))
