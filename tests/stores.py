"""On which stores tests run: a folder, or a bucket of an S3 server."""

import importlib.util
import itertools
import socket
from typing import Any

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-secret"}
on_both_stores = pytest.mark.parametrize("store_url", ["folder", "s3"], indirect=True)
on_s3 = pytest.mark.parametrize("store_url", ["s3"], indirect=True)
NEEDED = "needs an S3 server: make setup installs one"


def installed() -> bool:
    """Return whether the server can be started."""
    return all(map(importlib.util.find_spec, ("moto", "flask_cors")))


class S3:
    """An S3 server in this process, which keeps its buckets while it is stopped."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._numbers = itertools.count(1)
        self._server: Any = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Answer requests."""
        from moto.moto_server.threaded_moto_server import ThreadedMotoServer

        self._server = ThreadedMotoServer("127.0.0.1", self._port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        """Refuse connections."""
        self._server.stop()

    def new_bucket(self) -> str:
        """Return the URL of a prefix in a new, empty bucket."""
        from pyarrow.fs import S3FileSystem

        name = f"shop{next(self._numbers)}"
        files = S3FileSystem(
            access_key=KEYS["AWS_ACCESS_KEY_ID"],
            secret_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            scheme="http",
            endpoint_override=f"127.0.0.1:{self._port}",
            allow_bucket_creation=True,
        )
        files.create_dir(name)
        return f"s3://{name}/team"
