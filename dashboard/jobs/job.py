"""A claimed run with the folders that its work needs."""

from dataclasses import dataclass
from pathlib import Path

from dashboard.jobs.run import Run
from data.home import Home


@dataclass(frozen=True)
class Job:
    """What a child works on.

    Attributes
    ----------
    home : Home
        Where datasets and runs are.
    run : Run
        The claimed run.
    folder : Path
        The folder of the run's files.
    """

    home: Home
    run: Run
    folder: Path
