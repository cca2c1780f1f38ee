"""A chart: a Plotly figure with its finding and its data as a table."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Chart:
    """The result of a figure function, which a figure card shows.

    Attributes
    ----------
    figure : plotly.graph_objects.Figure
        Figure, made with ``dashboard.figures.template.figure``.
    finding : str
        Title: the main result, as a sentence without a full stop.
    subtitle : str
        What is drawn, and its unit.
    table : pandas.DataFrame
        Data of the figure under translated headings; shown as a table and downloaded as CSV.
    summary : str
        Text alternative for screen readers; by default the finding and the subtitle.
    note : str
        Muted line below the figure, such as how it was sampled.
    """

    figure: "go.Figure"
    finding: str
    subtitle: str
    table: "pd.DataFrame"
    summary: str = ""
    note: str = ""

    def columns(self) -> list[dict[str, Any]]:
        """Return the name of each column of the table, and whether it is numeric."""
        return [
            {"name": str(name), "numeric": kind.kind in "iuf"}
            for name, kind in zip(self.table.columns, self.table.dtypes, strict=True)
        ]

    def rows(self) -> list[list[Any]]:
        """Return the rows of the table as JSON values."""
        return [[plain(value) for value in row] for row in self.table.itertuples(index=False)]


def plain(value: Any) -> Any:
    """Return a value as a str, int, float, bool or None; NaN and NaT become None.

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
