"""A chart: a figure, the finding it shows, and the table behind it."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Chart:
    """What a figure function returns and a figure card shows.

    Attributes
    ----------
    figure : plotly.graph_objects.Figure
        The drawing, made with ``dashboard.figures.template.figure``.
    finding : str
        The title: what the figure shows, as a sentence without a full stop.
    subtitle : str
        What is drawn, and in which unit.
    table : pandas.DataFrame
        The numbers behind it under headings that people read; also what the CSV holds.
    summary : str
        What a screen reader says in place of the drawing; default finding and subtitle.
    note : str
        A muted line below, such as what was sampled.
    """

    figure: "go.Figure"
    finding: str
    subtitle: str
    table: "pd.DataFrame"
    summary: str = ""
    note: str = ""

    def columns(self) -> list[dict[str, Any]]:
        """Return the name of each column of the table, and whether it holds numbers."""
        return [
            {"name": str(name), "numeric": self.table[name].dtype.kind in "iuf"}
            for name in self.table.columns
        ]

    def rows(self) -> list[list[Any]]:
        """Return the rows of the table as values that JSON knows."""
        return [[plain(value) for value in row] for row in self.table.itertuples(index=False)]


def plain(value: Any) -> Any:
    """Return a value as text, number, truth or None.

    Examples
    --------
    >>> plain(float("nan")), plain(date(2019, 11, 17)), plain(3)
    (None, '2019-11-17', 3)
    """
    if hasattr(value, "item"):
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, date | datetime):
        text = value.isoformat()
        return None if text == "NaT" else text.removesuffix("T00:00:00")
    return None if str(value) in {"NaT", "<NA>"} else str(value)
