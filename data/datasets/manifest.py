"""The manifest of a dataset: its sources, files of events, mapping of columns and key figures."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar

from data.checksums import verified, write_checked_json
from data.datasets.side_tables import SideTable
from data.errors import Damaged, damaged_unless_read
from data.events import NAMES
from data.files import read_json
from data.i18n import _

_COLUMNS_OF_0_1 = tuple(name for name in NAMES if name != "quantity")

MANIFEST = "manifest.json"
"""The file in a dataset's folder that names its current version."""
SCHEMA = 2
"""Version of the layout of the tables; a dataset of another version must be imported again."""

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COUNTS = (
    *("rows_read", "rows_kept", "rows_rejected", "events", "purchases"),
    *("users", "buyers", "products", "products_sold"),
)
_SHARES = (
    *("missing_category_share", "missing_brand_share", "missing_price_share"),
    *("purchases_missing_category_share", "purchases_missing_brand_share"),
    *("repeat_share", "consecutive_repeat_share"),
)
_TIMES = ("first_event", "last_event")

Entry = TypeVar("Entry")


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
        """Return the part that a manifest describes; ValueError for columns that do not exist."""
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        (part,) = _entries(cls, [{**values, **lists}])
        if not isinstance(part.rows, int) or not {*part.whole} <= {"user", "product"}:
            raise ValueError(part.file)
        if not {*part.columns, *part.filled} <= {*NAMES}:
            raise ValueError(part.file)
        return part


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
        """Read a manifest.

        Raises
        ------
        FileNotFoundError, NotADirectoryError
            Where there is none.
        Damaged
            Where it cannot be used. Names of files that lead out of the dataset's folder count as
            damage: whoever reads or deletes them would leave the folder.
        """
        name = file.parent.name
        try:
            values = read_json(verified(file))
        except (FileNotFoundError, NotADirectoryError):
            raise
        except (OSError, ValueError) as error:
            raise Damaged(_damage(name)) from error
        with damaged_unless_read(_damage(name)):
            if values["schema"] != SCHEMA:
                raise Damaged(
                    _("Dataset {name} was made by another version; import it again.").format(
                        name=name
                    )
                )
            values["sources"] = tuple(_entries(Source, values["sources"]))
            values["parts"] = tuple(map(Part.from_dict, values["parts"]))
            values["side_tables"] = {
                name: SideTable.from_json(table)
                for name, table in values.get("side_tables", {}).items()
            }
            (manifest,) = _entries(cls, [values])
            manifest._check()
        return manifest

    def _check(self) -> None:
        """Raise ValueError, TypeError, KeyError or AttributeError for values of another kind."""
        for name in (self.version, *(part.file for part in self.parts)):
            if not _FILE_NAME.fullmatch(name):
                raise ValueError(name)
        datetime.fromisoformat(self.created)
        for text in (*self.mapping.items(), *(source.name for source in self.sources)):
            "".join(text)
        counts = {name: self.summary[name] for name in _COUNTS}
        counts |= self.summary["events_by_type"]
        shares = {name: self.summary[name] for name in _SHARES}
        kinds: dict[type | UnionType, dict[str, Any]] = {int: counts, float | int | None: shares}
        for kind, values in kinds.items():
            if not all(isinstance(value, kind) for value in values.values()):
                raise TypeError(values)
        for name in _TIMES:
            if self.summary[name] is not None:
                datetime.fromisoformat(self.summary[name])

    def write(self, file: Path) -> None:
        """Replace the manifest in ``file`` atomically."""
        write_checked_json(file, asdict(self))


def _entries(kind: type[Entry], values: Iterable[Mapping[str, Any]]) -> Iterable[Entry]:
    """Make dataclasses of JSON objects; keys that a later version has added are left out."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    for value in values:
        yield kind(**{name: value[name] for name in names & value.keys()})


def _damage(name: str) -> str:
    return _(
        "The manifest of dataset {name} is damaged; delete the dataset and import it again."
    ).format(name=name)
