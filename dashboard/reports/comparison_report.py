"""The report of a comparison of trainings."""

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card
from dashboard.figures.comparison import METRICS, compare
from dashboard.figures.progress_axis import View
from dashboard.jobs.states import in_words
from dashboard.pages.runs import comparison_tables
from dashboard.reports.document import Report, figure, table
from dashboard.services.runs import comparison
from data.errors import BadInput
from data.home import Home
from data.i18n import _

_DRAWN = ("ndcg@10", "loss")


def comparison_report(home: Home, names: Sequence[str]) -> Report:
    """Return the report of some runs beside each other; the others are put beside the first one.

    Raises
    ------
    BadInput
        Where a run is unknown, or there are fewer than two or more than six.
    """
    compared = comparison.compare(home, names)
    if len(compared.runs) < 2:
        raise BadInput(_("A comparison takes two runs or more."))
    pairs = comparison.paired(home, compared)
    return Report(
        _("Comparison of {runs}").format(runs=", ".join(run.run for run in compared.runs)),
        _("Trainings on one axis: curves, settings that differ, and metrics."),
        [
            *comparison_tables.warnings(compared),
            comparison_tables.figures(compared),
            comparison_tables.paired(compared, pairs),
            *(_chart(compared, metric) for metric in _DRAWN),
            comparison_tables.settings(compared),
            _runs(compared),
        ],
    )


def _chart(compared: comparison.Comparison, metric: str) -> Component | None:
    assert metric in METRICS
    return figure(
        lambda theme: compare(
            compared.metrics, metric, View("epoch", theme), comparable=compared.comparable
        )
    )


def _runs(compared: comparison.Comparison) -> Component:
    """Return the table of the runs, with the version of the data of each."""
    rows = [
        [
            run.run,
            run.dataset,
            version or formats.MISSING,
            formats.preset(run.preset),
            in_words(run.state),
        ]
        for run, version in zip(compared.runs, compared.versions, strict=True)
    ]
    heads = [_("Run"), _("Dataset"), _("Version of the data (hash)"), _("Preset"), _("State")]
    return card(table(heads, rows), title=_("Runs"))
