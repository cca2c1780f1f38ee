"""The progress of an import, summed over its files."""

import time

from data.importing.streams import check_unpacked
from data.progress import ImportProgress, OnProgress, ShouldStop, raise_if_stopped


class ProgressTracker:
    """Sums the progress of an import over its files and reports it.

    Parameters
    ----------
    bytes_total : int
        Size of all files.
    on_progress : callable
        Receives the progress.
    should_stop : callable
        Called before each report; true raises Cancelled.
    """

    def __init__(self, bytes_total: int, on_progress: OnProgress, should_stop: ShouldStop) -> None:
        self.should_stop = should_stop
        self._bytes_total = bytes_total
        self._on_progress = on_progress
        self._bytes = 0
        self._rows = 0
        self._written = 0
        self._started = time.monotonic()

    def report(self, bytes_done: int, rows: int, stage: str = "reading") -> None:
        """Report the progress within the current file; raise Cancelled when asked to stop."""
        raise_if_stopped(self.should_stop)
        self._on_progress(
            ImportProgress(
                stage,
                min(self._bytes_total, self._bytes + bytes_done),
                self._bytes_total,
                self._rows + rows,
                time.monotonic() - self._started,
            )
        )

    def finish_file(self, size: int, rows: int, written: int) -> None:
        """Add a complete file and the bytes of its events.

        Raises
        ------
        BadInput
            Where the events of all files take more space than logs of their size can.
        """
        self._bytes += size
        self._written += written
        check_unpacked(self._written, self._bytes_total)
        self._rows += rows
        self.report(0, 0)
