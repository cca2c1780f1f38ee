"""The report of a dataset: key figures, charts, quality and origin."""

from collections.abc import Callable

from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card
from dashboard.figures.chart import Chart
from dashboard.pages.datasets.charts import CHARTS, DatasetChart
from dashboard.pages.datasets.finding_list import finding_list
from dashboard.pages.datasets.key_figures import dataset_key_figures
from dashboard.pages.datasets.period import period
from dashboard.reports.document import Report, facts, figure
from dashboard.services.datasets import library, quality
from data.datasets.dataset import Dataset
from data.exploration.filters import Filters
from data.exploration.statistics import Statistics
from data.home import Home
from data.i18n import _


def dataset_report(home: Home, name: str) -> Report:
    """Return the report of a dataset.

    Raises
    ------
    BadInput
        Where there is no such dataset.
    """
    dataset = library.open_dataset(home, name)
    statistics = library.statistics(home, name)
    summary = dataset.manifest.summary
    return Report(
        name,
        _("{number} events, {days}").format(
            number=formats.number(summary["events"]),
            days=period(summary["first_event"], summary["last_event"]),
        ),
        [
            dataset_key_figures(dataset),
            *(
                figure(_drawing(chart, statistics), chart.height)
                for chart in CHARTS.values()
                if not (chart.timed and dataset.manifest.time_from_order)
            ),
            card(finding_list(quality.findings(home, name), name), title=_("Quality")),
            _origin(dataset),
        ],
    )


def _drawing(chart: DatasetChart, statistics: Statistics) -> Callable[[str], Chart | None]:
    return lambda theme: chart.draw(statistics, Filters(), theme)


def _origin(dataset: Dataset) -> Component:
    """Return the files of a dataset, how their columns were read, and the version of the data."""
    manifest = dataset.manifest
    return facts(
        _("Origin"),
        [
            (_("Version of the data (hash)"), dataset.fingerprint),
            (_("Imported"), manifest.created),
            *((source.name, f"SHA-256 {source.sha256}") for source in manifest.sources),
            *(
                (_("Column of {name}").format(name=name), column)
                for name, column in manifest.mapping.items()
            ),
        ],
    )
