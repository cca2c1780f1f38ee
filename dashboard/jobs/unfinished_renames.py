"""Finishes the renaming of datasets where a process ended between the folder and the table."""

from dashboard.jobs.runs_table import Runs
from data.datasets import renaming


def finish_renames(runs: Runs) -> list[str]:
    """Store the new names in the runs of datasets whose folders have been renamed.

    A name that has become another dataset's since, or that is about to, stays as it is.

    Returns
    -------
    list of str
        The new names.
    """
    datasets, finished = runs.home.datasets, []
    for new, old in renaming.unfinished(datasets).items():
        if any(not run.ended for run in runs.list(dataset=old)):
            continue
        if not (datasets / old).exists():
            runs.rename_dataset(old, new, lambda: None)
            finished.append(new)
        renaming.conclude(datasets / new)
    return finished
