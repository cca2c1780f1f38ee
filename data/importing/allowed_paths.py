"""Check that a path on the server lies inside the folders that imports may read."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from data.errors import BadInput
from data.i18n import _

_SYSTEM = ("proc", "sys", "dev")


def allowed(path: str | Path, folders: Sequence[Path]) -> Path:
    """Return the real path of a regular file that lies in an allowed folder.

    Symbolic links and ``..`` are resolved before the comparison. Hidden files, those in hidden
    folders, and what the system shows of itself under ``/proc``, ``/sys`` and ``/dev`` hold keys
    and passwords rather than logs: they are never allowed.

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
            with suppress(OSError, RuntimeError):  # a name that is too long, a link to itself
                real = (folder / path).resolve()
                is_open = any(_is_open(real, parent) for parent in real_folders)
                if is_open and real.is_file():
                    return real
    raise BadInput(
        _("There is no file {path} in the folders that may be imported from ({folders}).").format(
            path=str(path).replace("\0", ""),
            folders=", ".join(map(str, folders)) or _("none"),
        )
    )


def _is_open(file: Path, folder: Path) -> bool:
    """Return whether a real path lies in a folder and is not hidden there."""
    if not file.is_relative_to(folder) or file.parts[1:2] in [(name,) for name in _SYSTEM]:
        return False
    return not any(part.startswith(".") for part in file.relative_to(folder).parts)
