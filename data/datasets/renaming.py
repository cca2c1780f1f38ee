"""A dataset whose folder has its new name already, while others still know it by the old one.

The folder and the table of runs cannot be changed in one step. A file in the folder says its name
before, from before it is renamed until the table has followed: whoever finds one finishes that.
"""

from pathlib import Path

FILE = ".renamed-from"


def mark(folder: Path) -> None:
    """Note the name of a dataset's folder in it, before it is renamed."""
    (folder / FILE).write_text(folder.name, "utf-8")


def conclude(folder: Path) -> None:
    """Note that all know a dataset by the name that its folder has now."""
    (folder / FILE).unlink(missing_ok=True)


def unfinished(datasets: Path) -> dict[str, str]:
    """Return the datasets that were renamed and may still be known by their old names.

    Parameters
    ----------
    datasets : Path
        Their folders lie in it.

    Returns
    -------
    dict
        Name → name before.
    """
    files = [file for file in sorted(datasets.glob(f"*/{FILE}")) if file.is_file()]
    before = {file.parent.name: file.read_text("utf-8", "replace") for file in files}
    return {name: old for name, old in before.items() if name != old}
