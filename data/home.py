"""Where Vitrina keeps its state: one folder, the home."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Home:
    """The folder that holds datasets, runs, uploads, the cache and the table of runs.

    Folders are made when they are first asked for, so that reading a home never creates one
    elsewhere than the user named.

    Examples
    --------
    >>> Home(Path("/tmp/shop")).database
    PosixPath('/tmp/shop/vitrina.db')
    """

    path: Path

    @classmethod
    def default(cls) -> "Home":
        """Return the home that ``VITRINA_HOME`` names, else the platform's user data folder."""
        named = os.environ.get("VITRINA_HOME")
        return cls(Path(named) if named else Path(platformdirs.user_data_dir("vitrina", False)))

    def _folder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def datasets(self) -> Path:
        """One folder a dataset."""
        return self._folder("datasets")

    @property
    def runs(self) -> Path:
        """One folder a run."""
        return self._folder("runs")

    @property
    def uploads(self) -> Path:
        """Files that a browser sent, until they are imported."""
        return self._folder("uploads")

    @property
    def cache(self) -> Path:
        """Statistics that can be computed again; may be deleted at any time."""
        return self._folder("cache")

    @property
    def database(self) -> Path:
        """The SQLite file that holds the table of runs."""
        return self.path / "vitrina.db"
