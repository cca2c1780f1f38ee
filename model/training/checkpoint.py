"""The state of a training after its last whole epoch, in one file that is there whole or not."""

import json
from dataclasses import dataclass, field
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from data.errors import VitrinaError
from data.i18n import _
from model.run_folder import RunFolder

FILE = "checkpoint/state.npz"


@dataclass
class Progress:
    """How far a training has come.

    Attributes
    ----------
    history : list of dict
        One entry an epoch.
    best : list of array
        The network's variables after the best epoch; empty before the first.
    best_epoch : int
        The epoch (from 1) of ``best``; 0 before the first.
    plateaus : int
        How often the learning rate has been halved.
    steps : int
        Steps that lie behind.
    planned : int
        Epochs that were to be trained; 0 where it is not known.
    extended : int
        Epochs that lay behind when a person last asked for more; 0 where nobody did.
    """

    history: list[dict[str, Any]] = field(default_factory=list)
    best: list[npt.NDArray[Any]] = field(default_factory=list)
    best_epoch: int = 0
    plateaus: int = 0
    steps: int = 0
    planned: int = 0
    extended: int = 0

    @property
    def patient_since(self) -> int:
        """The epoch from which early stopping counts: the best one, or that of an extension."""
        return max(self.best_epoch, self.extended)

    @property
    def epochs(self) -> int:
        """Whole epochs that lie behind."""
        return len(self.history)


def save(run: RunFolder, variables: list[Any], progress: Progress) -> None:
    """Keep every variable and the progress."""
    arrays: dict[str, Any] = {
        f"now_{i}": np.asarray(variable) for i, variable in enumerate(variables)
    }
    arrays |= {f"best_{i}": values for i, values in enumerate(progress.best)}
    told: dict[str, Any] = {"history": progress.history, "best_epoch": progress.best_epoch}
    told |= {"plateaus": progress.plateaus, "steps": progress.steps}
    told |= {"planned": progress.planned, "extended": progress.extended}
    arrays["progress"] = np.array(json.dumps(told))

    def fill(file: Any) -> None:
        with file.open("wb") as stream:
            np.savez(stream, **arrays)

    run.write(FILE, fill)


def restore(run: RunFolder, variables: list[Any]) -> Progress:
    """Bring every variable back to the last whole epoch; a fresh start where there is none.

    Raises
    ------
    VitrinaError
        Where the checkpoint is damaged or of another network.
    """
    file = run.path / FILE
    if not file.exists():
        return Progress()
    try:
        with np.load(file, allow_pickle=False) as held:
            told = json.loads(str(held["progress"]))
            for i, variable in enumerate(variables):
                variable.assign(held[f"now_{i}"])
            best = [held[f"best_{i}"] for i in range(len(held.files)) if f"best_{i}" in held.files]
    except (ValueError, KeyError, OSError, BadZipFile) as error:
        raise VitrinaError(
            _("The checkpoint of run {run} cannot be read; train it again.").format(
                run=run.path.name
            )
        ) from error
    return Progress(best=best, **told)
