"""Tables that compare runs: settings that differ, metrics, and paired differences."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, error_list
from dashboard.figures.curves import metric_name
from dashboard.jobs.run import Run
from dashboard.pages.runs import config_form
from dashboard.pages.runs.run_layout import setting_words
from dashboard.pages.runs.test_results import LOWER_IS_BETTER
from dashboard.services.runs.comparison import Comparison, PairedDifferences
from data.i18n import N_, _
from model.evaluation.paired_bootstrap import Difference
from model.metrics.protocol_metrics import VALUE, metrics_of

DECISIVE = "ndcg@10"
_VALIDATION = {
    "val_loss": (N_("Validation loss"), False),
    "val_accuracy": (N_("Validation accuracy"), True),
    "val_ndcg@10": (N_("Validation NDCG@10"), True),
}


def warnings(comparison: Comparison) -> list[Component]:
    """Return the reasons why these runs are not comparable, and what is damaged."""
    return error_list([*comparison.warnings, *comparison.problems])


def settings(comparison: Comparison) -> html.Section | None:
    """Return the settings that differ between the runs; None for a single run."""
    if len(comparison.runs) < 2:
        return None
    known = {setting.key: setting for setting in config_form.settings()}
    rows = [
        html.Tr(
            [html.Th(_(known[key].label) if key in known else key, scope="row")]
            + [
                html.Td(setting_words(known.get(key), value), className="is-number")
                for value in values
            ]
        )
        for key, values in comparison.differences
    ]
    words = _("Settings that differ") if rows else _("Every setting is the same.")
    body = _table(comparison, rows) if rows else None
    return card(body, title=_("Configuration"), subtitle=words)


def figures(comparison: Comparison) -> html.Section:
    """Return the metrics of the runs, the best value of each row marked.

    Validation metrics are those of each run's best epoch.
    """
    best = {run: metrics.best for run, metrics in comparison.metrics.items()}
    rows = [
        _row(
            comparison,
            _(label),
            {run: epoch.get(name) for run, epoch in best.items()},
            highest=highest,
        )
        for name, (label, highest) in _VALIDATION.items()
    ]
    protocols = dict.fromkeys(run.protocol for run in comparison.runs)
    names = dict.fromkeys(name for protocol in protocols for name in metrics_of(protocol).table)
    rows += [
        _row(
            comparison,
            _("Test {figure}").format(figure=metric_name(name)),
            {run: model["metrics"].get(name) for run, model in comparison.evaluations.items()},
            highest=name not in LOWER_IS_BETTER,
            bounds={
                run: model.get("ci95", {}).get(name)
                for run, model in comparison.evaluations.items()
            },
        )
        for name in names
        if any(name in model["metrics"] for model in comparison.evaluations.values())
    ]
    return card(
        _table(comparison, rows),
        title=_("Metrics"),
        subtitle=_(
            "Validation: the network at its best epoch, the one with the highest NDCG@10. Test: the"
            " served model, with 95% intervals in brackets"
        ),
    )


def paired(comparison: Comparison, pairs: Mapping[str, PairedDifferences]) -> html.Section | None:
    """Return the paired differences of the later runs from the first one, with 95% intervals."""
    if not pairs:
        return None
    first = comparison.runs[0]
    runs = [run for run in comparison.runs if run.run in pairs]
    rows = [
        html.Tr(
            [html.Th(_("Test {figure}").format(figure=metric_name(name)), scope="row")]
            + [_difference(pairs[run.run].metrics[name]) for run in runs]
        )
        for name in (*metrics_of(first.protocol).compared, VALUE)
        if all(name in pairs[run.run].metrics for run in runs)
    ]
    pair = next(iter(pairs.values()))
    words = _(
        "Each run minus {first} on the same {targets} targets of {buyers} buyers; in brackets the"
        " 95% interval of the paired bootstrap over buyers. Bold where it does not contain zero"
    ).format(
        first=first.label or first.run,
        targets=formats.number(pair.targets),
        buyers=formats.number(pair.buyers),
    )
    return card(
        _table(comparison, rows, runs), title=paired_finding(comparison, pairs), subtitle=words
    )


def paired_finding(comparison: Comparison, pairs: Mapping[str, PairedDifferences]) -> str:
    """Return which run is better than the first one, where the 95% interval allows to say so."""
    names = {run.run: run.label or run.run for run in comparison.runs}
    first = names[comparison.runs[0].run]
    differences = {run: pair.metrics[DECISIVE] for run, pair in pairs.items()}
    run = max(differences, key=lambda name: differences[name].value)
    if not differences[run].significant or differences[run].value < 0:
        better = all(difference.significant for difference in differences.values())
        return (
            _("{run} is better than every other run").format(run=first)
            if better
            else _("No run is significantly better than {run}").format(run=first)
        )
    return _("{run} is better than {first}: {figure} by {value}").format(
        run=names[run],
        first=first,
        figure=metric_name(DECISIVE),
        value=formats.number(differences[run].value, 4),
    )


def _difference(difference: Difference) -> html.Td:
    low, high = formats.number(difference.low, 4), formats.number(difference.high, 4)
    sign = "+" if difference.value > 0 else ""
    return html.Td(
        [
            f"{sign}{formats.number(difference.value, 4)}",
            html.Span(_("[{low} to {high}]").format(low=low, high=high), className="interval"),
        ],
        className="is-number is-best" if difference.significant else "is-number",
    )


def _row(
    comparison: Comparison,
    label: str,
    values: Mapping[str, float | None],
    *,
    highest: bool,
    bounds: Mapping[str, Any] | None = None,
) -> html.Tr:
    known = [value for value in values.values() if value is not None]
    ranked = comparison.comparable and len(known) > 1
    best = (max if highest else min)(known) if ranked else None
    cells = []
    for run in comparison.runs:
        value, ends = values.get(run.run), (bounds or {}).get(run.run)
        interval = (
            html.Span(
                f"[{formats.number(ends[0], 4)}–{formats.number(ends[1], 4)}]", className="interval"
            )
            if ends
            else None
        )
        marked = value is not None and value == best
        look = "is-number is-best" if marked else "is-number"
        cells.append(html.Td([formats.number(value, 4), interval], className=look))
    return html.Tr([html.Th(label, scope="row"), *cells])


def _table(
    comparison: Comparison, rows: list[html.Tr], runs: Sequence[Run] | None = None
) -> Component:
    head = [html.Th("", scope="col")] + [
        html.Th(
            dcc.Link(run.label or run.run, href=f"/runs/{run.run}"),
            scope="col",
            className="is-number",
        )
        for run in runs or comparison.runs
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="plain-table")
    return html.Div(table, className="table-scroll side-by-side", tabIndex="0")
