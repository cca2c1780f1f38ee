"""One trained shop for all tests of the dashboard; none of them changes it."""

from pathlib import Path

import pytest

from data.home import Home
from tests.dashboard.shop import trained


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """A home with dataset "toy", and the name of a finished run on it."""
    folder: Path = tmp_path_factory.mktemp("shop")
    home = Home(folder / "home")
    return home, trained(home, folder)
