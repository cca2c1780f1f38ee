"""Files in: from any readable purchase log to a dataset, whole or not at all.

A file takes one of two lanes. The fast lane lets DuckDB read it at full speed while a second
thread counts its lines and computes its hash. If every line has become an event, that is all. At
the first irregularity the file takes the careful lane instead, in which every row that is no
event is kept with its line, the reason and its text.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from data.datasets.database import connect, events_view, is_full
from data.datasets.derived_tables import derive
from data.datasets.manifest import SCHEMA, Manifest, Part, Source
from data.datasets.store import Dataset, Store
from data.errors import BadInput, VitrinaError
from data.i18n import _
from data.importing.column_sql import REASONS, Reading
from data.importing.columns import resolve
from data.importing.dialect import sniff
from data.importing.file_import import MEMORY, Job, Work, read_file
from data.importing.rejects import Rejects
from data.importing.request import ImportRequest
from data.importing.zip_members import unpacked
from data.progress import Report, Stop, ignore, never


def ingest(
    store: Store,
    request: ImportRequest,
    *,
    progress: Report = ignore,
    cancelled: Stop = never,
) -> Dataset:
    """Import files as one dataset, completely or not at all.

    Parameters
    ----------
    store : Store
        Receives the dataset.
    request : ImportRequest
        The files, the dataset's name, and how the files are read.
    progress : callable
        Called about ten times a second with the progress so far.
    cancelled : callable
        Called as often; the import stops when it returns true.

    Raises
    ------
    BadInput
        For a name that is taken or malformed, a missing, empty or unreadable file, one without
        the needed columns, one without a single event, or one that is in the dataset already.
    Cancelled
        When ``cancelled`` returned true.
    VitrinaError
        When the disk is full.
    """
    before = _before(store, request)
    folder = store.begin(request.name)
    try:
        work = Work(sum(file.stat().st_size for file in request.files), progress, cancelled)
        manifest = _fill(folder, request, before, work)
        manifest = replace(manifest, synthetic=request.synthetic)
        return store.commit(request.name, manifest, replace=request.mode != "new", added_to=before)
    except BaseException as error:
        store.abandon(folder)
        if is_full(error):
            raise VitrinaError(
                _("The disk is full; nothing of the import was kept, free some space first.")
            ) from error
        raise


def _before(store: Store, request: ImportRequest) -> Dataset | None:
    """Check a request before anything is written; return the dataset to append to, or None."""
    if not request.files:
        raise BadInput(_("Name at least one file to import."))
    store.check_name(request.name)
    if request.mode == "new":
        store.check_free(request.name)
    for file in request.files:
        if not file.is_file():
            raise BadInput(_("There is no file {file}.").format(file=file))
    return store.open(request.name) if request.mode == "append" else None


def _fill(folder: Path, request: ImportRequest, before: Dataset | None, work: Work) -> Manifest:
    """Write every table of a dataset into its folder and return its manifest."""
    parts: list[Part] = []
    sources: list[Source] = []
    reading: Reading | None = None
    with Rejects(folder / "rejects.parquet") as rejects:
        if before:
            parts += _adopt(before, folder)
            sources += before.manifest.sources
            rejects.copy(before.rejects)
        for path, label in unpacked(request.files, folder, work.cancelled):
            job = _job(path, label, folder / f"part-{len(parts)}.parquet", request)
            part, source = read_file(job, rejects, work)
            _check_new(source, sources)
            parts.append(part)
            sources.append(source)
            reading = reading or job.reading
            _check_alike(reading, job, before)
        by_reason = dict(rejects.by_reason.most_common())
    kept = sum(part.rows for part in parts)
    if not kept or reading is None:
        raise BadInput(_nothing(request.files, by_reason))
    work.tell(0, 0, "summarising")
    manifest = Manifest(
        schema=SCHEMA,
        version=folder.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        sources=tuple(sources),
        mapping=reading.mapping,
        parts=tuple(parts),
        time_from_order=reading.time == "order",
    )
    summary = {
        "rows_read": kept + sum(by_reason.values()),
        "rows_kept": kept,
        "rows_rejected": sum(by_reason.values()),
        "rejected_by_reason": by_reason,
        **_derive(folder, manifest, work),
    }
    return replace(manifest, summary=summary)


def _job(path: Path, label: str, part: Path, request: ImportRequest) -> Job:
    """Tell how a file is written and read."""
    try:
        dialect = sniff(path)
    except BadInput as error:
        raise BadInput(str(error).replace(path.name, label)) from error
    mapping = resolve(dialect, request.mapping, label)
    return Job(path, label, dialect, Reading.of(dialect, mapping, request.time_format), part)


def _adopt(before: Dataset, folder: Path) -> tuple[Part, ...]:
    """Give the parts of a dataset to its next version, without copying where that is possible."""
    for part in before.manifest.parts:
        try:
            os.link(before.path / part.file, folder / part.file)
        except OSError:
            shutil.copyfile(before.path / part.file, folder / part.file)
    return before.manifest.parts


def _check_new(source: Source, sources: Sequence[Source]) -> None:
    for earlier in sources:
        if earlier.sha256 == source.sha256:
            raise BadInput(
                _("{file} is the same file as {earlier}, which the dataset holds already.").format(
                    file=source.name, earlier=earlier.name
                )
            )


def _check_alike(reading: Reading, job: Job, before: Dataset | None) -> None:
    """Refuse to mix files with times and files without."""
    ordered = before.manifest.time_from_order if before else reading.time == "order"
    if (job.reading.time == "order") != ordered:
        raise BadInput(
            _("{file} cannot be added: either every file has a time or none has.").format(
                file=job.name
            )
        )


def _nothing(files: Sequence[Path], by_reason: Mapping[str, int]) -> str:
    """Return the sentence for an import without a single event."""
    names = ", ".join(file.name for file in files)
    if not by_reason:
        return _("{files} holds a header but no rows.").format(files=names)
    reason = max(by_reason, key=lambda key: by_reason[key])
    return _(
        "No row of {files} could be read; the most frequent reason: {reason}. Check the mapping "
        "of columns."
    ).format(files=names, reason=_(REASONS[reason]).lower())


def _derive(folder: Path, manifest: Manifest, work: Work) -> dict[str, object]:
    """Write the derived tables and return the summary figures."""
    with connect(memory_limit=MEMORY, temp_directory=str(folder / "spill")) as connection:
        view = events_view(folder, manifest.parts, manifest.time_from_order)
        connection.execute(f"CREATE VIEW events AS {view}")
        summary = derive(connection, folder, work.cancelled)
    shutil.rmtree(folder / "spill", ignore_errors=True)
    return summary
