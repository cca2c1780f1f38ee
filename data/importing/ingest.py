"""Import of purchase logs: files of any supported format become one dataset, or nothing changes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

from data import checksums
from data.datasets.dataset import Dataset
from data.datasets.manifest import SCHEMA, Manifest, Part, Source
from data.datasets.side_tables import BUYERS, IDS, PRODUCTS
from data.datasets.store import Store
from data.errors import BadInput
from data.events import PURCHASE
from data.file_cache import stamp
from data.i18n import N_, _, number
from data.importing.column_names import bare_name
from data.importing.column_sql import ColumnSql
from data.importing.columns import column_sql, has_column, resolve
from data.importing.companions import choose_logs, companions, left_out
from data.importing.dialect import Dialect, sniff, with_constants
from data.importing.file_import import FileResult, SourceFile, import_file
from data.importing.paths import check_exists, size_of
from data.importing.progress_tracker import ProgressTracker
from data.importing.rejects import REASONS, Rejects
from data.importing.request import ImportRequest
from data.importing.side_table_file import SideTableFile
from data.importing.side_tables import (
    add_side_tables,
    keep_side_tables,
    with_summary,
)
from data.importing.staging import StagedFile, staged
from data.importing.type_words import meaning_of
from data.importing.understanding import all_rows_doubts, understanding
from data.importing.version import link_files, new_version, repeated_rows
from data.importing.words import words_of
from data.importing.workbooks import hidden_sheets
from data.progress import OnProgress, ShouldStop, ignore_progress, never

_REMEDIES = {
    "user": N_("Name the column of the buyers with --map user=COLUMN."),
    "product": N_("Name the column of the products with --map product=COLUMN."),
    "time": N_("Give the format of times with --time-format, or leave them out with --map time=."),
    "quantity": N_("Leave the quantity out with --map quantity=."),
    "nul": N_("Name the encoding of the text with --encoding, such as utf-16."),
    "": N_("Name the line of the header with --header-line."),
}
"""How the reason of a reject begins → what to do where all rows have it."""


def ingest(
    store: Store,
    request: ImportRequest,
    *,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never,
) -> Dataset:
    """Import files as one dataset, completely or not at all.

    What earlier imports left behind when their process was killed is deleted first.

    Parameters
    ----------
    store : Store
        Receives the dataset.
    request : ImportRequest
        The files, the dataset's name, and how the files are read.
    on_progress : callable
        Receives the progress about ten times a second.
    should_stop : callable
        Called as often; the import stops when it returns true.

    Raises
    ------
    BadInput
        For a name that is taken or malformed, a missing, empty or unreadable file, one without
        the required columns, one without a single event, or one that is in the dataset already.
    Cancelled
        When ``should_stop`` returned true.
    VitrinaError
        When the disk is full.
    """
    added_to = _check(store, request)
    with new_version(store, request.name) as folder:
        size = sum(map(size_of, request.files))
        tracker = ProgressTracker(size, on_progress, should_stop)
        with _unchanged(request):
            manifest = _write_tables(folder, request, added_to, tracker)
        return store.commit(
            request.name, manifest, replace=request.mode != "new", added_to=added_to
        )


@contextmanager
def _unchanged(request: ImportRequest) -> Iterator[None]:
    """Raise BadInput for a file that the block reads and that changes meanwhile.

    The hash of it that is kept would be that of other rows.
    """
    named = [file for file in (*request.files, request.products, request.buyers) if file]
    files = [file for path in named for file in (path.rglob("*") if path.is_dir() else [path])]
    before = {file: stamp(file) for file in files if not file.is_dir()}
    yield
    for file, first in before.items():
        if stamp(file) != first:
            words = _("{file} was changed while it was read; import it again once it is complete.")
            raise BadInput(words.format(file=file.name))


def _check(store: Store, request: ImportRequest) -> Dataset | None:
    """Check a request before anything is written; return the dataset to append to, or None."""
    if not request.files:
        raise BadInput(_("Name at least one file to import."))
    store.check_name(request.name)
    if request.mode == "new":
        store.check_free(request.name)
    for file in (*request.files, request.products, request.buyers):
        if file is not None:
            check_exists(file)
    return store.open(request.name) if request.mode == "append" else None


def _write_tables(
    folder: Path, request: ImportRequest, added_to: Dataset | None, tracker: ProgressTracker
) -> Manifest:
    """Write all tables of a version into its folder and return its manifest."""
    parts: list[Part] = []
    sources: list[Source] = []
    columns: ColumnSql | None = None
    understood: dict[str, Any] = {}
    skipped = _left_out(request)
    first_of: dict[str, SourceFile] = {}
    unreadable = _unreadable(added_to)
    with Rejects(folder / "rejects.parquet") as rejects:
        if added_to:
            parts += added_to.manifest.parts
            link_files(added_to, folder, [part.file for part in parts])
            sources += added_to.manifest.sources
            rejects.copy(added_to.rejects)
        for member in staged(
            request.files,
            folder,
            tracker.should_stop,
            sheet=request.sheet or "",
            choose=choose_logs,
        ):
            try:
                part = folder / f"part-{len(parts)}.parquet"
                file = _source_file(member, part, request, known=added_to)
            except BadInput as error:
                if not member.optional:
                    raise
                skipped[member.name] = str(error)
                continue
            if "/" in member.name:
                _check_same_columns(file, first_of.setdefault(member.name.split("/")[0], file))
            result = import_file(file, rejects, tracker)
            _check_new(result.source, sources)
            parts.append(result.part)
            sources.append(result.source)
            unreadable += result.unreadable
            columns = columns or result.columns
            of_file = understanding(file.dialect, result.columns, file.unsure, request.given())
            understood = understood or of_file
            doubts = _end(member, result) | of_file["unsure"] | understood["unsure"]
            understood = {**understood, "unsure": doubts}
            _check_times(file, columns, added_to)
        by_reason = dict(rejects.by_reason.most_common())
    if skipped and columns is None:
        raise BadInput(next(iter(skipped.values())))
    kept = sum(part.rows for part in parts)
    if not kept or columns is None:
        raise BadInput(_no_events(request.files, by_reason))
    manifest = Manifest(
        schema=SCHEMA,
        version=folder.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        sources=tuple(sources),
        mapping=columns.mapping,
        parts=tuple(parts),
        time_from_order=columns.time.is_order,
        synthetic=request.synthetic,
        summary={
            "rows_read": kept + sum(by_reason.values()),
            "rows_kept": kept,
            "rows_rejected": sum(by_reason.values()),
            "rejected_by_reason": by_reason,
            "unreadable_prices": unreadable["price"],
            "unreadable_quantities": unreadable["quantity"],
            "understood": {**understood, "skipped": skipped},
        },
    )
    if added_to:
        manifest.summary["repeated_rows"] = repeated_rows(folder, manifest, added_to)
        manifest = keep_side_tables(folder, manifest, added_to)
    manifest = add_side_tables(
        folder, manifest, _side_table_files(request, manifest), tracker.should_stop
    )
    tracker.report(0, 0, "summarising")
    with checksums.hash_in_background(_new_parts(folder, manifest, added_to)):
        return _with_doubts(with_summary(folder, manifest, tracker.should_stop))


def _left_out(request: ImportRequest) -> dict[str, str]:
    """Return the files and sheets that are not read unless they are named: name → why."""
    skipped = {name: _("It lies beside a log.") for name in left_out(request.files)}
    if not request.sheet:
        hidden = ((file, sheet) for file in request.files for sheet in hidden_sheets(file))
        skipped |= {f"{file.name}/{sheet}": _("The sheet is hidden.") for file, sheet in hidden}
    return skipped


def _new_parts(folder: Path, manifest: Manifest, added_to: Dataset | None) -> list[Path]:
    """Return the files of events that are not those of the dataset that is added to."""
    known = {part.file for part in added_to.manifest.parts} if added_to else set()
    return [folder / part.file for part in manifest.parts if part.file not in known]


def _end(member: StagedFile, result: FileResult) -> dict[str, str]:
    """Return the doubt about a compressed file of which the end is missing."""
    if not (member.ends_early or result.ends_early):
        return {}
    words = _(
        "{file} ends too early, or is damaged: {rows} rows were read, and what follows is missing"
    )
    return {"rows": words.format(file=member.name, rows=number(result.source.rows_read))}


def _with_doubts(manifest: Manifest) -> Manifest:
    """Say of how the files were understood what all events show to be doubtful."""
    summary, understood = manifest.summary, manifest.summary["understood"]
    doubts = all_rows_doubts(
        events=summary["events"],
        unreadable_prices=summary["unreadable_prices"],
        purchases=summary["purchases"],
        has_types="type" in manifest.mapping,
        rejected=summary["rejected_by_reason"],
    )
    understood = {**understood, "unsure": doubts | understood["unsure"]}
    return replace(manifest, summary={**summary, "understood": understood})


def _side_table_files(request: ImportRequest, manifest: Manifest) -> list[SideTableFile]:
    """Return the files of products and buyers that a person names, or that lie beside the log."""
    named = {PRODUCTS: request.products, BUYERS: request.buyers}
    beside = companions(request.files)
    return [
        SideTableFile(
            path,
            table,
            manifest.mapping[IDS[table]],
            optional=named[table] is None,
        )
        for table in named
        if (path := named[table] or beside.get(table))
    ]


def _unreadable(added_to: Dataset | None) -> Counter[str]:
    """Return the numbers of unreadable prices and quantities of the dataset that is added to."""
    summary = added_to.manifest.summary if added_to else {}
    return Counter(
        price=summary.get("unreadable_prices", 0), quantity=summary.get("unreadable_quantities", 0)
    )


def _source_file(
    member: StagedFile, part: Path, request: ImportRequest, known: Dataset | None
) -> SourceFile:
    """Detect the format and the columns of a file, which mean what they mean in a known dataset."""
    try:
        dialect = sniff(member.path, request.encoding or "", request.header_line)
        dialect = with_constants(dialect, member.partitions)
    except BadInput as error:
        raise BadInput(str(error).replace(member.path.name, member.name)) from error
    mapping = _known_columns(dialect, known) | dict(request.mapping or {})
    roles = resolve(dialect, mapping, member.name)
    columns = column_sql(dialect, roles, request)
    return SourceFile(
        member.path,
        member.name,
        dialect,
        columns,
        part,
        unsure={**member.unsure, **_doubt_of_name(member, roles.mapping), **roles.unsure},
    )


def _doubt_of_name(member: StagedFile, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return that a file's name may say another type than the purchase that all its rows are."""
    words = words_of(PurePath(member.name).stem)
    meanings = {meaning: word for word in words if (meaning := meaning_of(word))}
    if "type" in mapping or not meanings or PURCHASE in meanings:
        return {}
    doubt = _(
        "every row is taken for a purchase, but {file} is called {word}: put it in a folder such "
        "as event_type={word}, whose name is read"
    )
    return {"type": doubt.format(file=member.name, word=next(iter(meanings.values())))}


