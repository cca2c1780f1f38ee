"""What every test may use."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from data.home import Home
from data.i18n import DEFAULT_LANGUAGE, use_language

# Every run of the tests tries the same examples; `make hunt` tries others.
settings.register_profile("same", derandomize=True)
settings.register_profile("hunt", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "datasets"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real purchase logs that lies beside the project, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real data sets is not beside the project")
    return SHARED


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Put back the language: a request that is answered in this process leaves its own behind."""
    yield
    use_language(DEFAULT_LANGUAGE)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home of its own."""
    return Home(tmp_path / "home")
