"""How a file was understood, in words: what was chosen, and what is not sure."""

from collections.abc import Mapping
from typing import Any

from data.i18n import _
from data.importing.column_sql import ColumnSql
from data.importing.dialect import Dialect


def understanding(
    dialect: Dialect, reading: ColumnSql, unsure: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return how a file is read, as JSON values.

    Parameters
    ----------
    dialect : Dialect
    reading : ColumnSql
    unsure : mapping, optional
        Event column → why another column might have been meant.

    Returns
    -------
    dict
        ``time`` and ``price`` in words (price null where there is none), ``encoding``,
        ``compression``, ``delimiter``, ``header`` (its line, 0 for none), ``roles`` (event column
        → column of the file), ``types`` (text → type that it means), ``unsure`` (event column →
        why).
    """
    text = dialect.kind == "text"
    return {
        "time": reading.time.words(),
        "price": _price(reading),
        "encoding": dialect.encoding if text else None,
        "compression": dialect.compression,
        "delimiter": dialect.delimiter if text else None,
        "header": dialect.header_line if text else None,
        "roles": dict(reading.mapping),
        "types": dict(reading.types),
        "unsure": {name: _(reason) for name, reason in (unsure or {}).items()},
    }


def _price(reading: ColumnSql) -> str | None:
    if "price" not in reading.positions:
        return None
    if reading.price.plain:
        return _("numbers with a decimal point")
    if reading.price.decimal_mark == ",":
        return _("decimal comma; currencies and thousands separators are left out")
    return _("decimal point; currencies and thousands separators are left out")
