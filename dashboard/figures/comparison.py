"""One figure of several runs on one axis."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.curves import THICK, THIN, best_entry, curves, metric_name
from dashboard.figures.line_chart import Line
from dashboard.figures.progress_axis import Learning, View
from dashboard.theme import colour
from data.i18n import N_, _

MOST_RUNS = 6
MEANINGS = ("validation", "network", "purchase", "test", "training", "view")
FIGURES = {
    "loss": N_("Loss"),
    "accuracy": N_("Accuracy"),
    "ndcg@10": "NDCG@10",
    "hr@10": "HR@10",
}
_LOWER_IS_BETTER = {"loss"}


def compare(
    runs: Mapping[str, Learning], name: str, view: View, *, comparable: bool = True
) -> Chart:
    """Draw a figure of the validation part of several runs, and of training where it is known.

    Parameters
    ----------
    runs : mapping
        What each run has reported, by its name; at most six are drawn.
    name : str
        One of ``FIGURES``.
    comparable : bool
        Whether all runs were judged on the same targets, so that one of them can be the best.
    """
    drawn = curves(_lines(runs, f"val_{name}", view), view, digits=4)
    for line in _lines(runs, name, view):
        drawn.add_scatter(
            x=line.x,
            y=line.y,
            name=_("{run}, training").format(run=line.name),
            mode="lines",
            line={"color": colour(line.meaning, view.theme), "width": THIN, "dash": "dot"},
            hovertemplate="%{y:,.4f}",
            showlegend=False,
        )
    return Chart(
        drawn,
        compare_finding(runs, name) if comparable else _different(runs),
        _("{figure} on validation, thick, and in training, dotted; one colour a run").format(
            figure=figure_name(name)
        ),
        _table(runs, name),
    )


def _different(runs: Mapping[str, Learning]) -> str:
    return _("{runs} were judged on different targets").format(runs=", ".join(runs))


def _lines(runs: Mapping[str, Learning], name: str, view: View) -> list[Line]:
    return [
        Line(run, learning.epoch_places(view.axis), learning.figures(name), meaning, THICK)
        for (run, learning), meaning in zip(runs.items(), MEANINGS, strict=False)
    ]


def figure_name(name: str) -> str:
    """Return how a figure is called on the page."""
    return _(FIGURES[name]) if name in FIGURES else metric_name(name)


def compare_finding(runs: Mapping[str, Learning], name: str) -> str:
    """Say which run has the best figure on validation."""
    highest = name not in _LOWER_IS_BETTER
    bests = {
        run: best
        for run, learning in runs.items()
        if (best := best_entry(learning.history, f"val_{name}", highest)) is not None
    }
    if not bests:
        return _("No run has been judged on its validation part yet")
    sign = -1 if highest else 1
    first = min(bests, key=lambda run: sign * bests[run][f"val_{name}"])
    words = (
        _("{run} has the highest {figure} on validation: {value} at epoch {epoch}")
        if highest
        else _("{run} has the lowest {figure} on validation: {value} at epoch {epoch}")
    )
    return words.format(
        run=first,
        figure=figure_name(name).lower() if name in {"loss", "accuracy"} else figure_name(name),
        value=formats.number(bests[first][f"val_{name}"], 4),
        epoch=bests[first]["epoch"],
    )


def _table(runs: Mapping[str, Learning], name: str) -> Any:
    rows = [
        {
            _("Run"): run,
            _("Epoch"): entry["epoch"],
            _("Training"): entry.get(name),
            _("Validation"): entry.get(f"val_{name}"),
        }
        for run, learning in runs.items()
        for entry in learning.history
    ]
    return pd.DataFrame(rows, columns=[_("Run"), _("Epoch"), _("Training"), _("Validation")])
