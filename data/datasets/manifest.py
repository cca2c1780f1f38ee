"""What is known about a dataset without opening its tables."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from data.errors import VitrinaError
from data.files import write_json
from data.i18n import _

SCHEMA = 2
"""Version of the tables' layout; a dataset of another version must be imported again."""


@dataclass(frozen=True)
class Source:
    """A file that a dataset was made from: name, size in bytes, SHA-256, rows read and kept."""

    name: str
    bytes: int
    sha256: str
    rows_read: int
    rows_kept: int


@dataclass(frozen=True)
class Part:
    """A file of events: its name, its rows, and the id columns that it holds as whole numbers."""

    file: str
    rows: int
    whole: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """What is known about a dataset without opening its tables.

    Attributes
    ----------
    schema : int
        Layout version of the tables.
    version : str
        The folder with the tables, inside the dataset's folder.
    created : str
        When it was imported (ISO 8601, UTC).
    sources : tuple of Source
        The files that it was made from, in order.
    mapping : dict
        Event column → column of the source.
    parts : tuple of Part
        The files that hold the events, in order.
    time_from_order : bool
        True where the source had no times and the order of rows stands for them.
    synthetic : bool
        True where a demo shop made the rows.
    summary : dict
        The figures that ``stats`` reports.
    """

    schema: int
    version: str
    created: str
    sources: tuple[Source, ...]
    mapping: dict[str, str]
    parts: tuple[Part, ...]
    time_from_order: bool = False
    synthetic: bool = False
    summary: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> "Manifest":
        """Read a manifest; a damaged one raises VitrinaError."""
        try:
            values = json.loads(file.read_text("utf-8"))
            values["sources"] = tuple(Source(**source) for source in values["sources"])
            values["parts"] = tuple(
                Part(part["file"], part["rows"], tuple(part["whole"])) for part in values["parts"]
            )
            return cls(**values)
        except (ValueError, TypeError, KeyError) as error:
            raise VitrinaError(
                _("The manifest {file} is damaged; delete the dataset and import it again.").format(
                    file=file
                )
            ) from error

    def write(self, file: Path) -> None:
        """Replace the manifest in ``file`` atomically."""
        write_json(file, asdict(self))
