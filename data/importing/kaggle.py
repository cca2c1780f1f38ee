"""Download of Kaggle data sets, named ``kaggle:OWNER/SET`` or ``kaggle:OWNER/SET/FILE``.

The optional package ``kagglehub`` downloads and caches them.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from data.errors import BadInput, VitrinaError
from data.i18n import _

PREFIX = "kaggle:"
_NAME = re.compile(r"kaggle:/*(?P<set>[\w-]+/[\w-]+)(/(?P<file>[^/\0][^\0]*))?")
_TABLES = (".csv", ".csv.gz", ".zip", ".parquet", ".inter", ".tsv", ".txt")
_UNAUTHORISED = (401, 403)


def is_remote(name: str | Path) -> bool:
    """Return whether a name means a Kaggle data set.

    Examples
    --------
    >>> is_remote("kaggle:mkechinov/ecommerce-behavior-data/2019-Nov.csv"), is_remote("2019.csv")
    (True, False)
    """
    return str(name).startswith(PREFIX)


def parse(name: str | Path) -> tuple[str, str | None]:
    """Return the data set and the file that a name means; a malformed name raises BadInput.

    Examples
    --------
    >>> parse("kaggle:owner/shop/2019/nov.csv"), parse("kaggle:owner/shop")
    (('owner/shop', '2019/nov.csv'), ('owner/shop', None))
    """
    match = _NAME.fullmatch(str(name).strip())
    if not match or ".." in Path(match["file"] or "").parts:
        raise BadInput(
            _("{name} names no data set of Kaggle; write kaggle:OWNER/SET or add a file.").format(
                name=name
            )
        )
    return match["set"], match["file"]


def local(files: Sequence[Path]) -> list[Path]:
    """Return local paths: Kaggle data sets are downloaded, other files returned as they are.

    Raises
    ------
    BadInput
        If ``kagglehub`` is not installed, or Kaggle has no such data set or requires a token.
    VitrinaError
        If Kaggle cannot be reached.
    """
    return [path for file in files for path in (_download(file) if is_remote(file) else [file])]


def _download(name: Path) -> list[Path]:
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
        path = Path(kagglehub.dataset_download(handle, path=file))
    except OSError as error:  # the base class of all errors of requests
        raise _as_vitrina_error(handle, error) from error
    except ValueError as error:
        raise BadInput(_("Kaggle has no data set {name}.").format(name=handle)) from error
    if path.is_file():
        return [path]
    files = sorted(inner for inner in path.rglob("*") if inner.name.lower().endswith(_TABLES))
    if not files:
        raise BadInput(_("The data set {name} of Kaggle holds no tables.").format(name=handle))
    return files


def _as_vitrina_error(handle: str, error: OSError) -> VitrinaError:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in _UNAUTHORISED:
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
