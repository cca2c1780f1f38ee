"""Files on the server that may be imported: those inside folders that were allowed."""

from collections.abc import Sequence
from pathlib import Path

from data.errors import BadInput
from data.i18n import _


def allowed(path: str | Path, folders: Sequence[Path]) -> Path:
    """Return the real path of a file, if it lies in an allowed folder.

    Links are followed before it is compared, so neither ``..`` nor a symbolic link leads out.

    Parameters
    ----------
    path : str or Path
        Absolute, or relative to one of the folders.
    folders : sequence of Path
        What may be read.

    Raises
    ------
    BadInput
        Where the path leads out of the folders, or there is no such file. What lies outside is
        not told: a file there gets the same sentence as one that does not exist.
    """
    real_folders = [folder.resolve() for folder in folders]
    if "\0" not in str(path):
        for folder in real_folders:
            real = (folder / path).resolve()
            inside = any(real.is_relative_to(one) for one in real_folders)
            if inside and real.is_file():
                return real
    raise BadInput(
        _("There is no file {path} in the folders that may be imported from ({folders}).").format(
            path=str(path).replace("\0", ""),
            folders=", ".join(map(str, folders)) or _("none"),
        )
    )
