"""Data sets of Kaggle, named like files: ``kaggle:OWNER/SET`` or ``kaggle:OWNER/SET/FILE``.

The package ``kagglehub`` fetches them and keeps them in its own cache, so that a set comes over
the network once. It is an extra, since nothing else needs it.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from data.errors import BadInput, VitrinaError
from data.i18n import _

PREFIX = "kaggle:"
_NAME = re.compile(r"kaggle:/*(?P<set>[\w-]+/[\w-]+)(/(?P<file>[^/\0][^\0]*))?")
_TABLES = (".csv", ".csv.gz", ".zip", ".parquet", ".inter", ".tsv", ".txt")
_REFUSED = (401, 403)


def is_remote(name: str | Path) -> bool:
    """Tell whether a name is one of Kaggle's.

    Examples
    --------
    >>> is_remote("kaggle:mkechinov/ecommerce-behavior-data/2019-Nov.csv"), is_remote("2019.csv")
    (True, False)
    """
    return str(name).startswith(PREFIX)


def parse(name: str | Path) -> tuple[str, str | None]:
    """Return the set and the file that a name means; a malformed one raises BadInput.

    Examples
    --------
    >>> parse("kaggle:owner/shop/2019/nov.csv"), parse("kaggle:owner/shop")
    (('owner/shop', '2019/nov.csv'), ('owner/shop', None))
    """
    found = _NAME.fullmatch(str(name).strip())
    if not found or ".." in Path(found["file"] or "").parts:
        raise BadInput(
            _("{name} names no data set of Kaggle; write kaggle:OWNER/SET or add a file.").format(
                name=name
            )
        )
    return found["set"], found["file"]


def local(files: Sequence[Path]) -> list[Path]:
    """Return files that are on this machine, after those of Kaggle have been fetched.

    Raises
    ------
    BadInput
        Where ``kagglehub`` is missing, or Kaggle has no such set or does not give it away.
    VitrinaError
        Where Kaggle cannot be reached.
    """
    return [place for file in files for place in (_fetched(file) if is_remote(file) else [file])]


def _fetched(name: Path) -> list[Path]:
    handle, file = parse(name)
    try:
        import kagglehub
    except ImportError as error:
        raise BadInput(
            _(
                "Files of Kaggle need the package kagglehub: pip install 'vitrina[kaggle]', or "
                "download the file in a browser and import it by its path."
            )
        ) from error
    try:
        place = Path(kagglehub.dataset_download(handle, path=file))
    except OSError as error:  # requests makes all of its own errors such ones
        raise _refusal(handle, error) from error
    except ValueError as error:
        raise BadInput(_("Kaggle has no data set {name}.").format(name=handle)) from error
    if place.is_file():
        return [place]
    found = sorted(one for one in place.rglob("*") if one.name.lower().endswith(_TABLES))
    if not found:
        raise BadInput(_("The data set {name} of Kaggle holds no tables.").format(name=handle))
    return found


def _refusal(handle: str, error: OSError) -> VitrinaError:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in _REFUSED:
        return BadInput(
            _(
                "Kaggle does not give {name} without a token: make one at kaggle.com/settings, "
                "and save it as ~/.kaggle/kaggle.json or in KAGGLE_USERNAME and KAGGLE_KEY."
            ).format(name=handle)
        )
    if status is not None:
        return BadInput(_("Kaggle has no data set {name}.").format(name=handle))
    return VitrinaError(
        _(
            "Kaggle cannot be reached; download {name} in a browser elsewhere and import the file "
            "by its path."
        ).format(name=handle)
    )
