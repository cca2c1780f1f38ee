"""What came in, what was rejected and why, and what is missing in what was kept."""

from typing import Any

import dash
from dash import Input, Output, State, callback, dcc, html

from dashboard import components as kit
from dashboard import formats
from dashboard.context import current_home
from dashboard.pages.datasets.head import head
from dashboard.services.datasets import library, quality
from data.datasets.store import Dataset
from data.exploration.quality import Finding
from data.i18n import N_, _
from data.importing.column_sql import REASONS
from data.preparation.preparation import Preparation
from data.validation import specs

dash.register_page(
    __name__,
    path_template="/data/<dataset>/quality",
    order=1,  # before the template that takes in this one
    title=lambda dataset="", **_parts: f"{_('Quality')} · {dataset} · Vitrina",
)

DATASET, DOWNLOAD, GET = "quality-dataset", "quality-download", "quality-get"
FINDINGS = "quality-findings"
SHOWN = 200
_SEVERITIES = {
    "warning": ("bad", N_("Warning")),
    "notice": ("attention", N_("Notice")),
    "good": ("good", N_("Good")),
}
_STEPS = {name: spec.label for name, spec in specs(Preparation).items()}
_LONGEST = 300  # characters of a rejected row that are shown


def layout(dataset: str = "", **_query: str) -> html.Div:
    """Show the report."""
    opened = library.open_dataset(current_home(), dataset)
    return html.Div(
        [
            *head(opened, "quality"),
            dcc.Store(id=DATASET, data=dataset),
            dcc.Download(id=DOWNLOAD),
            _counts(opened.manifest.summary),
            kit.grid(
                kit.card(
                    kit.loading_state(240, lines=6), title=_("What to know"), body_id=FINDINGS
                ),
                _reasons(opened.manifest.summary),
                _sources(opened),
                _rejects(opened),
            ),
        ]
    )


def _counts(summary: dict[str, Any]) -> html.Dl:
    read, kept = summary["rows_read"], summary["rows_kept"]
    return kit.key_figures(
        kit.key_figure(
            _("Rows kept"),
            formats.number(kept),
            comparison=_("of {rows} read").format(rows=formats.number(read)),
        ),
        kit.key_figure(
            _("Rows rejected"),
            formats.number(summary["rows_rejected"]),
            comparison=formats.percent(summary["rows_rejected"] / read if read else None, 2),
        ),
        kit.key_figure(
            _("Without category"),
            formats.percent(summary["missing_category_share"]),
            comparison=_("{share} of purchases").format(
                share=formats.percent(summary["purchases_missing_category_share"])
            ),
            explanation=_("The preparation step “Category must be present” leaves them out."),
        ),
        kit.key_figure(
            _("Without brand"),
            formats.percent(summary["missing_brand_share"]),
            comparison=_("{share} of purchases").format(
                share=formats.percent(summary["purchases_missing_brand_share"])
            ),
            explanation=_("The preparation step “Brand must be present” leaves them out."),
        ),
        kit.key_figure(_("Without price"), formats.percent(summary["missing_price_share"])),
    )


def _reasons(summary: dict[str, Any]) -> html.Section:
    rows = [
        {"reason": _(REASONS.get(reason, reason)), "rows": number}
        for reason, number in summary["rejected_by_reason"].items()
    ]
    columns = [
        kit.Column("reason", _("Reason"), width=280),
        kit.Column("rows", _("Rows"), "number"),
    ]
    table = kit.data_table(
        "quality-reasons",
        columns,
        rows,
        label=_("Why rows were rejected"),
        empty=_("Every row became an event."),
    )
    return kit.card(table, title=_("Why rows were rejected"), span=5, flush=True)


def _sources(dataset: Dataset) -> html.Section:
    rows = [
        {
            "name": source.name,
            "rows": source.rows_read,
            "bytes": source.bytes,
            "sha256": source.sha256,
        }
        for source in dataset.manifest.sources
    ]
    columns = [
        kit.Column("name", _("File")),
        kit.Column("rows", _("Rows"), "number", width=112),
        kit.Column("bytes", _("Bytes"), "number", width=128),
        kit.Column("sha256", _("SHA-256"), "id"),
    ]
    table = kit.data_table("quality-sources", columns, rows, label=_("Source files"))
    return kit.card(table, title=_("Source files"), span=7, flush=True)


def _rejects(dataset: Dataset) -> html.Section:
    total = dataset.manifest.summary["rows_rejected"]
    rows = [
        row
        | {
            "reason": _(REASONS.get(str(row["reason"]), str(row["reason"]))),
            "raw": str(row["raw"] or "")[:_LONGEST],
        }
        for row in quality.rejected_rows(dataset, SHOWN)
    ]
    columns = [
        kit.Column("file", _("File"), width=200),
        kit.Column("line", _("Line"), "number", width=96),
        kit.Column("column", _("Column"), width=112),
        kit.Column("reason", _("Reason"), width=280),
        kit.Column("raw", _("Text"), "id"),
    ]
    table = kit.data_table(
        "quality-rejects",
        columns,
        rows,
        label=_("Rejected rows"),
        empty=_("No row was rejected."),
    )
    shown = _("The first {number} of {total}, as they stand in the file.").format(
        number=formats.number(len(rows)), total=formats.number(total)
    )
    get = kit.button(_("Download as CSV"), GET, icon="download", disabled=not total)
    return kit.card(
        table,
        title=_("Rejected rows"),
        subtitle=shown if rows else None,
        actions=[get],
        flush=True,
    )


@callback(Output(FINDINGS, "children"), Input(DATASET, "data"))
def show_findings(dataset: str) -> html.Ul:
    """Say what is odd, what it means for training, and which step answers it."""
    found = quality.findings(current_home(), dataset)
    return html.Ul([_finding(one, dataset) for one in found], className="findings")


def _finding(one: Finding, dataset: str) -> html.Li:
    lines = [html.P(one.finding, className="finding")]
    if one.meaning:
        lines.append(html.P(one.meaning, className="muted"))
    if one.step in _STEPS:
        lines.append(
            html.P(
                dcc.Link(
                    _("Step: {name}").format(name=_(_STEPS[one.step])),
                    href=f"/data/{dataset}/preparation",
                )
            )
        )
    tone, words = _SEVERITIES[one.severity]
    badge = html.Span(_(words), className=f"badge-state is-{tone}")
    return html.Li([badge, html.Div(lines)])


@callback(
    Output(DOWNLOAD, "data"),
    Input(GET, "n_clicks"),
    State(DATASET, "data"),
    prevent_initial_call=True,
)
def download(_clicks: int | None, dataset: str) -> dict[str, str]:
    """Send the rejects as CSV."""
    return {
        "content": quality.rejected_rows_csv(current_home(), dataset),
        "filename": f"{dataset}-rejects.csv",
        "type": "text/csv",
    }
