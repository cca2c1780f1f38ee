"""A part of the lists of all buyers, and the folder that keeps parts until all are there."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from data.checksums import FILE as CHECKSUMS
from data.checksums import checked_write, verified, write_checked_json
from data.errors import VitrinaError
from data.files import read_json
from data.preparation.sequences import Ints, Longs
from model.sequences.histories import Array
from model.serving.list_writer import RankedLists
from model.serving.rules.rules_numpy import RuleTables

PLAN = "plan.json"
"""What the parts in the folder are parts of."""


@dataclass
class RankedPart:
    """The lists of the users of a part; those with equal histories share one.

    Attributes
    ----------
    users : str [users]
    row : int64 [users]
        The list of each user.
    top : int32 [lists, k]
    probability, repeat : arrays [lists, k]
        As in ``RankedLists``.
    left_out : Counter
        As in ``RankedLists``.
    """

    users: Array
    row: Longs
    top: Ints
    probability: Array
    repeat: Array
    left_out: Counter[str] = field(default_factory=Counter)

    def lists(self, begin: int, end: int) -> RankedLists:
        """Return the lists of some of the users; the first ones have what rules have left out."""
        row = self.row[begin:end]
        return RankedLists(
            self.users[begin:end],
            self.top[row].astype(np.int64),
            self.probability[row],
            self.repeat[row],
            Counter() if begin else self.left_out,
        )


class OtherProcesses(Protocol):
    """Processes that compute parts of the same lists, each in a folder of its own."""

    def start(self, missing: Sequence[int]) -> None:
        """Let them compute some of the parts that are missing."""

    def wait(self, number: int) -> Path | None:
        """Return the folder that has a part, once it is there; None where nobody computes it."""


class PartFolder:
    """A folder of finished parts, each written whole or not at all.

    Parts of anything else, which an earlier scoring has left there, are removed.

    Parameters
    ----------
    folder : Path or None
        None keeps nothing. Where it does not exist it is made for the first part.
    plan : mapping
        What they are parts of, as JSON.
    """

    def __init__(self, folder: Path | None, plan: Mapping[str, Any]) -> None:
        self._folder = folder
        self._plan = plan
        if folder is not None and folder.exists() and not self._is_of_plan(folder):
            self.remove()

    def _is_of_plan(self, folder: Path) -> bool:
        try:
            return bool(read_json(verified(folder / PLAN)) == self._plan)
        except (OSError, ValueError, VitrinaError):
            return False

    def read(self, number: int, folder: Path | None = None) -> RankedPart | None:
        """Return a part; None where it is not kept, of other lists, or damaged.

        Parameters
        ----------
        number : int
        folder : Path, optional
            Where another process has kept it.
        """
        if folder is not None and not self._is_of_plan(folder):
            return None
        folder = folder or self._folder
        if folder is None:
            return None
        try:
            with np.load(verified(self._file(folder, number)), allow_pickle=False) as arrays:
                content = {name: arrays[name] for name in arrays.files}
            users, left_out = json.loads(content.pop("texts").tobytes())
            return RankedPart(np.array(users, dtype=object), left_out=Counter(left_out), **content)
        except (OSError, ValueError, TypeError, KeyError, VitrinaError):
            return None

    def write(self, number: int, part: RankedPart) -> bool:
        """Keep a part; False where nothing is kept."""
        if self._folder is None:
            return False
        self._folder.mkdir(exist_ok=True)
        if not (self._folder / PLAN).exists():
            write_checked_json(self._folder / PLAN, self._plan)
        texts = json.dumps([part.users.tolist(), part.left_out]).encode()
        names = ("row", "top", "probability", "repeat")
        arrays = {name: getattr(part, name) for name in names}
        with (
            checked_write(self._file(self._folder, number)) as temporary,
            temporary.open("wb") as stream,
        ):
            np.savez(stream, texts=np.frombuffer(texts, dtype=np.uint8), **arrays)
        return True

    def remove(self) -> None:
        """Remove all parts, and the folder where nothing else is in it."""
        if self._folder is None or not self._folder.is_dir():
            return
        for file in (*self._folder.glob("part-*.npz"), *map(self._folder.joinpath, _OTHERS)):
            file.unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()

    @staticmethod
    def _file(folder: Path, number: int) -> Path:
        return folder / f"part-{number:05d}.npz"


_OTHERS = (PLAN, CHECKSUMS)


def digest_of_rules(rules: RuleTables | None) -> str:
    """Return a hash of the rules of a placement; empty without any."""
    if rules is None:
        return ""
    digest = hashlib.sha256()
    for rule in fields(rules):
        value = np.asarray(getattr(rules, rule.name))
        digest.update(f"{rule.name} {value.dtype} {value.shape} ".encode() + value.tobytes())
    return digest.hexdigest()
