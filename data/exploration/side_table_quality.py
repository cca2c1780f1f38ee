"""The section of the quality report on the tables of products and buyers."""

from collections.abc import Iterator, Mapping
from typing import Any

from data.datasets.side_tables import BUYERS, PRODUCTS
from data.exploration.finding import Finding
from data.i18n import _, ngettext, number, percent

_MANY = 0.5


def side_table_findings(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield how side tables match the log.

    Parameters
    ----------
    tables : mapping
        ``side_tables`` of the key figures.
    """
    for name, table in tables.items():
        yield _matches(name, table)
        yield from _left_out(name, table)


def _matches(name: str, table: Mapping[str, Any]) -> Finding:
    missing, matched = table["unmatched_in_log"], table["matched"]
    values = {
        "number": number(missing),
        "total": number(missing + matched),
        "share": percent(missing / (missing + matched)),
        "file": table["file"],
        "unused": number(table["unmatched_in_table"]),
    }
    all_there = {
        PRODUCTS: _("{file} has a row for every product of the log."),
        BUYERS: _("{file} has a row for every buyer of the log."),
    }
    some_missing = {
        PRODUCTS: _("{number} of {total} products of the log ({share}) are not in {file}."),
        BUYERS: _("{number} of {total} buyers of the log ({share}) are not in {file}."),
    }
    meaning = {
        PRODUCTS: _(
            "They have no title, category or attribute of it. It has {unused} products that the "
            "log does not have."
        ),
        BUYERS: _(
            "They have no attribute of it. It has {unused} buyers that the log does not have."
        ),
    }
    if not missing:
        return Finding(f"unmatched_{name}", "good", all_there[name].format(**values))
    is_warning = name == PRODUCTS and missing > _MANY * (missing + matched)
    return Finding(
        f"unmatched_{name}",
        "warning" if is_warning else "notice",
        some_missing[name].format(**values),
        meaning[name].format(**values),
    )


def _left_out(name: str, table: Mapping[str, Any]) -> Iterator[Finding]:
    if table["duplicates"]:
        yield Finding(
            f"repeated_{name}",
            "warning" if table["duplicates"] > _MANY * table["rows"] else "notice",
            ngettext(
                "{number} row of {file} repeats the id of an earlier row.",
                "{number} rows of {file} repeat the id of an earlier row.",
                table["duplicates"],
            ).format(number=number(table["duplicates"]), file=table["file"]),
            _("The first row of an id is used."),
        )
    if table["rejected"]:
        yield Finding(
            f"rejected_{name}",
            "notice",
            ngettext(
                "{number} row of {file} has no id or too few or too many columns.",
                "{number} rows of {file} have no id or too few or too many columns.",
                table["rejected"],
            ).format(number=number(table["rejected"]), file=table["file"]),
            _("They are left out."),
        )
