"""A command line that a test can type on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from dashboard.cli import run
from data.home import Home


@dataclass(frozen=True)
class Answer:
    """What a command printed, and the code it exited with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


Vitrina = Callable[..., Answer]


@pytest.fixture
def vitrina(home: Home, capsys: pytest.CaptureFixture[str]) -> Vitrina:
    """Type a command in the empty home of this test."""

    def type_command(*words: object) -> Answer:
        capsys.readouterr()
        code = run(["--home", str(home.path), *map(str, words)])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return type_command
