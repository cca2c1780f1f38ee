"""Tables of runs side by side: settings that differ, and figures with the best marked."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, error_state
from dashboard.figures.curves import best_entry, metric_name
from dashboard.jobs.run import Run
from dashboard.pages.runs import config_form
from dashboard.pages.runs.run_layout import value_words
from dashboard.pages.runs.test_results import LOWER_IS_BETTER, SHOWN
from dashboard.services.runs.comparison import Apart, Comparison
from data.i18n import N_, _
from model.evaluation.paired_bootstrap import Difference

PAIRED = ("hr@1", "hr@10", "ndcg@10", "mrr@10")
JUDGED_BY = "ndcg@10"
_VALIDATION = {
    "val_loss": (N_("Validation loss"), False),
    "val_accuracy": (N_("Validation accuracy"), True),
    "val_ndcg@10": (N_("Validation NDCG@10"), True),
}


def warnings(comparison: Comparison) -> list[Component]:
    """Return what makes these runs hard to compare."""
    return [error_state(sentence) for sentence in comparison.warnings]


def settings(comparison: Comparison) -> html.Section:
    """Return the settings that differ between the runs."""
    labels = {one.key: _(one.label) for one in config_form.settings()}
    rows = [
        html.Tr(
            [html.Th(labels.get(key, key), scope="row")]
            + [html.Td(value_words(value), className="is-number") for value in values]
        )
        for key, values in comparison.differences
    ]
    words = _("Every setting is the same.") if not rows else _("Settings that are not the same")
    body = _table(comparison, rows) if rows else None
    return card(body, title=_("Configuration"), subtitle=words)


def figures(comparison: Comparison) -> html.Section:
    """Return the figures of the runs, the best value of each row marked."""
    rows = [
        _row(comparison, _(label), _validations(comparison, key, highest), highest=highest)
        for key, (label, highest) in _VALIDATION.items()
    ]
    rows += [
        _row(
            comparison,
            _("Test {figure}").format(figure=metric_name(name)),
            {run: model["metrics"].get(name) for run, model in comparison.networks.items()},
            highest=name not in LOWER_IS_BETTER,
            bounds={
                run: model.get("ci95", {}).get(name) for run, model in comparison.networks.items()
            },
        )
        for name in SHOWN
        if any(name in model["metrics"] for model in comparison.networks.values())
    ]
    return card(
        _table(comparison, rows),
        title=_("Figures"),
        subtitle=_("The best epoch of each run; in brackets the 95% interval of a test figure"),
    )


def paired(comparison: Comparison, found: Mapping[str, Apart]) -> html.Section | None:
    """Return by how much the later runs are better than the first one, and how sure that is."""
    if not found:
        return None
    first = comparison.runs[0]
    shown = [run for run in comparison.runs if run.run in found]
    rows = [
        html.Tr(
            [html.Th(_("Test {figure}").format(figure=metric_name(name)), scope="row")]
            + [_apart(found[run.run].figures[name]) for run in shown]
        )
        for name in PAIRED
    ]
    one = next(iter(found.values()))
    words = _(
        "Each run less {first} on the same {targets} targets of {buyers} buyers; in brackets the"
        " 95% interval of the paired bootstrap over buyers. Bold where it does not hold zero"
    ).format(
        first=first.label or first.run,
        targets=formats.number(one.targets),
        buyers=formats.number(one.buyers),
    )
    return card(
        _table(comparison, rows, shown), title=paired_finding(comparison, found), subtitle=words
    )


def paired_finding(comparison: Comparison, found: Mapping[str, Apart]) -> str:
    """Say which of the runs is better than the first one, as far as that is certain."""
    names = {run.run: run.label or run.run for run in comparison.runs}
    first = names[comparison.runs[0].run]
    apart = {run: one.figures[JUDGED_BY] for run, one in found.items()}
    run = max(apart, key=lambda name: apart[name].value)
    if not apart[run].significant or apart[run].value < 0:
        better = all(one.significant for one in apart.values())
        return (
            _("{run} is better than every other run").format(run=first)
            if better
            else _("No run is certainly better than {run}").format(run=first)
        )
    return _("{run} is better than {first}: {figure} by {value}").format(
        run=names[run],
        first=first,
        figure=metric_name(JUDGED_BY),
        value=formats.number(apart[run].value, 4),
    )


def _apart(difference: Difference) -> html.Td:
    low, high = formats.number(difference.low, 4), formats.number(difference.high, 4)
    sign = "+" if difference.value > 0 else ""
    return html.Td(
        [
            f"{sign}{formats.number(difference.value, 4)}",
            html.Span(_("[{low} to {high}]").format(low=low, high=high), className="interval"),
        ],
        className="is-number is-best" if difference.significant else "is-number",
    )


def _validations(comparison: Comparison, key: str, highest: bool) -> dict[str, float | None]:
    bests = {
        run: best_entry(learned.history, key, highest)
        for run, learned in comparison.learned.items()
    }
    return {run: best[key] if best else None for run, best in bests.items()}


def _row(
    comparison: Comparison,
    label: str,
    values: Mapping[str, float | None],
    *,
    highest: bool,
    bounds: Mapping[str, Any] | None = None,
) -> html.Tr:
    known = [value for value in values.values() if value is not None]
    judged = comparison.comparable and len(known) > 1
    best = (max if highest else min)(known) if judged else None
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
