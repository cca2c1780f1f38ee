"""A tracking server of MLflow: its client, its failures in words, its address without secrets.

Addresses may hold secrets: none is written anywhere.
"""

import importlib.util
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from data.errors import BadInput, VitrinaError
from data.i18n import _

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

ADDRESS = "MLFLOW_TRACKING_URI"
"""The environment variable with the address of a tracking server."""
_PRIVACY = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # Vitrina asks no host but the one that it is told
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # it may hold a password
}
_RETRIES = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
}
"""Of requests, unless the environment says otherwise; by default MLflow tries for minutes."""
_FIRST_REQUEST = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
"""Of the first request, which tells whether there is a server."""
_FORBIDDEN = {"PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED", "UNAUTHENTICATED"}


def tracking_client(address: str) -> "MlflowClient":
    """Return a client of a tracking server; MLflow stops reporting on its use in this process.

    Parameters
    ----------
    address : str
        As MLflow takes it; it may hold a password.

    Raises
    ------
    BadInput
        Where the address is empty or no address, or MLflow is not installed.
    """
    if not address:
        raise BadInput(
            _("There is no tracking server; name one with --tracking-uri or in {variable}.").format(
                variable=ADDRESS
            )
        )
    if "://" not in address and not address.startswith("databricks"):
        # MLflow would take it for a folder
        raise BadInput(_("--tracking-uri takes an address, such as http://127.0.0.1:5000."))
    if importlib.util.find_spec("mlflow") is None:
        raise BadInput(
            _("MLflow needs its package; install it with: pip install 'vitrina[mlflow]'.")
        )
    os.environ.update(_PRIVACY)
    for name, value in _RETRIES.items():
        os.environ.setdefault(name, value)
    from mlflow.tracking import MlflowClient

    for name in ("mlflow", "urllib3"):  # their lines hold addresses
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return MlflowClient(tracking_uri=address)


def without_secrets(address: str) -> str:
    """Return an address without what may be secret in it: user, password, query.

    Examples
    --------
    >>> without_secrets("https://ana:hush@mlflow.example:5000/shop?token=hush")
    'https://mlflow.example:5000/shop'
    """
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return _("named by {variable}").format(variable=ADDRESS)
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def holds_secret(address: str) -> bool:
    """Return whether an address has a password or a query, which may hold a token.

    Examples
    --------
    >>> holds_secret("http://ana:hush@mlflow.example"), holds_secret("sqlite:///runs.db")
    (True, False)
    """
    return "@" in address or "?" in address


def first_request() -> AbstractContextManager[None]:
    """Return a context whose requests find out in seconds whether there is a server."""
    return _environment(_FIRST_REQUEST)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, which MLflow reads at every request, for the block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def failures_in_words(address: str) -> Iterator[None]:
    """Raise VitrinaError with a sentence where MLflow fails, whose own may hold the address."""
    try:
        yield
    except VitrinaError:
        raise
    except Exception as error:
        raise VitrinaError(_sentence(error, without_secrets(address))) from None


def _sentence(error: Exception, address: str) -> str:
    """Return one sentence on a failure of a tracking server: what is wrong and what to do."""
    from mlflow.exceptions import MlflowException
    from requests import ConnectionError as NoConnection
    from requests import Timeout

    causes = (error, error.__cause__, error.__context__)
    if any(isinstance(cause, NoConnection | Timeout) for cause in causes):
        words = _("The tracking server {address} does not answer; check the address, or start it.")
        return words.format(address=address)
    if isinstance(error, ImportError):
        words = _("The tracking server {address} needs the package {name} here; install it.")
        return words.format(address=address, name=error.name)
    code = error.error_code if isinstance(error, MlflowException) else type(error).__name__
    if code in _FORBIDDEN:
        return _(
            "The tracking server {address} lets nobody in without other credentials; set"
            " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN."
        ).format(address=address)
    words = _(
        "The tracking server {address} did not take the run ({code}); check that the address is one"
        " of MLflow, and read the server's log."
    )
    return words.format(address=address, code=code)
