"""The quality page of a dataset: findings, rejected rows, missing values, source files."""

from typing import Any

import dash
from dash import Input, Output, callback, dcc, html

from dashboard import components as kit
from dashboard import formats
from dashboard.context import current_home, may
from dashboard.identity import Role
from dashboard.pages.datasets import side_table_card
from dashboard.pages.datasets.finding_list import finding_list
from dashboard.pages.datasets.head import head
from dashboard.services.datasets import library, quality
from dashboard.web.downloads import REJECTS
from data.datasets.dataset import Dataset
from data.i18n import _
from data.importing.rejects import REASONS

dash.register_page(
    __name__,
    path_template="/data/<dataset>/quality",
    order=1,  # matched before /data/<dataset>
    title=lambda dataset="", **_parts: f"{_('Quality')} · {dataset} · Vitrina",
)

DATASET, FINDINGS = "quality-dataset", "quality-findings"
SHOWN = 200
_LONGEST = 300  # characters of a rejected row that are shown


def layout(dataset: str = "", **_query: str) -> html.Div:
    """Return the page."""
    source = library.open_dataset(current_home(), dataset)
    return html.Div(
        [
            *head(source, "quality"),
            dcc.Store(id=DATASET, data=dataset),
            _counts(source.manifest.summary),
            kit.grid(
                kit.card(kit.loading_state(240, lines=6), title=_("Findings"), body_id=FINDINGS),
                _reasons(source.manifest.summary),
                _sources(source),
                *([side_table_card.layout(source)] if may(Role.TRAIN) else []),
                _rejects(source),
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
            comparison=formats.percent(summary["rows_rejected"] / read if read else None),
        ),
        kit.key_figure(
            _("Without category"),
            formats.percent(summary["missing_category_share"]),
            comparison=_("{share} of purchases").format(
                share=formats.percent(summary["purchases_missing_category_share"])
            ),
            explanation=_("The preparation step “Category must be present” leaves them out."),
            place="data-pages#preparation",
        ),
        kit.key_figure(
            _("Without brand"),
            formats.percent(summary["missing_brand_share"]),
            comparison=_("{share} of purchases").format(
                share=formats.percent(summary["purchases_missing_brand_share"])
            ),
            explanation=_("The preparation step “Brand must be present” leaves them out."),
            place="data-pages#preparation",
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
        empty=_("No row was rejected."),
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
    subtitle = _("The first {number} of {total}, with the text of the file.").format(
        number=formats.number(len(rows)), total=formats.number(total)
    )
    get = kit.download_link(_("Download as CSV"), f"{REJECTS}{dataset.name}.csv")
    return kit.card(
        table,
        title=_("Rejected rows"),
        subtitle=subtitle if rows else None,
        actions=[get] if total else [],
        flush=True,
    )


@callback(Output(FINDINGS, "children"), Input(DATASET, "data"))
def show_findings(dataset: str) -> html.Ul:
    """Show the findings, what they mean for training, and the preparation step for each."""
    return finding_list(quality.findings(current_home(), dataset), dataset)


side_table_card.register()
