"""The manifest of a dataset: its sources, files of events, mapping of columns and key figures."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from data.datasets.side_tables import SideTable
from data.errors import VitrinaError
from data.events import NAMES
from data.files import write_json
from data.i18n import _

_COLUMNS_OF_0_1 = tuple(name for name in NAMES if name != "quantity")

SCHEMA = 2
"""Version of the layout of the tables; a dataset of another version must be imported again."""


@dataclass(frozen=True)
class Source:
    """An imported file: name, size in bytes, SHA-256, and number of rows read and kept."""

    name: str
    bytes: int
    sha256: str
    rows_read: int
    rows_kept: int


@dataclass(frozen=True)
class Part:
    """A Parquet file of events, one per source.

    Attributes
    ----------
    file : str
        Name in the folder of the tables.
    rows : int
        Number of events.
    whole : tuple of str
        The id columns (``user``, ``product``) that are stored as BIGINT instead of text.
    columns : tuple of str
        The event columns that the file has; the others are missing in each of its events.
    filled : tuple of str
        The event columns that a table of products fills; the file has the log's own values as
        ``own_…`` beside them, and the number of each row as ``row``.
    """

    file: str
    rows: int
    whole: tuple[str, ...]
    columns: tuple[str, ...] = _COLUMNS_OF_0_1
    filled: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Part":
        """Return the part that a manifest describes."""
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**{**values, **lists})


@dataclass(frozen=True)
class Manifest:
    """The contents of ``manifest.json``.

    Attributes
    ----------
    schema : int
        Version of the layout of the tables.
    version : str
        Name of the folder with the tables, inside the dataset's folder.
    created : str
        Time of the import (ISO 8601, UTC).
    sources : tuple of Source
        The imported files, in order.
    mapping : dict
        Event column → column of the source.
    parts : tuple of Part
        The files of events, in order.
    time_from_order : bool
        Whether the source has no times, so that the order of its rows stands for them.
    synthetic : bool
        Whether the demo generator made the events.
    summary : dict
        The key figures that ``vitrina stats`` prints.
    side_tables : dict
        ``"products"`` and ``"buyers"`` → the side table of that name, where there is one.
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
    side_tables: dict[str, SideTable] = field(default_factory=dict)

    def has_integer_keys(self, name: str) -> bool:
        """Return whether the keys of ``user`` or ``product`` are BIGINT instead of text."""
        return all(name in part.whole for part in self.parts)

    @property
    def columns(self) -> tuple[str, ...]:
        """The event columns that any part has."""
        return tuple(name for name in NAMES if any(name in part.columns for part in self.parts))

    @classmethod
    def read(cls, file: Path) -> "Manifest":
        """Read a manifest; a damaged file raises VitrinaError."""
        try:
            values = json.loads(file.read_text("utf-8"))
            values["sources"] = tuple(Source(**source) for source in values["sources"])
            values["parts"] = tuple(map(Part.from_dict, values["parts"]))
            values["side_tables"] = {
                name: SideTable.from_json(table)
                for name, table in values.get("side_tables", {}).items()
            }
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
