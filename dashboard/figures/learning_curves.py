"""Curves of one training: training thin, validation thick, the best epoch marked."""

from typing import Any

import plotly.graph_objects as go

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.curves import (
    THICK,
    THIN,
    best_entry,
    curves,
    epoch_table,
    metric_name,
    name_best,
)
from dashboard.figures.line_chart import Line
from dashboard.figures.progress_axis import History, Learning, View, smooth
from data.i18n import _

SMOOTHED_SHARE = 25  # a smoothed line averages over a 25th of its curve
SAMPLED = "sampled_loss"
RANKING = ("val_ndcg@10", "val_hr@10", "val_mrr@10")
_MEANINGS = ("validation", "purchase", "test")


def loss(learning: Learning, view: View) -> Chart:
    """Draw the loss of training and validation."""
    best = best_entry(learning.history, "val_loss")
    return Chart(
        _pair(learning, "loss", view, best),
        loss_finding(learning),
        _("Mean negative log probability of the product that was bought, in nats"),
        epoch_table(learning.history, {"loss": _("Training"), "val_loss": _("Validation")}),
    )


def accuracy(learning: Learning, view: View) -> Chart:
    """Draw the share of targets whose product was ranked first."""
    best = best_entry(learning.history, "val_accuracy", highest=True)
    columns = {"accuracy": _("Training"), "val_accuracy": _("Validation")}
    return Chart(
        _pair(learning, "accuracy", view, best, percent=True),
        accuracy_finding(learning.history),
        _("Share of targets whose product is ranked first of all"),
        epoch_table(learning.history, columns),
    )


def ranking(learning: Learning, view: View) -> Chart:
    """Draw the ranking figures of the validation part, epoch by epoch."""
    places, history = learning.epoch_places(view.axis), learning.history
    shown = [name for name in RANKING if any(name in entry for entry in history)]
    series = [
        Line(metric_name(name), places, learning.figures(name), meaning, THICK)
        for name, meaning in zip(shown, _MEANINGS, strict=False)
    ]
    drawn = curves(series, view, digits=4)
    drawn.update_yaxes(rangemode="tozero")
    return Chart(
        drawn,
        ranking_finding(history, shown[0] if shown else RANKING[0]),
        _("Validation targets among the whole catalogue; 1 is a perfect ranking"),
        epoch_table(history, {name: metric_name(name) for name in shown}),
    )


def loss_finding(learning: Learning) -> str:
    """Say what the curves of the loss show."""
    best = best_entry(learning.history, "val_loss")
    if best is None:
        return _("Training has begun; validation follows after the first epoch")
    last, value = learning.history[-1], formats.number(best["val_loss"], 3)
    if best["epoch"] == last["epoch"]:
        words = _("Validation loss is lowest at the newest epoch, {epoch}: {value}")
    elif (last.get("loss") or 0.0) < (best.get("loss") or 0.0):
        words = _("Validation loss was lowest at epoch {epoch}, {value}; training loss fell on")
    else:
        words = _("Validation loss was lowest at epoch {epoch}: {value}")
    return words.format(epoch=best["epoch"], value=value)


def accuracy_finding(history: History) -> str:
    """Say what the curves of the accuracy show."""
    best = best_entry(history, "val_accuracy", highest=True)
    if best is None:
        return _("Accuracy on validation appears after the first epoch")
    return _("The first guess was right for {share} of validation targets at epoch {epoch}").format(
        share=formats.percent(best["val_accuracy"], 2), epoch=best["epoch"]
    )


def ranking_finding(history: History, name: str) -> str:
    """Say how far a ranking figure came."""
    best = best_entry(history, name, highest=True)
    if best is None:
        return _("Ranking figures appear after the first epoch")
    return _("{metric} on validation was highest at epoch {epoch}: {value}").format(
        metric=metric_name(name), epoch=best["epoch"], value=formats.number(best[name], 4)
    )


def _pair(
    learning: Learning,
    name: str,
    view: View,
    best: dict[str, Any] | None,
    *,
    percent: bool = False,
) -> go.Figure:
    """Draw a figure of training and its twin of validation."""
    history, places = learning.history, learning.epoch_places(view.axis)
    at = None
    if best is not None:
        at = [entry["epoch"] for entry in history].index(best["epoch"])
    judged = learning.figures(f"val_{name}")
    validation = Line(_("Validation"), places, judged, "validation", THICK, best=at)
    drawn = curves([*_training(learning, name, view), validation], view, percent=percent)
    if at is not None:
        name_best(drawn, places[at], float(judged[at] or 0.0), int(history[at]["epoch"]))
    return drawn


def _training(learning: Learning, name: str, view: View) -> list[Line]:
    """Return the line of training: smoothed over its steps where there are any, else by epoch.

    A loss that compares with a sample of products only is a line of its own: it cannot be put
    beside that of whole epochs.
    """
    if name in learning.curves:
        return [_by_step(learning, name, _("Training"), "training", view)]
    places = learning.epoch_places(view.axis)
    lines = [Line(_("Training"), places, learning.figures(name), "training", THIN)]
    if name == "loss" and SAMPLED in learning.curves:
        lines.insert(0, _by_step(learning, SAMPLED, _("Sampled loss"), "baseline", view))
    return lines


def _by_step(learning: Learning, name: str, label: str, meaning: str, view: View) -> Line:
    raw = learning.curves[name].value
    smoothed = smooth(raw, len(raw) / SMOOTHED_SHARE)
    places = learning.step_places(name, view.axis)
    return Line(label, places, smoothed, meaning, THIN, shadow=raw)
