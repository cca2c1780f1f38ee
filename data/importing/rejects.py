"""The Parquet file of rejected rows: their file, line, column, reason and text."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from data.i18n import N_

SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("reason", pa.string()),
        ("raw", pa.string()),
    ]
)
REASONS = {
    "user_missing": N_("The buyer is missing"),
    "product_missing": N_("The product is missing"),
    "user_too_long": N_("The id of the buyer is longer than 1,000 bytes"),
    "product_too_long": N_("The id of the product is longer than 1,000 bytes"),
    "time_missing": N_("The time is missing"),
    "time_unreadable": N_("The time cannot be read"),
    "time_out_of_range": N_("The time is before 1900 or after 2199"),
    "quantity_zero": N_("The quantity is zero"),
    "header_again": N_("The header is repeated"),
    "wrong_number_of_columns": N_("The row has too few or too many columns"),
    "open_quote": N_("A quotation mark is not closed"),
    "bad_quote": N_("The quotation marks are misplaced"),
    "nul_byte": N_("The row contains a NUL byte"),
    "file_ends_early": N_("The file is truncated in this row"),
    "line_too_long": N_("The line is longer than 8 MB"),
    "price_unreadable": N_("The price is not a number"),  # of datasets imported before 0.2
}
LONGEST_TEXT = 10_000
"""Characters of the text of a row that are kept; a longer one ends in an ellipsis."""

_BATCH_ROWS = 10_000


class Rejects:
    """Writer of the rejects of an import, a context manager.

    Parameters
    ----------
    file : Path
        The Parquet file to write.

    Attributes
    ----------
    by_reason : Counter
        Number of rejects per reason, a key of ``REASONS``.
    """

    def __init__(self, file: Path) -> None:
        self.by_reason: Counter[str] = Counter()
        self._writer = pq.ParquetWriter(file, SCHEMA, compression="zstd")
        self._rows: list[tuple[str, int, str | None, str, str]] = []

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the last batch and close the file."""
        self._flush()
        self._writer.close()

    def add(self, file: str, line: int, column: str | None, reason: str, raw: str) -> None:
        """Add a rejected row; ``column`` is the file's column at fault, if it is one."""
        self.by_reason[reason] += 1
        text = raw if len(raw) <= LONGEST_TEXT else raw[: LONGEST_TEXT - 1] + "…"
        self._rows.append((file, line, column, reason, text))
        if len(self._rows) >= _BATCH_ROWS:
            self._flush()

    def copy(self, file: Path) -> None:
        """Add the rejects of an earlier import."""
        with pq.ParquetFile(file) as earlier:
            for batch in earlier.iter_batches():
                self.by_reason.update(batch.column("reason").to_pylist())
                self._writer.write_batch(batch)

    def _flush(self) -> None:
        if self._rows:
            columns: Iterable[tuple[object, ...]] = zip(*self._rows, strict=True)
            arrays = [
                pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)
            ]
            self._writer.write_table(pa.table(arrays, schema=SCHEMA))
            self._rows.clear()
