"""What is left of an import that dies: the old dataset or none, and nothing else."""

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

HEADER = "event_time,event_type,product_id,category_code,brand,price,user_id\n"
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.datasets.store import Store
home, file = map(Path, sys.argv[1:])
ingest(Store(Home(home)), ImportRequest([file], "log", mode="replace"))
"""

pytestmark = pytest.mark.fault


def write(file: Path, rows: int) -> Path:
    row = "2019-11-01 00:00:00 UTC,purchase,{},toys.car,acme,9.90,{}\n"
    file.write_text(HEADER + "".join(row.format(k % 997, k % 499) for k in range(rows)))
    return file


def start(home: Home, file: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(home.path), str(file)], cwd=ROOT)


@pytest.mark.slow
def test_an_import_killed_at_any_moment_leaves_the_old_dataset_whole(
    home: Home, tmp_path: Path
) -> None:
    store = Store(home)
    small, big = write(tmp_path / "old.csv", 1_000), write(tmp_path / "big.csv", 300_000)
    started = time.monotonic()
    assert start(home, big).wait() == 0
    whole = time.monotonic() - started
    # by a process that has ended: what one still at work has made is not swept
    assert start(home, small).wait() == 0
    old = store.open("log").fingerprint
    moments = random.Random(3)
    killed = 0
    for _moment in range(10):
        process = start(home, big)
        try:
            process.wait(moments.uniform(0.2, 1.0) * whole)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        store.sweep()
        dataset = store.open("log")
        with dataset.connect() as connection:
            row = connection.execute("SELECT count(*) FROM events").fetchone()
        assert row == ((1_000,) if dataset.fingerprint == old else (300_000,))
        kept = {path.name for path in (home.datasets / "log").iterdir()}
        assert kept == {"manifest.json", "checksums.json", dataset.fingerprint}
        assert [path.name for path in home.datasets.iterdir()] == ["log"]
    assert killed


def test_the_first_import_of_a_dataset_killed_leaves_none(home: Home, tmp_path: Path) -> None:
    big = write(tmp_path / "big.csv", 300_000)
    process = start(home, big)
    while process.poll() is None and not list(home.datasets.rglob("part-*.parquet")):
        time.sleep(0.01)
    process.kill()
    process.wait()
    store = Store(home)
    store.sweep()
    assert store.names() <= {"log"}
    if not store.names():
        assert list(home.datasets.iterdir()) == []


def test_a_sweep_leaves_imports_alone_that_still_run(home: Home, tmp_path: Path) -> None:
    store = Store(home)
    folder = store.begin("log")
    store.sweep()
    assert folder.is_dir()


def test_of_imports_at_once_each_dataset_gets_one(home: Home, tmp_path: Path) -> None:
    file = write(tmp_path / "log.csv", 20_000)
    store = Store(home)
    failures: list[Exception] = []

    def work(name: str) -> None:
        try:
            ingest(Store(home), ImportRequest([file], name, mode="replace"))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two", "one")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The two imports of "one" may have run one after the other.
    assert [str(error) for error in failures] in (
        [],
        ["Dataset one is being imported already."],
    )
    for name in ("one", "two"):
        with store.open(name).connect() as connection:
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (20_000,)
    store.sweep()
    assert sorted(path.name for path in home.datasets.iterdir()) == ["one", "two"]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the end of the disk: the kernel refuses to write
    on, as it does on a full one."""
    file = write(tmp_path / "log.csv", 200_000)
    program = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n" + PROGRAM
    )
    home = Home(tmp_path / "home")
    ended = subprocess.run(
        [sys.executable, "-c", program, str(home.path), str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    assert "VitrinaError: The disk is full" in ended.stderr
    assert list(home.datasets.iterdir()) == []
    assert file.exists()
