"""What the checksums of files cost: of an import, of opening pages, and of verifying a home.

A month of the demo shop (synthetic purchases, ``BENCH_BUYERS`` buyers) is imported and a small
network is trained on it. Each row is a process of its own, so that nothing is known from before;
its *checksums* are the seconds within ``data.checksums`` that read and hash files and read
``checksums.json``.

The figures are in ``RESULTS.md``.
"""

import hashlib
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data import checksums
from data.datasets.store import Store
from data.demo import generator
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

BUYERS = int(os.environ.get("BENCH_BUYERS", "20000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
NAME, RUN = "shop", "shop-1"
PAGES = (f"/data/{NAME}", f"/runs/{RUN}", f"/recommend?run={RUN}&user=")
TINY = {"protocol": "temporal", "layers": 1, "width": 16, "embedding_width": 8, "epochs": 1}


def main() -> None:
    """Print one row for each kind of work, the median of ``BENCH_ROUNDS``."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.csv"
        generator.write(log, buyers=BUYERS, seed=0)
        print(f"{log.stat().st_size / 1e6:,.0f} MB of CSV")
        homes = [Path(folder) / f"{number}" for number in range(ROUNDS)]
        print(f"{'':50}{'seconds':>9}{'checksums':>11}{'share':>8}{'MB':>8}{'MB/s':>8}")
        _print("an import", [_alone(_import, log, home) for home in homes])
        _alone(_train, homes[0])
        works: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
            *((f"the page {page.partition('?')[0]}", _visit, (homes[0], page)) for page in PAGES),
            ("opening the model", _open_model, (homes[0],)),
            ("verifying the dataset", _verify, (homes[0],)),
            ("reading and hashing the same files, nothing else", _hash, (homes[0],)),
        ]
        for name, work, arguments in works:
            _print(name, [_alone(work, *arguments) for _round in range(ROUNDS)])


def _print(name: str, rows: list[tuple[float, float, int]]) -> None:
    """Print the median of the rounds."""
    seconds, of_checksums, size = sorted(rows)[len(rows) // 2]
    speed = size / of_checksums / 1e6 if of_checksums else 0.0
    share = of_checksums / seconds
    row = f"{seconds:9.3f}{of_checksums:11.4f}{share:8.1%}{size / 1e6:8.1f}{speed:8,.0f}"
    print(f"{name:50}{row}", flush=True)


def _alone(work: Callable[..., Any], *args: Any) -> Any:
    """Return what work returns in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, args)


class _Measured:
    """Seconds and bytes that ``data.checksums`` takes within the block."""

    def __init__(self) -> None:
        self.seconds, self.bytes, self._depth = 0.0, 0, 0

    def __enter__(self) -> "_Measured":
        self._began = time.perf_counter()
        for name in ("_sha256", "_entries"):
            setattr(checksums, name, self._timed(getattr(checksums, name)))
        return self

    def __exit__(self, *_error: object) -> None:
        self.total = time.perf_counter() - self._began

    @property
    def row(self) -> tuple[float, float, int]:
        """All seconds, those of checksums, and the bytes that were hashed."""
        return self.total, self.seconds, self.bytes

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(file: Path, *rest: Any) -> Any:
            known = function.cache_info().misses if rest else 0  # type: ignore[attr-defined]
            began = time.perf_counter()
            try:
                return function(file, *rest)
            finally:
                self.seconds += time.perf_counter() - began
                if rest and function.cache_info().misses > known:  # type: ignore[attr-defined]
                    self.bytes += file.stat().st_size

        return timed


def _import(log: Path, home: Path) -> tuple[float, float, int]:
    with _Measured() as measured:
        ingest(Store(Home(home)), ImportRequest([log], NAME))
    return measured.row


def _train(home: Path) -> None:
    from dashboard.jobs.process import Process
    from dashboard.jobs.runs_table import Runs
    from dashboard.jobs.states import State
    from model.config.presets import preset
    from model.training.trainer import train
    from tests.dashboard.shop import Silence

    runs = Runs(Home(home))
    config = preset("fast").override(TINY)
    run = runs.create("train", NAME, config.as_dict(), preset="fast")
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(run, claimed.attempt, Process.current())
    train(config, Store(Home(home)).open(NAME), runs.folder(run), Silence(), lambda: False)
    runs.attempts.end(run, claimed.attempt, State.FINISHED, None, None)


def _visit(home: Path, page: str) -> tuple[float, float, int]:
    """Ask for a page and for all that its callbacks show, as a browser does."""
    from dashboard.app import create_app
    from tests.dashboard.visitor import Visitor

    visitor = Visitor(create_app(Home(home)).server.test_client())
    list(visitor.visit("/data"))  # imports what every page needs
    with _Measured() as measured:
        for answer in visitor.visit(page):
            assert answer.status in {200, 204}, answer
    return measured.row


def _open_model(home: Path) -> tuple[float, float, int]:
    from dashboard.jobs.run_handle import open_run

    handle = open_run(Home(home), RUN)
    with _Measured() as measured:
        _model = handle.predictor
    return measured.row


def _verify(home: Path) -> tuple[float, float, int]:
    dataset = Store(Home(home)).open(NAME)
    with _Measured() as measured:
        dataset.verify()
    return measured.row


def _hash(home: Path) -> tuple[float, float, int]:
    """Hash the files of the dataset, in the way that is quickest in Python."""
    dataset = Store(Home(home)).open(NAME)
    files = [dataset.path / name for name in checksums.names(dataset.path)]
    began = time.perf_counter()
    for file in files:
        with file.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")
    seconds = time.perf_counter() - began
    return seconds, seconds, sum(file.stat().st_size for file in files)


if __name__ == "__main__":
    main()