def _known_columns(dialect: Dialect, known: Dataset | None) -> dict[str, str]:
    """Return the mapping of a dataset, as far as a file has columns of the same names."""
    if known is None or not dialect.names_columns:
        return {}
    mapping = known.manifest.mapping
    return {name: column for name, column in mapping.items() if has_column(dialect, column)}


def _check_new(source: Source, sources: Sequence[Source]) -> None:
    """Raise BadInput for a file that the dataset holds already."""
    for earlier in sources:
        if earlier.sha256 == source.sha256:
            raise BadInput(
                _("{file} is the same file as {earlier}, which the dataset holds already.").format(
                    file=source.name, earlier=earlier.name
                )
            )


def _check_same_columns(file: SourceFile, first: SourceFile) -> None:
    """Raise BadInput for logs of one archive, folder or workbook that have other columns."""
    own, others = (set(map(bare_name, one.dialect.columns)) for one in (file, first))
    is_named = file.dialect.names_columns
    if (own <= others or own >= others) if is_named else own == others:
        return
    raise BadInput(
        _(
            "{first} and {second} are logs with different columns; import one of them, by its path "
            "or, of a workbook, with --sheet."
        ).format(first=first.name, second=file.name)
    )


def _check_times(file: SourceFile, first: ColumnSql, added_to: Dataset | None) -> None:
    """Raise BadInput where files with a time column and files without are mixed."""
    from_order = added_to.manifest.time_from_order if added_to else first.time.is_order
    if file.columns.time.is_order != from_order:
        raise BadInput(
            _("{file} cannot be added: either every file has a time or none has.").format(
                file=file.name
            )
        )


def _no_events(files: Sequence[Path], by_reason: Mapping[str, int]) -> str:
    """Return the message for an import without a single event."""
    names = ", ".join(file.name for file in files)
    if not by_reason:
        return _("{files} holds a header but no rows.").format(files=names)
    reason = max(by_reason, key=lambda key: by_reason[key])
    remedy = next((r for start, r in _REMEDIES.items() if reason.startswith(start)), _REMEDIES[""])
    return _(
        "No row of {files} could be read; the most frequent reason: {reason}. {remedy}"
    ).format(files=names, reason=_(REASONS[reason]).lower(), remedy=_(remedy))
