"""The findings of the quality report as a list."""

from collections.abc import Sequence

from dash import dcc, html

from data.exploration.finding import Finding
from data.i18n import N_, _
from data.preparation.preparation import Preparation
from data.validation import specs

_SEVERITIES = {
    "warning": ("bad", N_("Warning")),
    "notice": ("attention", N_("Notice")),
    "good": ("good", N_("Good")),
}
_STEPS = {name: spec.label for name, spec in specs(Preparation).items()}


def finding_list(findings: Sequence[Finding], dataset: str) -> html.Ul:
    """Return the findings on a dataset, each with the step of the preparation that it suggests."""
    return html.Ul([_finding(finding, dataset) for finding in findings], className="findings")


def _finding(finding: Finding, dataset: str) -> html.Li:
    lines = [html.P(finding.finding, className="finding")]
    if finding.meaning:
        lines.append(html.P(finding.meaning, className="muted"))
    if finding.step in _STEPS:
        lines.append(
            html.P(
                dcc.Link(
                    _("Step: {name}").format(name=_(_STEPS[finding.step])),
                    href=f"/data/{dataset}/preparation",
                )
            )
        )
    tone, label = _SEVERITIES[finding.severity]
    badge = html.Span(_(label), className=f"badge-state is-{tone}")
    return html.Li([badge, html.Div(lines)])
