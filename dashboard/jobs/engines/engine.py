"""What the worker asks of an engine."""

from enum import Enum
from typing import Protocol

from dashboard.jobs.run import Run

# Stand for an exit status: of a process that has ended without anybody reading its status, and of
# one that the system has killed for lack of memory.
UNKNOWN_STATUS = -1000
OUT_OF_MEMORY_STATUS = -1001


class Progress(Enum):
    """How far the process of a run is that has not ended, as far as its engine knows."""

    WAITING = "waiting"
    """The engine has no room for it yet."""
    RUNNING = "running"
    UNKNOWN = "unknown"
    """The engine cannot be asked now; this alone never ends a run, missing heartbeats do."""


class Engine(Protocol):
    """Starts the process of each run, and observes and ends it.

    The process is that of ``dashboard.jobs.child``: it claims its attempt in the table of runs and
    reports there. The table decides what is true of a run; an engine only knows processes. Calls
    return at once, also where the engine is out of reach.
    """

    def start(self, run: Run) -> str | None:
        """Start the process of a claimed run.

        Returns
        -------
        str or None
            What it asks for that no machine has as it is now, such as ``3 GPU``: it waits for one.

        Raises
        ------
        OSError
            When it cannot be started.
        """

    def adopt(self, run: Run) -> bool:
        """Take over the process that an earlier worker started; False where there is none."""

    def poll(self, run: str) -> int | Progress:
        """Return the exit status of a run's process, or how far it is."""

    def stop(self, run: str, kill: bool = False) -> None:
        """Send SIGTERM to a run's process, or SIGKILL to it and all that it started."""

    def forget(self, run: str) -> None:
        """Remove a process that has ended."""

    def names(self) -> list[str]:
        """Return the runs whose process runs, or has ended and is not removed yet."""

    def slots(self) -> int | None:
        """Return how many trainings fit at once; None for what this machine's size allows."""

    def load(self) -> dict[str, float]:
        """Return load and size of what runs execute on, as ``dashboard.jobs.node`` does.

        Where there are several machines, ``nodes`` says how many.
        """
