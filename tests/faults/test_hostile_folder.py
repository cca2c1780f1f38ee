"""No command runs code of the current folder or of PYTHONPATH in place of what is installed."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from data.datasets.store import Store
from data.home import Home
from tests.faults.conftest import TINY, Server, until, write_log

pytestmark = pytest.mark.fault

VITRINA = Path(sys.executable).with_name("vitrina")
OURS = ("data", "model", "dashboard", "assets")
PYTHONS = ("types", "random")
SETTINGS = [
    word
    for key, value in {**TINY, "epochs": 1, "blend": False, "sequence_length": 4}.items()
    for word in ("--set", f"{key}={value}")
]


class Shell:
    """A hostile current folder in which ``vitrina`` is run, and a list of what was imported."""

    def __init__(self, path: Path) -> None:
        self.folder, self.imported = path / "hostile", path / "imported.txt"
        self.folder.mkdir()
        self.environment = os.environ | {"VITRINA_HOME": str(path / "home")}
        self.environment.pop("PYTHONPATH", None)
        self._code = f"open({str(self.imported)!r}, 'a').write(__name__ + chr(10))"

    def write_modules(self, *names: str, folder: Path | None = None) -> None:
        folder = folder or self.folder
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / f"{name}.py").write_text(self._code)

    def write_packages(self, *names: str) -> None:
        for name in names:
            (self.folder / name).mkdir()
            (self.folder / name / "__init__.py").write_text(self._code)

    def vitrina(self, *words: str) -> str:
        """Return what a command prints; it must succeed and import nothing of this folder."""
        done = subprocess.run(
            [VITRINA, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        imported = self.imported.read_text() if self.imported.exists() else ""
        assert imported == "", f"vitrina {words[0]}"
        assert done.returncode == 0, f"vitrina {words[0]}: {done.stderr}"
        return done.stdout

    def train(self, dataset: str) -> str:
        return str(json.loads(self.vitrina("train", dataset, *SETTINGS, "--json"))["run"])

    def wait_for_worker(self, pid: int) -> None:
        """Wait until this process is the worker of the home."""
        runs = Runs(Home(Path(self.environment["VITRINA_HOME"])))
        until(lambda: (holder := runs.lease.holder()) and holder.worker.pid == pid)
        runs.close()

    def serve(self) -> None:
        """Start the server, wait until its worker is alive, and end both."""
        process = subprocess.Popen(
            [VITRINA, "serve", "--port", "0"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            lines = (re.search(r"http://[\d.]+:\d+", line) for line in process.stdout)
            server = Server(process, next(found.group() for found in lines if found))
            until(lambda: json.loads(server.get("/health") or "{}").get("worker", {}).get("alive"))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
        assert not self.imported.exists()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_an_import_in_a_hostile_folder_imports_no_module_of_it(shell: Shell) -> None:
    shell.write_modules(*OURS, *PYTHONS)
    write_log(shell.folder / "log.csv")
    shell.vitrina("import", "log.csv", "--name", "log")
    assert Store(Home(Path(shell.environment["VITRINA_HOME"]))).names() == {"log"}


@pytest.mark.slow
def test_modules_in_the_current_folder_are_not_imported(shell: Shell) -> None:
    shell.write_modules(*OURS, *PYTHONS)
    write_log(shell.folder / "log.csv")
    shell.vitrina("demo", "--buyers", "60")
    shell.vitrina("import", "log.csv", "--name", "log")
    run = shell.train("log")
    shell.vitrina("recommend", run, "--user", "3")
    shell.vitrina("evaluate", run)
    shell.vitrina("score", run, "--out", "lists.csv")
    shell.vitrina("export", run, "--out", "bundle")
    shell.serve()
    worker = subprocess.Popen(
        [VITRINA, "worker"], cwd=shell.folder, env=shell.environment, stdout=subprocess.PIPE
    )
    shell.wait_for_worker(worker.pid)
    shell.vitrina("search", "log", "--trials", "2", "--try", "width=8,12", *SETTINGS)
    worker.send_signal(signal.SIGINT)
    assert worker.wait() == 0
    assert not shell.imported.exists()


@pytest.mark.slow
def test_packages_in_the_current_folder_and_modules_on_pythonpath_are_not_imported(
    shell: Shell, tmp_path: Path
) -> None:
    shell.write_packages(*OURS, *PYTHONS)
    # Python itself would import types.py and random.py from PYTHONPATH before Vitrina starts.
    shell.write_modules(*OURS, folder=tmp_path / "pythonpath")
    shell.environment["PYTHONPATH"] = str(tmp_path / "pythonpath")
    write_log(shell.folder / "log.csv")
    shell.vitrina("import", "log.csv", "--name", "log")
    shell.train("log")
    shell.serve()


def test_what_only_pythonpath_has_is_still_found_also_by_children(tmp_path: Path) -> None:
    (tmp_path / "plugin.py").write_text("")
    program = (
        "import sys, subprocess, vitrina; vitrina.order_search_path(); import plugin; "
        f"assert sys.path[-1] == {str(tmp_path)!r}, sys.path; "
        "print(subprocess.run(vitrina.command('plugin'), check=True).returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("0", "")


@pytest.mark.parametrize("module", ["vitrina", "dashboard"])
def test_the_command_is_also_started_as_a_module(module: str) -> None:
    words = [sys.executable, "-m", module, "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("vitrina")
