"""The report of a training: its figures, charts, configuration and provenance."""

import time
from collections.abc import Callable
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, error_state
from dashboard.components.aria import data
from dashboard.figures import learning_curves
from dashboard.figures.chart import Chart
from dashboard.figures.curves import metric_name
from dashboard.figures.drift import weekly_accuracy
from dashboard.figures.model_ranking import has_segments, ranking_chart, segment_chart
from dashboard.figures.progress_axis import View
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle, open_run
from dashboard.jobs.states import in_words
from dashboard.pages.runs import drift_card, run_layout, run_status, test_results
from dashboard.reports.document import Report, facts, figure, moment
from dashboard.services.runs import drift, monitor, records
from dashboard.services.runs.overfitting import diagnose
from dashboard.training_metrics import TrainingMetrics
from data.errors import BadInput, Damaged
from data.home import Home
from data.i18n import _
from model.metrics.protocol_metrics import metrics_of


def run_report(home: Home, name: str) -> Report:
    """Return the report of a training.

    Raises
    ------
    BadInput
        Where there is no such run, or it is no training.
    """
    handle = open_run(home, name)
    return Report(handle.run.label or name, _purpose(handle.run), run_sections(handle))


def run_sections(handle: RunHandle) -> list[Component | None]:
    """Return the parts of a report that are about a training.

    Raises
    ------
    BadInput
        Where the run is no training.
    """
    run = handle.run
    if run.kind != TRAINING:
        raise BadInput(
            _("A report is about a training; {run} is none. Name one: `vitrina runs`.").format(
                run=run.run
            )
        )
    metrics = monitor.metrics(handle.home, run)
    return [
        html.P(run.note) if run.note else None,
        *run_status.trouble(run, monitor.explanation(run), ""),
        run_status.figures(run, metrics, time.time()),
        *test_results.reading(diagnose(metrics) if metrics.history else None),
        *_evaluation(handle),
        *_since_the_training(handle),
        *_curves(metrics, run),
        _configuration(handle),
        *_provenance(handle),
    ]


def _purpose(run: Run) -> str:
    return _("{networks} on {dataset}, preset {preset}; {state}").format(
        networks=formats.networks(run.config),
        dataset=run.dataset,
        preset=formats.preset(run.preset),
        state=in_words(run.state),
    )


def _evaluation(handle: RunHandle) -> list[Component | None]:
    """Return the test figures of the served model, and all models beside it."""
    if handle.problem:
        return [error_state(handle.problem)]
    evaluation = handle.evaluation
    models = evaluation.get("models")
    if not models:
        return []
    metric = metrics_of(handle.run.protocol).compared[0]
    return [
        _test_figures(handle),
        figure(lambda theme: ranking_chart(models, metric, theme)),
        figure(lambda theme: segment_chart(models, metric, theme))
        if has_segments(models)
        else None,
        test_results.figures_card(evaluation),
        test_results.averages_card(models) if evaluation.get("sets") else None,
    ]


def _test_figures(handle: RunHandle) -> html.Section:
    """Return every test figure of the served model, as ``vitrina show --json`` has them."""
    values = records.record(handle.home, handle.name)["test"]
    bounds = handle.served_model.get("ci95", {})
    rows = [
        html.Tr(
            [
                html.Th(metric_name(name), scope="row"),
                html.Td(_number(name, value), className="is-number"),
                html.Td(_interval(bounds.get(name)), className="is-number"),
            ]
        )
        for name, value in values.items()
    ]
    heads = (_("Metric"), _("Value"), _("95% interval"))
    head = html.Tr(
        [
            html.Th(words, scope="col", className="is-number" if number else "")
            for number, words in enumerate(heads)
        ]
    )
    body = html.Table([html.Thead(head), html.Tbody(rows)], className="plain-table")
    return card(
        html.Div(body, className="table-scroll", tabIndex="0"),
        title=_("Test figures: {model}").format(model=formats.model(handle.served_model["name"])),
        subtitle=_(
            "The model that the run recommends with, on purchases that it was not trained on"
        ),
    )


def _number(name: str, value: float | None) -> html.Data:
    """Return a figure as a person reads it, with all of its digits for a program."""
    attributes: dict[str, Any] = data(metric=name)
    return html.Data(formats.number(value, 4), value=repr(value), **attributes)


def _interval(bounds: Any) -> str:
    if not bounds:
        return formats.MISSING
    low, high = (formats.number(end, 4) for end in bounds)
    return _("{low} to {high}").format(low=low, high=high)


def _since_the_training(handle: RunHandle) -> list[Component | None]:
    """Return how the model does on what came after its training, where it was judged on that."""
    try:
        result = handle.drift
    except Damaged as error:
        return [error_state(str(error))]
    if not result:
        return []
    reading = drift.read(result)
    return [
        html.Div(
            [html.P(reading.finding, className="reading-finding"), html.P(reading.advice)],
            className=f"reading is-{reading.tone}",
        ),
        figure(lambda theme: weekly_accuracy(result, drift_card.chart_title(result), theme)),
        card(drift_card.comparison(result), title=_("Since the training")),
    ]


def _curves(metrics: TrainingMetrics, run: Run) -> list[Component | None]:
    if not metrics.history:
        return []
    draws: tuple[Callable[[TrainingMetrics, View], Chart], ...] = (
        learning_curves.loss,
        learning_curves.ranking,
        learning_curves.accuracy,
    )

    def chart_figure(draw: Callable[[TrainingMetrics, View], Chart]) -> Component | None:
        return figure(lambda theme: draw(metrics, View("epoch", theme, run.run)))

    return [chart_figure(draw) for draw in draws]


def _configuration(handle: RunHandle) -> html.Section:
    lines = [
        html.Div(
            [html.Dt(label), html.Dd(value)], className="fact is-changed" if changed else "fact"
        )
        for label, value, changed in run_layout.facts(handle.home, handle.run)
    ]
    return card(
        html.Dl(lines, className="facts"),
        title=_("Configuration"),
        subtitle=_("In bold: what differs from the preset"),
    )


def _provenance(handle: RunHandle) -> list[Component]:
    """Return the section on repeating the training: data, seed and versions."""
    run = handle.run
    entries = [
        (_("Run"), run.run),
        (_("Created"), moment(run.created)),
        (_("Started"), moment(run.started)),
        (_("Ended"), moment(run.finished)),
    ]
    try:
        record = handle.record
    except Damaged as error:
        return [error_state(str(error))]
    if record:
        parts = {"validation": _("Validation begins"), "test": _("Test begins")}
        entries += [
            (_("Version of the data (hash)"), handle.dataset_version or formats.MISSING),
            (_("Seed"), str(record.get("seed", formats.MISSING))),
            *((parts[part], moment(start)) for part, start in handle.held_out.items()),
            ("Python", f"{record.get('python', '')} {record.get('machine', '')}".strip()),
            *record.get("packages", {}).items(),
            *(
                (source["name"], f"SHA-256 {source['sha256']}")
                for source in record.get("dataset", {}).get("sources", [])
            ),
        ]
    return [facts(_("Origin"), entries, _("What is needed to get the same figures again"))]
