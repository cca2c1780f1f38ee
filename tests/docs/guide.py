"""The pages of the guide as text, and its commands as processes."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docs.site import DOCS

_FENCE = re.compile(
    r"(?P<before><!-- not run: [^>]*-->\n)?^```(?P<kind>\w+)?(?: title=\"(?P<title>[^\"]+)\")?\n"
    r"(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_IMAGE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")
_ANCHOR = re.compile(r"^#+ .*\{#([^}]+)\}$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes
    ----------
    kind : str
        Language of the block.
    title : str
        Name of the file that it shows; empty where it shows none.
    text : str
    runs : bool
        Whether no comment before the block says why it is not run.
    """

    kind: str
    title: str
    text: str
    runs: bool

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command ``vitrina``, without that one."""
        if self.kind != "bash":
            return []
        lines = self.text.replace("\\\n", " ").splitlines()
        commands = [re.sub(r"^([A-Z_]+=\S+ )+", "", line) for line in lines]
        return [
            shlex.split(command, comments=True)[1:]
            for command in commands
            if command.startswith("vitrina ")
        ]


def pages(language: str) -> list[Path]:
    """Return the pages of a language that people write, without the reference."""
    return sorted((DOCS / language).glob("*.md"))


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    return [
        Block(match["kind"] or "", match["title"] or "", match["text"], not match["before"])
        for match in _FENCE.finditer(page.read_text("utf-8"))
    ]


def anchors(page: Path) -> list[str]:
    """Return the anchors that a page gives its headings, in order."""
    return _ANCHOR.findall(page.read_text("utf-8"))


def images(page: Path) -> list[str]:
    """Return the pictures that a page shows, in order."""
    return _IMAGE.findall(page.read_text("utf-8"))


@contextmanager
def started(*words: str) -> "Iterator[subprocess.Popen[str]]":
    """Start a command, and end it at the latest with the block."""
    program = [sys.executable, "-c", "from dashboard.cli import main; main()"]
    with subprocess.Popen([*program, *words], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
