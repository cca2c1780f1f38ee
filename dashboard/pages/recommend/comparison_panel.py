"""The card of a comparison: two lists, or the offer to fit the baselines it needs."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import button, empty_state, error_state, progress
from dashboard.pages.recommend.side_by_side import close_button, side_by_side
from dashboard.pages.recommend.view_model import Comparison
from dashboard.services.recommendations.comparison_models import failed_fit, fitting_job
from dashboard.services.recommendations.served_run import ServedRun
from data.i18n import _, ngettext

FIT, FIT_CLOCK = "recommend-fit", "recommend-fit-clock"
POLL_INTERVAL = 1_000  # milliseconds


def comparison_panel(served: ServedRun, comparison: Comparison | None) -> list[Component]:
    """Return the card of a comparison; nothing where none is asked for."""
    if comparison is None:
        return []
    if comparison.error:
        return [
            html.Section(error_state(comparison.error, action=close_button()), className="panel")
        ]
    if comparison.lists is None:
        return [html.Section(_fit(served, comparison.not_fitted), className="panel")]
    return [html.Section(side_by_side(*comparison.lists), className="panel")]


def _fit(served: ServedRun, baselines: Sequence[str]) -> list[Component]:
    """Return the progress of the fit, or the offer to start it."""
    names = ", ".join(formats.model(name) for name in baselines)
    if any(fitting_job(served, name) for name in baselines):
        text = _("{baselines}: being fitted on the training events of this run.")
        return [
            html.Div(
                [
                    empty_state(text.format(baselines=names)),
                    progress(None, label=_("Fitting")),
                    dcc.Interval(id=FIT_CLOCK, interval=POLL_INTERVAL),
                ],
                className="card-body",
                role="status",
            )
        ]
    failures = [job.message for name in baselines if (job := failed_fit(served, name))]
    if served.dataset is None:
        return [
            error_state(
                _("{baselines}: cannot be fitted, because the dataset {dataset} is gone.").format(
                    baselines=names, dataset=served.handle.run.dataset
                ),
                action=close_button(),
            )
        ]
    text = ngettext(
        "{baselines} has not been fitted for this run yet.",
        "{baselines} have not been fitted for this run yet.",
        len(baselines),
    )
    actions = [button(_("Fit now"), FIT, kind="primary"), close_button()]
    return [
        html.Div(
            [
                empty_state(text.format(baselines=names), html.Div(actions, className="actions")),
                *([html.P(failures[0], className="field-error")] if failures else []),
            ],
            className="card-body",
        )
    ]
