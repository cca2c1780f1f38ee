"""The checkpoint of a training after its last complete epoch: one file, replaced atomically."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from data.errors import Damaged, damaged_unless_read
from data.files import atomic_write
from data.i18n import _
from model.run_folder import RunFolder
from model.training.best_members import BestMember

FILE = "checkpoint/state.npz"


@dataclass
class TrainingState:
    """How far a training has come.

    Attributes
    ----------
    history : list of dict
        One entry per epoch.
    best_weights : list of array
        The network's variables after the best epoch; empty before the first epoch.
    best_epoch : int
        The epoch (from 1) of ``best_weights``; 0 before the first.
    plateaus : int
        How often the schedule ``plateau`` has halved the learning rate.
    steps : int
        Completed steps.
    planned : int
        The configured number of epochs; 0 where it is not known.
    extended : int
        Completed epochs when the configured number was last changed; 0 where it never was.
    best_members : list of BestMember
        The best epoch of each network of an ensemble; empty for a network that is alone.
    """

    history: list[dict[str, Any]] = field(default_factory=list)
    best_weights: list[npt.NDArray[Any]] = field(default_factory=list)
    best_epoch: int = 0
    plateaus: int = 0
    steps: int = 0
    planned: int = 0
    extended: int = 0
    best_members: list[BestMember] = field(default_factory=list)

    @property
    def patience_start(self) -> int:
        """The epoch from which early stopping counts: the best one, or that of an extension."""
        return max(self.best_epoch, self.extended)

    @property
    def epochs(self) -> int:
        """Completed epochs."""
        return len(self.history)


def save(run: RunFolder, variables: list[Any], state: TrainingState) -> None:
    """Write every variable and the state."""
    arrays: dict[str, Any] = _numbered("now", map(np.asarray, variables))
    arrays |= _numbered("best", state.best_weights)
    for k, member in enumerate(state.best_members):
        arrays |= _numbered(f"member_{k}", member.weights)
    counters = {
        "history": state.history,
        "best_epoch": state.best_epoch,
        "plateaus": state.plateaus,
        "steps": state.steps,
        "planned": state.planned,
        "extended": state.extended,
        "best_members": [[member.epoch, member.figure] for member in state.best_members],
    }
    arrays["progress"] = np.array(json.dumps(counters))

    file = run.path / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(file) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **arrays)


def restore(run: RunFolder, variables: list[Any]) -> TrainingState:
    """Assign every variable its value after the last complete epoch, and return the state.

    Without a checkpoint the variables stay as they are, and a new state is returned.

    Raises
    ------
    Damaged
        Where the checkpoint is damaged or of another network.
    """
    file = run.path / FILE
    if not file.exists():
        return TrainingState()
    sentence = _("The checkpoint of run {run} cannot be read; train it again.")
    with (
        damaged_unless_read(sentence.format(run=run.path.name)),
        np.load(file, allow_pickle=False) as arrays,
    ):
        counters = json.loads(str(arrays["progress"]))
        for i, variable in enumerate(variables):
            variable.assign(arrays[f"now_{i}"])
        members = [
            BestMember(epoch, figure, _in_order(f"member_{k}", arrays))
            for k, (epoch, figure) in enumerate(counters.pop("best_members", []))
        ]
        best = _in_order("best", arrays)
        # an array under a name that one flipped bit has changed would be left out without a word
        known = 1 + len(variables) + len(best) + sum(len(member.weights) for member in members)
        if known != len(arrays.files):
            raise Damaged(sentence.format(run=run.path.name))
        return TrainingState(best_weights=best, best_members=members, **counters)


def _numbered(prefix: str, arrays: Iterable[Any]) -> dict[str, Any]:
    return {f"{prefix}_{i}": values for i, values in enumerate(arrays)}


def _in_order(prefix: str, arrays: Any) -> list[Any]:
    """Return what ``_numbered`` has numbered."""
    numbers = range(len(arrays.files))
    return [arrays[f"{prefix}_{i}"] for i in numbers if f"{prefix}_{i}" in arrays.files]
