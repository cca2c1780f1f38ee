"""The home: the folder that holds all state of Vitrina."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

PRIVATE = 0o077
"""The umask of processes that write homes: files in them are for their user alone."""


@dataclass(frozen=True)
class Home:
    """The folder that holds datasets, runs, uploads, the cache and the table of runs.

    Its path is made absolute: libraries take some relative ones, such as ``file:x`` or ``~``, for
    more than a path. Subfolders are created on first access, not on construction.

    Examples
    --------
    >>> Home(Path("/tmp/shop")).database
    PosixPath('/tmp/shop/vitrina.db')
    """

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", self.path.absolute())

    @classmethod
    def default(cls) -> "Home":
        """Return the folder in ``VITRINA_HOME``, or the platform's user data folder."""
        path = os.environ.get("VITRINA_HOME")
        return cls(Path(path) if path else Path(platformdirs.user_data_dir("vitrina", False)))

    def _folder(self, name: str) -> Path:
        folder = self.path / name
        try:
            self.make()
            folder.mkdir(exist_ok=True)
        except OSError:
            if self.is_writable():  # whoever only reads does without the folder
                raise
        return folder

    def is_writable(self) -> bool:
        """Return whether this user may create files in the home."""
        return os.access(self.path, os.W_OK)

    def make(self) -> None:
        """Create the folder where there is none, for this user alone."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.mkdir(mode=0o700, exist_ok=True)

    @property
    def datasets(self) -> Path:
        """Folder with one folder per dataset."""
        return self._folder("datasets")

    @property
    def runs(self) -> Path:
        """Folder with one folder per run."""
        return self._folder("runs")

    @property
    def uploads(self) -> Path:
        """Folder of files uploaded in a browser, until they are imported."""
        return self._folder("uploads")

    @property
    def cache(self) -> Path:
        """Folder of cached statistics; may be deleted at any time."""
        return self._folder("cache")

    @property
    def database(self) -> Path:
        """SQLite file with the table of runs."""
        return self.path / "vitrina.db"
