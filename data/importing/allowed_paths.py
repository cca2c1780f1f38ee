"""Check that a path on the server lies inside the folders that imports may read."""

from collections.abc import Sequence
from pathlib import Path

from data.errors import BadInput
from data.i18n import _


def allowed(path: str | Path, folders: Sequence[Path]) -> Path:
    """Return the real path of a file that lies in an allowed folder.

    Symbolic links and ``..`` are resolved before the comparison.

    Parameters
    ----------
    path : str or Path
        Absolute, or relative to one of the folders.
    folders : sequence of Path
        The allowed folders.

    Raises
    ------
    BadInput
        If the path lies outside the folders or there is no such file. The message is the same in
        both cases, so that it does not reveal which files exist.
    """
    real_folders = [folder.resolve() for folder in folders]
    if "\0" not in str(path):
        for folder in real_folders:
            real = (folder / path).resolve()
            is_inside = any(real.is_relative_to(parent) for parent in real_folders)
            if is_inside and real.is_file():
                return real
    raise BadInput(
        _("There is no file {path} in the folders that may be imported from ({folders}).").format(
            path=str(path).replace("\0", ""),
            folders=", ".join(map(str, folders)) or _("none"),
        )
    )
