"""Learning curves of one training: loss, accuracy and ranking metrics, the best epoch marked."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.curves import THICK, THIN, curves, epoch_table, label_best, metric_name
from dashboard.figures.line_chart import Line
from dashboard.figures.progress_axis import View, epoch_positions, smooth, step_positions
from dashboard.training_metrics import TrainingMetrics, extreme_epoch
from data.i18n import _
from model.metrics.protocol_metrics import OF_SETS, OF_TARGETS
from model.training.monitored import MONITORED

SMOOTHED_SHARE = 25  # the span of a smoothed line is a 25th of its curve
SAMPLED = "sampled_loss"
RANKING = tuple(f"val_{name}" for name in dict.fromkeys((*OF_TARGETS.epoch, *OF_SETS.epoch)))
_COLOURS = ("validation", "purchase", "test")


def loss(metrics: TrainingMetrics, view: View) -> Chart:
    """Draw the loss on the training and validation targets."""
    return Chart(
        _training_and_validation(metrics, "loss", view),
        loss_finding(metrics),
        _("Mean negative log probability of the product that was bought, in nats"),
        epoch_table(metrics.history, {"loss": _("Training"), "val_loss": _("Validation")}),
    )


def accuracy(metrics: TrainingMetrics, view: View) -> Chart:
    """Draw the share of targets whose product was ranked first."""
    columns = {"accuracy": _("Training"), "val_accuracy": _("Validation")}
    return Chart(
        _training_and_validation(metrics, "accuracy", view, percent=True),
        accuracy_finding(metrics),
        _("Share of targets whose product is ranked first of all"),
        epoch_table(metrics.history, columns),
    )


def ranking(metrics: TrainingMetrics, view: View) -> Chart:
    """Draw the ranking metrics on the validation targets by epoch."""
    x, history = epoch_positions(metrics, view.axis), metrics.history
    names = [name for name in RANKING if any(name in entry for entry in history)]
    best = _best_index(metrics)
    series = [
        Line(
            metric_name(name),
            x,
            metrics.values(name),
            colour,
            THICK,
            best=best if name == MONITORED else None,
        )
        for name, colour in zip(names, _COLOURS, strict=False)
    ]
    figure = curves(series, view, digits=4)
    figure.update_yaxes(rangemode="tozero")
    if best is not None:
        label_best(figure, x[best], metrics.best[MONITORED], metrics.best["epoch"], view.theme)
    return Chart(
        figure,
        ranking_finding(metrics),
        _subtitle(names),
        epoch_table(history, {name: metric_name(name) for name in names}),
    )


def loss_finding(metrics: TrainingMetrics) -> str:
    """Return where the validation loss was lowest, and the best epoch where it is another one."""
    lowest = extreme_epoch(metrics.history, "val_loss", highest=False)
    if not lowest:
        return _("Training has begun; validation follows after the first epoch")
    last, value = metrics.history[-1], formats.number(lowest["val_loss"], 3)
    if lowest["epoch"] == last["epoch"]:
        words = _("Validation loss is lowest at the newest epoch, {epoch}: {value}")
    elif (last.get("loss") or 0.0) < (lowest.get("loss") or 0.0):
        words = _("Validation loss was lowest at epoch {epoch}, {value}; training loss fell on")
    else:
        words = _("Validation loss was lowest at epoch {epoch}: {value}")
    finding = words.format(epoch=lowest["epoch"], value=value)
    best = metrics.best
    if not best or best["epoch"] == lowest["epoch"]:
        return finding
    return _("{finding}; the best epoch, by {metric}, is {epoch}").format(
        finding=finding, metric=metric_name(MONITORED), epoch=best["epoch"]
    )


def accuracy_finding(metrics: TrainingMetrics) -> str:
    """Return the validation accuracy of the best epoch."""
    best = metrics.best
    if best.get("val_accuracy") is None:
        return _("Accuracy on validation appears after the first epoch")
    return _("At the best epoch, {epoch}, {share} of validation targets are ranked first").format(
        share=formats.percent(best["val_accuracy"], 2), epoch=best["epoch"]
    )


def ranking_finding(metrics: TrainingMetrics) -> str:
    """Return the highest value of the monitored figure and its epoch."""
    best = metrics.best
    if not best:
        return _("Ranking figures appear after the first epoch")
    return _("{metric} on validation is highest at epoch {epoch}, the best one: {value}").format(
        metric=metric_name(MONITORED),
        epoch=best["epoch"],
        value=formats.number(best[MONITORED], 4),
    )


def _subtitle(names: Sequence[str]) -> str:
    if f"val_{OF_SETS.hits}" in names:
        return _("Validation sets, ranked among the whole catalogue; means over the sets")
    return _("Validation targets, ranked among the whole catalogue; 1 is a perfect ranking")


def _best_index(metrics: TrainingMetrics) -> int | None:
    """Return the position of the best epoch in the history; None before there is one."""
    epochs = [entry["epoch"] for entry in metrics.history]
    return epochs.index(metrics.best["epoch"]) if metrics.best else None


def _training_and_validation(
    metrics: TrainingMetrics, name: str, view: View, *, percent: bool = False
) -> go.Figure:
    """Draw a metric on the training targets, and its twin on the validation targets."""
    x, values = epoch_positions(metrics, view.axis), metrics.values(f"val_{name}")
    best = _best_index(metrics)
    validation = Line(_("Validation"), x, values, "validation", THICK, best=best)
    figure = curves([*_training(metrics, name, view), validation], view, percent=percent)
    if best is not None and values[best] is not None:
        label_best(figure, x[best], float(values[best] or 0.0), metrics.best["epoch"], view.theme)
    return figure


def _training(metrics: TrainingMetrics, name: str, view: View) -> list[Line]:
    """Return the line of training: smoothed over its steps where there are any, else by epoch.

    A sampled softmax loss has a line of its own: it is over a sample of the products and not
    comparable with the loss of whole epochs.
    """
    if name in metrics.curves:
        return [_by_step(metrics, name, _("Training"), "training", view)]
    x = epoch_positions(metrics, view.axis)
    lines = [Line(_("Training"), x, metrics.values(name), "training", THIN)]
    if name == "loss" and SAMPLED in metrics.curves:
        lines.insert(0, _by_step(metrics, SAMPLED, _("Sampled loss"), "baseline", view))
    return lines


def _by_step(metrics: TrainingMetrics, name: str, label: str, colour: str, view: View) -> Line:
    raw = metrics.curves[name].value
    smoothed = smooth(raw, len(raw) / SMOOTHED_SHARE)
    x = step_positions(metrics, name, view.axis)
    return Line(label, x, smoothed, colour, THIN, shadow=raw)
