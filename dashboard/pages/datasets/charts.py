"""The charts of the dataset page, in order; each is imported when it is first drawn.

To add a chart, write a module in ``dashboard/figures`` with a function that draws a frame, and add
an entry to ``CHARTS``. The query may be a method of `Statistics` or a function of the same module.
The card, its table, its downloads and the filters follow from the entry.
"""

from dataclasses import dataclass, replace
from pkgutil import resolve_name

from dashboard.figures.chart import Chart
from data.exploration.statistics import Filters, Statistics
from data.i18n import N_, _


@dataclass(frozen=True)
class DatasetChart:
    """A chart of a dataset: where its query and its figure are, and how the page shows it.

    Attributes
    ----------
    title : str
        What the chart is about, marked for translation; shown while there is nothing to draw.
    query : str
        Computes the frame: the name of a method of `Statistics` that takes filters, or the
        ``module:function`` of a function that takes the statistics and the filters.
    figure : str
        Draws the frame: the ``module:function`` of a function that takes the frame and the theme
        (``"light"``, ``"dark"`` or None) and returns a `Chart`, or None for an empty frame.
    empty : str
        Sentence in place of an empty chart, marked for translation.
    counted : bool
        Whether the figure also takes the event type that the frame counts, which
        `Statistics.counted` chooses: purchases, or the most frequent type of a log without them.
    sampled : str
        Method of `Statistics` that returns the fraction of users in the frame, as one in how many;
        empty if the frame considers all of them.
    timed : bool
        Whether the figure is about times, which a log without them does not have.
    span, height : int
        Columns of twelve, and pixels.
    """

    title: str
    query: str
    figure: str
    empty: str
    counted: bool = True
    sampled: str = ""
    timed: bool = False
    span: int = 6
    height: int = 320

    def draw(self, statistics: Statistics, filters: Filters, theme: str | None) -> Chart | None:
        """Return the chart of the events that the filters select, or None if it is empty."""
        query = resolve_name(self.query) if ":" in self.query else getattr(Statistics, self.query)
        arguments = (statistics.counted(filters),) if self.counted else ()
        chart: Chart | None = resolve_name(self.figure)(
            query(statistics, filters), theme, *arguments
        )
        one_in = getattr(statistics, self.sampled)(filters) if self.sampled else 1
        if chart is None or one_in == 1:
            return chart
        sample = _("Estimated from a random sample: one user in {number}.").format(number=one_in)
        return replace(chart, note=f"{chart.note} {sample}".strip())


_NO_PURCHASES = N_("No purchases match these filters.")
_NO_PAIRS = N_("No buyer bought twice under these filters.")
NO_TIMES = N_("The log has no times; the order of its rows stands for them.")
"""Sentence in place of a chart about times."""

_FIGURES = "dashboard.figures"

CHARTS: dict[str, DatasetChart] = {
    "days": DatasetChart(
        N_("Events by day"),
        f"{_FIGURES}.events:query_days",
        f"{_FIGURES}.events:days",
        N_("No events match these filters."),
        counted=False,
        span=7,
        height=360,
        timed=True,
    ),
    "hours": DatasetChart(
        N_("Events by weekday and hour"),
        "events_by_hour",
        f"{_FIGURES}.events:hours",
        _NO_PURCHASES,
        counted=False,
        span=5,
        height=360,
        timed=True,
    ),
    "funnel": DatasetChart(
        N_("Purchase funnel"),
        "funnel",
        f"{_FIGURES}.events:funnel",
        N_("These events hold no two steps from view over cart to purchase."),
        counted=False,
        sampled="funnel_one_in",
        height=240,
    ),
    "repeats": DatasetChart(
        N_("Repeat purchases"),
        "repeats",
        f"{_FIGURES}.products:repeats",
        _NO_PAIRS,
        sampled="one_in",
        height=240,
    ),
    "categories": DatasetChart(
        N_("Categories"),
        "categories",
        f"{_FIGURES}.categories:categories",
        _NO_PURCHASES,
        height=400,
    ),
    "brands": DatasetChart(
        N_("Brands"),
        "brands",
        f"{_FIGURES}.brands:brands",
        N_("No brands are known under these filters."),
        height=400,
    ),
    "prices": DatasetChart(
        N_("Prices"),
        "prices",
        f"{_FIGURES}.prices:prices",
        N_("No prices are known under these filters."),
    ),
    "purchases": DatasetChart(
        N_("Purchases per buyer"),
        "purchases_per_user",
        f"{_FIGURES}.buyers:purchases",
        _NO_PURCHASES,
        sampled="one_in",
    ),
    "gaps": DatasetChart(
        N_("Days between purchases"),
        "days_between",
        f"{_FIGURES}.buyers:gaps",
        _NO_PAIRS,
        sampled="one_in",
        timed=True,
    ),
    "long-tail": DatasetChart(
        N_("Long tail of products"),
        "long_tail",
        f"{_FIGURES}.products:long_tail",
        _NO_PURCHASES,
    ),
    "transitions": DatasetChart(
        N_("Transitions between categories"),
        "transitions",
        f"{_FIGURES}.categories:transitions",
        N_("No consecutive purchases with categories match these filters."),
        sampled="one_in",
        span=7,
        height=480,
    ),
    "cohorts": DatasetChart(
        N_("Retention by month"),
        "cohorts",
        f"{_FIGURES}.buyers:cohorts",
        N_("The log covers less than two months."),
        sampled="one_in",
        span=5,
        height=480,
        timed=True,
    ),
}
