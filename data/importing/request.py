"""The parameters of an import, as they pass from a page or the command line to ``ingest``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ImportRequest:
    """The parameters of an import.

    Attributes
    ----------
    files : sequence of Path
        Read in this order; events of equal time keep the order of the files.
    name : str
        The dataset's name.
    mapping : mapping, optional
        Event column → column of the files, where the guess is wrong; an empty text leaves an
        event column out.
    time_format : str, optional
        Format of the times as for strptime, or the order alone (``day/month/year``), where the
        guess is wrong.
    decimal_mark : str, optional
        ``"."`` or ``","``, where the prices do not settle it.
    types : mapping, optional
        Text of the type column → the event type that it means.
    encoding : str, optional
        How the text is encoded, where the guess is wrong.
    header_line : int, optional
        The line that names the columns, 0 for none, where the guess is wrong.
    sheet : str, optional
        The only sheet of a workbook to read.
    guests : sequence of str, optional
        Ids of the buyer that stand for all who are not known, where the guess is wrong; one that
        is no id, such as ``-``, makes a buyer of every other.
    products, buyers : Path, optional
        Files of what is known of the products and of the buyers; see
        ``data.importing.side_tables``.
    mode : {"new", "replace", "append"}
        Whether a dataset of this name must not exist, is replaced, or is appended to.
    synthetic : bool
        Whether the demo generator wrote the files.
    """

    files: Sequence[Path]
    name: str
    mapping: Mapping[str, str] | None = None
    time_format: str | None = None
    mode: str = "new"
    synthetic: bool = False
    decimal_mark: str | None = None
    types: Mapping[str, str] | None = None
    encoding: str | None = None
    header_line: int | None = None
    sheet: str | None = None
    guests: Sequence[str] | None = None
    products: Path | None = None
    buyers: Path | None = None

    def given(self) -> frozenset[str]:
        """Return the names of the settings that a person gave, such as time, price and encoding."""
        answers = {
            "time": self.time_format,
            "price": self.decimal_mark,
            "type": self.types,
            "encoding": self.encoding,
            "header": self.header_line is not None,
            "guests": self.guests,
        }
        return frozenset(name for name, answer in answers.items() if answer)

    def as_config(self) -> dict[str, Any]:
        """Return the configuration of a queued import: JSON values, without the dataset's name."""
        return {
            "files": [str(file) for file in self.files],
            "mapping": dict(self.mapping) if self.mapping else None,
            "time_format": self.time_format or None,
            "mode": self.mode,
            "decimal_mark": self.decimal_mark or None,
            "types": dict(self.types) if self.types else None,
            "encoding": self.encoding or None,
            "header_line": self.header_line,
            "sheet": self.sheet or None,
            "guests": list(self.guests) if self.guests else None,
            "products": str(self.products) if self.products else None,
            "buyers": str(self.buyers) if self.buyers else None,
        }

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any]) -> "ImportRequest":
        """Return the request of a queued import.

        Examples
        --------
        >>> ImportRequest.from_config("shop", {"files": ["log.csv"]}).mode
        'new'
        """
        return cls(
            [Path(file) for file in config["files"]],
            name,
            config.get("mapping"),
            config.get("time_format"),
            config.get("mode", "new"),
            decimal_mark=config.get("decimal_mark"),
            types=config.get("types"),
            encoding=config.get("encoding"),
            header_line=config.get("header_line"),
            sheet=config.get("sheet"),
            guests=config.get("guests"),
            products=_path(config.get("products")),
            buyers=_path(config.get("buyers")),
        )


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
