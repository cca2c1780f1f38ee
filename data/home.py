"""The home: the folder that holds all state of Vitrina."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from data.errors import Damaged
from data.i18n import _

HOME = "VITRINA_HOME"
"""The environment variable with the folder, where it is not the platform's."""
DATABASE = "VITRINA_DATABASE"
"""The environment variable with the URL of the database, where it is not a file of the home."""
STORE = "VITRINA_STORE"
"""The environment variable with the address of the store of datasets and models, if there is one.
"""
PRIVATE = 0o077
"""The umask of processes that write homes: files in them are for their user alone."""


@dataclass(frozen=True)
class Home:
    """The folder that holds datasets, runs, uploads, the cache and the table of runs.

    Its path is made absolute: libraries take some relative ones, such as ``file:x`` or ``~``, for
    more than a path. Subfolders are created on first access, not on construction.

    Attributes
    ----------
    path : Path
    database_url : str or None
        Where the table of runs is; None for the SQLite file in the home. It may hold a password, so
        it is never printed.
    store_url : str or None
        Where datasets and runs are kept for all machines; the home is a cache of it then. None
        where they are in the home alone.

    Examples
    --------
    >>> Home(Path("/tmp/shop")).database
    PosixPath('/tmp/shop/vitrina.db')
    """

    path: Path
    database_url: str | None = field(default=None, repr=False)
    store_url: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", self.path.absolute())

    @classmethod
    def default(
        cls,
        path: Path | None = None,
        database_url: str | None = None,
        store_url: str | None = None,
    ) -> "Home":
        """Return a home; the environment says what is not given.

        Parameters
        ----------
        path : Path, optional
            Default: ``VITRINA_HOME``, or the platform's user data folder.
        database_url : str, optional
            Default: ``VITRINA_DATABASE``, or the SQLite file in the home.
        store_url : str, optional
            Default: ``VITRINA_STORE``, or no store.
        """
        folder = path or os.environ.get(HOME)
        return cls(
            Path(folder or platformdirs.user_data_dir("vitrina", False)),
            database_url or os.environ.get(DATABASE) or None,
            store_url or os.environ.get(STORE) or None,
        )

    def environment(self) -> dict[str, str]:
        """Return the environment of a process that works on this home.

        The URL of the database is in no command line, which everybody on the machine can read.
        """
        return os.environ | {DATABASE: self.database_url or "", STORE: self.store_url or ""}

    def _folder(self, name: str) -> Path:
        folder = self.path / name
        if folder.is_dir():
            return folder
        try:
            self.make()
            folder.mkdir(exist_ok=True)
        except FileExistsError as error:
            words = _("{folder} is no folder; move it away, and put the folder back.")
            raise Damaged(words.format(folder=folder)) from error
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
    def sharing(self) -> Path:
        """Folder of what this machine knows of folders in the store."""
        return self._folder("sharing")

    @property
    def database(self) -> Path:
        """SQLite file with the table of runs, unless ``database_url`` says where it is."""
        return self.path / "vitrina.db"
