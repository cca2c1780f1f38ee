"""What a run said of each test purchase, kept beside its figures so that people can look it up."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.errors import BadInput
from data.i18n import _
from model.run_folder import RunFolder
from model.sequences.split_data import Task

if TYPE_CHECKING:
    from model.evaluation.evaluate import Outcome

TARGETS, PRODUCTS = "outcomes.parquet", "exposure.parquet"
DEPTH = 10


@dataclass(frozen=True)
class Outcomes:
    """What a run's evaluation kept.

    Attributes
    ----------
    run : RunFolder
    """

    run: RunFolder

    @property
    def there(self) -> bool:
        """Whether there is anything to look up."""
        return (self.run.path / TARGETS).exists()

    @cached_property
    def targets(self) -> pd.DataFrame:
        """One row a test purchase.

        ``user``; ``after``, how many of the buyer's events come after it; ``time``; ``truth`` and
        ``first``, places of the product that was bought and of the one ranked first among the
        run's products (-1 where training never saw it); ``rank``; ``chance`` of the truth (NaN
        where it has none) and ``first_chance``; ``history``, how many events came before;
        ``repeat``, whether the product was among them.
        """
        return self._read(TARGETS)

    @cached_property
    def products(self) -> pd.DataFrame:
        """One row a product: ``shown`` in a list of ten, ``bought``, and ``found`` in the list."""
        return self._read(PRODUCTS)

    def _read(self, name: str) -> pd.DataFrame:
        file = self.run.path / name
        if not file.exists():
            raise BadInput(
                _(
                    "Run {run} was evaluated without keeping what it said; evaluate it again."
                ).format(run=self.run.path.name)
            )
        return pd.read_parquet(file)


def keep_outcomes(run: RunFolder, task: Task, outcome: "Outcome") -> None:
    """Write both tables."""
    targets = task.split.test
    answers = task.answers(targets)
    histories = task.histories(targets)
    offsets = task.sequences.offsets
    buyer = np.searchsorted(offsets, targets, side="right") - 1
    held = histories.matrix(task.products)
    repeat = np.zeros(len(targets), dtype=bool)
    known = answers >= 0
    repeat[known] = np.asarray(held[known.nonzero()[0], answers[known]]).ravel() > 0
    table = pd.DataFrame(
        {
            "user": task.sequences.users[buyer],
            "after": (offsets[buyer + 1] - 1 - targets).astype(np.int32),
            "time": pd.to_datetime(task.sequences.time[targets], unit="us", utc=True),
            "truth": answers.astype(np.int32),
            "first": outcome.best[:, 0].astype(np.int32),
            "rank": outcome.rank,
            "chance": np.exp(-outcome.loss),
            "first_chance": outcome.probability,
            "history": histories.lengths,
            "repeat": repeat,
        }
    )
    listed = outcome.best[:, :DEPTH]
    hit = known & (outcome.rank <= DEPTH)
    exposure = pd.DataFrame(
        {
            name: np.bincount(places, minlength=task.products)
            for name, places in (
                ("shown", listed.ravel()),
                ("bought", answers[known]),
                ("found", answers[hit]),
            )
        }
    )
    run.write(TARGETS, lambda file: table.to_parquet(file, index=False))
    run.write(PRODUCTS, lambda file: exposure.to_parquet(file, index=False))


def held_out(task: Task) -> dict[str, str]:
    """Return when each held-out part begins, where the protocol cuts by time; empty elsewhere."""
    if task.split.protocol != "temporal":
        return {}
    times = task.sequences.time
    parts = {"validation": task.split.validation, "test": task.split.test}
    hidden = times[~task.split.visible]
    begins = {name: int(times[targets].min()) for name, targets in parts.items()}
    begins["validation"] = int(hidden.min())
    return {
        name: pd.Timestamp(moment, unit="us", tz="UTC").isoformat()
        for name, moment in begins.items()
    }
