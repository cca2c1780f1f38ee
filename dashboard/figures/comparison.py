"""A metric of several runs on one axis."""

from collections.abc import Mapping

import pandas as pd

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.curves import THICK, THIN, curves, metric_name
from dashboard.figures.line_chart import Line, column
from dashboard.figures.progress_axis import View, epoch_positions
from dashboard.theme import colour
from dashboard.training_metrics import TrainingMetrics, extreme_epoch
from data.i18n import N_, _

MOST_RUNS = 6
MEANINGS = ("validation", "network", "purchase", "test", "training", "view")
METRICS = {
    "loss": N_("Loss"),
    "accuracy": N_("Accuracy"),
    "ndcg@10": "NDCG@10",
    "hr@10": "HR@10",
}
_LOWER_IS_BETTER = {"loss"}


def compare(
    runs: Mapping[str, TrainingMetrics], name: str, view: View, *, comparable: bool = True
) -> Chart | None:
    """Draw a metric of several runs on validation, and on training where it was reported.

    None where no run has a value of it.

    Parameters
    ----------
    runs : mapping
        The metrics of each run, by its name; at most six are drawn.
    name : str
        One of ``METRICS``.
    comparable : bool
        Whether all runs were evaluated on the same targets, so that one of them can be the best.
    """
    table = _table(runs, name)
    if table[[_("Training"), _("Validation")]].isna().all(axis=None):
        return None
    training = _lines(runs, name, view)
    extent = [float(value) for line in training for value in line.y if value is not None]
    figure = curves(_lines(runs, f"val_{name}", view), view, digits=4, extent=extent)
    for line in training:
        figure.add_scatter(
            x=column(line.x),
            y=column(line.y),
            name=_("{run}, training").format(run=line.name),
            mode="lines",
            line={"color": colour(line.meaning, view.theme), "width": THIN, "dash": "dot"},
            hovertemplate="%{y:,.4f}",
            showlegend=False,
        )
    return Chart(
        figure,
        compare_finding(runs, name) if comparable else _different(runs),
        _("{figure} on validation, thick, and in training, dotted; one colour a run").format(
            figure=metric_label(name)
        ),
        table,
    )


def _different(runs: Mapping[str, TrainingMetrics]) -> str:
    return _("{runs} were evaluated on different targets").format(runs=", ".join(runs))


def _lines(runs: Mapping[str, TrainingMetrics], name: str, view: View) -> list[Line]:
    return [
        Line(run, epoch_positions(metrics, view.axis), metrics.values(name), meaning, THICK)
        for (run, metrics), meaning in zip(runs.items(), MEANINGS, strict=False)
    ]


def metric_label(name: str) -> str:
    """Return the label of one of ``METRICS``."""
    return _(METRICS[name]) if name in METRICS else metric_name(name)


def compare_finding(runs: Mapping[str, TrainingMetrics], name: str) -> str:
    """Return which run reached the lowest loss, or the highest value of another metric."""
    metric, highest = f"val_{name}", name not in _LOWER_IS_BETTER
    extremes = {
        run: epoch
        for run, metrics in runs.items()
        if (epoch := extreme_epoch(metrics.history, metric, highest=highest))
    }
    if not extremes:
        return _("No run has been evaluated on its validation targets yet")
    sign = -1 if highest else 1
    best = min(extremes, key=lambda run: sign * extremes[run][metric])
    words = (
        _("{run} has the highest {figure} on validation: {value} at epoch {epoch}")
        if highest
        else _("{run} has the lowest {figure} on validation: {value} at epoch {epoch}")
    )
    return words.format(
        run=best,
        figure=metric_label(name).lower() if name in {"loss", "accuracy"} else metric_label(name),
        value=formats.number(extremes[best][metric], 4),
        epoch=extremes[best]["epoch"],
    )


def _table(runs: Mapping[str, TrainingMetrics], name: str) -> pd.DataFrame:
    rows = [
        {
            _("Run"): run,
            _("Epoch"): entry["epoch"],
            _("Training"): entry.get(name),
            _("Validation"): entry.get(f"val_{name}"),
        }
        for run, metrics in runs.items()
        for entry in metrics.history
    ]
    return pd.DataFrame(rows, columns=[_("Run"), _("Epoch"), _("Training"), _("Validation")])
