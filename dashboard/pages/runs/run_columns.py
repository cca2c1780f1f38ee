"""The columns that the table of runs offers, and the view of it that an address describes."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.components import Column
from dashboard.figures.curves import metric_name
from data.errors import BadInput
from data.i18n import _
from model.metrics.protocol_metrics import OF_SETS, OF_TARGETS

TEST_METRICS = tuple(dict.fromkeys((*OF_TARGETS.table, *OF_SETS.table)))
"""Test metrics of the served model that a table may show."""
USUAL = ("state", "label", "dataset", "epochs", "val_loss", "ndcg@10", "spent", "created")
"""Columns that are shown unless a person chooses others; the name of the run always is.

A window of 1,280 pixels shows them all: a scroll bar that shows while one scrolls alone covers the
checkbox of the last row.
"""
DIFFERENCE = "difference"
_ORDERS = ("asc", "desc")
_WIDTH, _WITH_DEVIATION = 96, 156  # pixels of a figure
VALIDATION = ("val_loss", "val_ndcg@10")


@dataclass(frozen=True)
class View:
    """How a person looks at the runs: it is in the address of the page.

    Attributes
    ----------
    filter : dict
        The ``filterModel`` of the grid.
    sort : dict of str to str
        Column → ``asc`` or ``desc``, the most important one first.
    grouped : bool
        Whether runs of equal settings share a row.
    reference : str
        The run that others are compared with; empty without one.
    """

    filter: Mapping[str, Any]
    sort: Mapping[str, str]
    grouped: bool = False
    reference: str = ""

    @classmethod
    def of(cls, filter: str, sort: str, grouped: str, reference: str) -> "View":
        """Return the view that the parameters of an address describe.

        Raises
        ------
        BadInput
            Where a parameter cannot be read.

        Examples
        --------
        >>> View.of("", "ndcg@10:desc,created:asc", "1", "").sort
        {'ndcg@10': 'desc', 'created': 'asc'}
        """
        try:
            chosen = json.loads(filter or "{}")
            orders = dict(part.split(":") for part in sort.split(",") if part)
        except ValueError:
            chosen, orders = None, {}
        if not isinstance(chosen, dict) or not set(orders.values()) <= {*_ORDERS}:
            raise BadInput(_("The filter or order in the address cannot be read: open /runs."))
        return cls(chosen, orders, grouped == "1", reference)


def sort_of(state: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the order of rows that a grid's ``columnState`` describes.

    Examples
    --------
    >>> sort_of([{"colId": "run", "sort": None}, {"colId": "seed", "sort": "asc", "sortIndex": 0}])
    {'seed': 'asc'}
    """
    sorted_by = [column for column in state if column.get("sort")]
    sorted_by.sort(key=lambda column: column.get("sortIndex") or 0)
    return {column["colId"]: column["sort"] for column in sorted_by}


def columns(shown: Collection[str], view: View) -> list[Column]:
    """Return every column of the table; those that are not shown are hidden."""
    orders = list(view.sort)
    link = "/compare?runs={names}" if view.grouped else "/runs/{run}"
    name = Column("run", _("Run"), "id", least=176, link=link, filterable=True)
    return [
        replace(
            column,
            hidden=column.key not in {"run", *shown}
            and not (column.key == DIFFERENCE and view.reference),
            order=view.sort.get(column.key),
            order_rank=orders.index(column.key) if column.key in orders else None,
        )
        for column in (name, *_offered(view.grouped))
    ]


def choices() -> list[dict[str, str]]:
    """Return key and heading of the columns that can be chosen."""
    return [
        {"label": column.label, "value": column.key}
        for column in _offered()
        if column.key != DIFFERENCE
    ]


def _offered(grouped: bool = False) -> list[Column]:
    width = _WITH_DEVIATION if grouped else _WIDTH
    return [
        Column("state", _("State"), "state", width=116, words="state_words", filterable=True),
        Column("label", _("Name"), least=136, filterable=True),
        Column("dataset", _("Dataset"), filterable=True),
        Column("network", _("Network"), filterable=True),
        Column("preset", _("Preset"), filterable=True),
        Column("protocol", _("Protocol"), filterable=True),
        Column("seed", _("Seed"), "value", width=80, filterable=True),
        Column("epochs", _("Epochs"), width=84, sortable=False),
        Column("best_epoch", _("Best epoch"), "value", width=96, filterable=True),
        _figure("val_loss", _("Val. loss"), width, digits=3),
        _figure("val_ndcg@10", _("Val. NDCG@10"), width),
        *(_figure(name, metric_name(name), width) for name in TEST_METRICS if name != "loss"),
        Column(DIFFERENCE, _("Difference"), "number", digits=4, width=108),
        Column("parameters", _("Weights"), "number", width=104, filterable=True),
        Column("spent", _("Duration"), width=112, sortable=False),
        Column("created", _("Created"), "time", width=160),
    ]


def _figure(key: str, label: str, width: int, digits: int = 4) -> Column:
    return Column(
        key,
        label,
        "number",
        digits=digits,
        width=width,
        filterable=True,
        deviation=f"{key}_deviation",
    )
