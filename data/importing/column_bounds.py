"""Bounds on the columns of a file."""

import re
from collections.abc import Sequence
from pathlib import Path

from data.errors import BadInput
from data.i18n import _, number

MOST_COLUMNS = 1_000
_PERIOD = re.compile(
    r"\d{4}-\d{1,2}(-\d{1,2})?( 00:00:00)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-?[QW]\d+"
    r"|(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?)[ -]?(\d{2,4})?",
    re.IGNORECASE,
)
_LEAST_PERIODS = 4


def check_long(path: Path, names: Sequence[str]) -> None:
    """Raise BadInput for a table with a column for each day or month, and events in its cells."""
    periods = {name.strip() for name in names if _PERIOD.fullmatch(name.strip())}
    if len(periods) >= _LEAST_PERIODS and len(periods) * 2 > len(names):
        raise BadInput(
            _(
                "{file} has a column for each of {number} days or months; write one row for each "
                "of them, such as with pandas' melt, and import that."
            ).format(file=path.name, number=number(len(periods)))
        )


def check_columns(path: Path, number_of_columns: int) -> None:
    """Raise BadInput where a file has more columns than a person can be asked about."""
    if number_of_columns > MOST_COLUMNS:
        raise BadInput(
            _("{file} has {columns} columns, and a log has {most} at the most.").format(
                file=path.name, columns=number(number_of_columns), most=number(MOST_COLUMNS)
            )
        )
