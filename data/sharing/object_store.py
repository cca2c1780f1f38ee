"""An object store: S3 and what speaks its protocol, or a folder that stands for one.

pyarrow, which reads Parquet files anyway, has the client; it is imported when a store is opened.
"""

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from data.errors import BadInput, VitrinaError
from data.i18n import _

_BLOCK = 4 << 20
_CONNECT_SECONDS = 5.0
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
# What pyarrow's messages say of requests that will not do better a moment later.
_REFUSED = (
    *("ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "INVALID_SIGNATURE", "SIGNATURE_DOES_NOT_MATCH"),
    *("NO_SUCH_BUCKET", "INVALID_CLIENT_TOKEN_ID", "MISSING_AUTHENTICATION_TOKEN"),
    *("UNRECOGNIZED_CLIENT", "HTTP status 403"),
)


class StoreError(VitrinaError):
    """The store refuses a request."""


class StoreUnreachable(StoreError):
    """The store does not answer now; it may do so later."""


class MissingObject(StoreError):
    """There is no such object, or not any more."""


class DamagedObject(StoreError):
    """An object is not what was written."""


@dataclass(frozen=True)
class Content:
    """What was uploaded: SHA-256, size in bytes, and the modification time of the file (ns)."""

    sha256: str
    bytes: int
    modified: int


class ObjectStore:
    """Objects below a prefix, each written once.

    Parameters
    ----------
    url : str
        ``s3://bucket/prefix``, ``file:///folder``, or another one that pyarrow knows, such as
        ``gs://bucket/prefix``. Access keys come from the environment or the configuration of AWS,
        another server than that of AWS from ``AWS_ENDPOINT_URL``.

    Raises
    ------
    BadInput
        When the URL cannot be read, or holds an access key.
    """

    def __init__(self, url: str) -> None:
        self._files, self._prefix = _open(url)

    def upload(self, file: Path, key: str) -> Content:
        """Write a file as an object, and return what was written.

        Raises
        ------
        StoreUnreachable, StoreError
            When the store does not answer, or refuses.
        OSError
            When the file cannot be read.
        """
        checksum, size = hashlib.sha256(), 0
        with file.open("rb") as source:
            modified = os.fstat(source.fileno()).st_mtime_ns
            with _translated(), self._output(self._path(key)) as target:
                while block := source.read(_BLOCK):
                    checksum.update(block)
                    size += len(block)
                    target.write(block)
        return Content(checksum.hexdigest(), size, modified)

    def download(self, key: str, content: Content, file: Path) -> None:
        """Write an object into a file, which gets its modification time.

        Raises
        ------
        MissingObject, DamagedObject
            When there is no such object, or it has another content.
        StoreUnreachable, StoreError
            When the store does not answer, or refuses.
        """
        checksum = hashlib.sha256()
        with file.open("wb") as target:
            for block in self._blocks(key):
                checksum.update(block)
                target.write(block)
        if checksum.hexdigest() != content.sha256:
            raise DamagedObject(key)
        os.utime(file, ns=(content.modified, content.modified))

    def read(self, key: str) -> bytes | None:
        """Return the content of a small object; None where there is none."""
        try:
            return b"".join(self._blocks(key))
        except MissingObject:
            return None

    def write(self, key: str, content: bytes) -> None:
        """Write a small object."""
        with _translated(), self._output(self._path(key)) as target:
            target.write(content)

    def list(self, folder: str) -> dict[str, float]:
        """Return all objects below a folder: key → when it was written, in seconds since 1970."""
        from pyarrow.fs import FileSelector, FileType

        selector = FileSelector(self._path(folder), recursive=True, allow_not_found=True)
        with _translated():
            objects = self._files.get_file_info(selector)
        start = len(self._path("x")) - 1
        return {
            info.path[start:]: info.mtime_ns / 1e9 for info in objects if info.type is FileType.File
        }

    def delete(self, keys: Collection[str]) -> None:
        """Delete objects, whether or not they exist."""
        from pyarrow.fs import FileSelector, FileType

        folders: dict[str, set[str]] = {}
        for key in keys:
            folders.setdefault(str(PurePosixPath(key).parent), set()).add(key)
        start = len(self._path("x")) - 1
        for folder, names in folders.items():
            with _translated():
                selector = FileSelector(self._path(folder), recursive=True, allow_not_found=True)
                objects = self._files.get_file_info(selector)
                present = {info.path[start:] for info in objects if info.type is FileType.File}
                if present and present <= names:  # one request, and no empty folder remains
                    self._files.delete_dir(self._path(folder))
                    continue
                for key in present & names:
                    self._files.delete_file(self._path(key))

    def _path(self, key: str) -> str:
        return f"{self._prefix}/{key}"

    def _blocks(self, key: str) -> Iterator[bytes]:
        with _translated(), self._files.open_input_stream(self._path(key)) as source:
            while block := source.read(_BLOCK):
                yield block

    def _output(self, path: str) -> Any:
        try:
            return self._files.open_output_stream(path)
        except FileNotFoundError:  # a folder is made first, unlike a prefix
            self._files.create_dir(str(PurePosixPath(path).parent), recursive=True)
            return self._files.open_output_stream(path)


def _open(url: str) -> tuple[Any, str]:
    """Return pyarrow's file system of a URL, and the path in it."""
    from pyarrow import ArrowException
    from pyarrow.fs import FileSystem, S3FileSystem

    try:
        parts = urlsplit(url)
        has_key = bool(parts.username or parts.password)
    except ValueError:
        parts, has_key = urlsplit(""), False
    if has_key:
        raise BadInput(
            _(
                "The address of a store holds no access keys; put them into AWS_ACCESS_KEY_ID and"
                " AWS_SECRET_ACCESS_KEY, or into the file ~/.aws/credentials."
            )
        )
    wrong = BadInput(
        _("The address of a store (--store or VITRINA_STORE) is written s3://bucket/prefix.")
    )
    if parts.scheme == "s3":
        if not parts.netloc or parts.query:
            raise wrong
        path = f"{parts.netloc}{parts.path}".rstrip("/")
        files = S3FileSystem(
            connect_timeout=_CONNECT_SECONDS,
            allow_delayed_open=True,  # a small object takes one request instead of three
            **_endpoint(),
        )
        return files, path
    try:
        files, path = FileSystem.from_uri(url)
    except (ArrowException, ValueError, OSError) as error:
        raise wrong from error
    return files, path.rstrip("/")


def _endpoint() -> dict[str, str]:
    """Return the server that the environment names, as pyarrow wants it."""
    url = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
    scheme, separator, server = url.partition("://")
    if not separator:
        return {}
    return {"scheme": scheme, "endpoint_override": server.rstrip("/")}


@contextmanager
def _translated() -> Iterator[None]:
    """Turn errors of the client into those of this module.

    Its messages are not passed on: they may hold the address and the headers of a request.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise MissingObject(_("The store lacks a file.")) from error
    except OSError as error:
        text = str(error)
        refusal = next((word for word in _REFUSED if word in text), "")
        if refusal:
            raise StoreError(
                _(
                    "The store refuses ({reason}); check its address and the access keys of this"
                    " machine."
                ).format(reason=refusal.replace("_", " ").lower())
            ) from None
        raise StoreUnreachable(
            _("The store cannot be reached; check that it runs, and --store or VITRINA_STORE.")
        ) from None
