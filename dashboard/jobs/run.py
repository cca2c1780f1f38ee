"""One run as others see it: a frozen record of its row in the table."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy.engine import Row

from dashboard.jobs.states import ACTIVE, ENDED, State


@dataclass(frozen=True)
class Run:
    """One training, import, evaluation or scoring, at one moment.

    Attributes
    ----------
    run : str
        Its name, such as ``demo-3``; never used twice.
    kind : str
        ``train``, ``import``, ``evaluate``, ``score`` or ``search``.
    config : dict
        What it does, as the kind understands it.
    attempt : int
        How many times it was started; what an earlier attempt still says is ignored.
    resume : bool
        Whether its next start goes on from what the last one saved.
    created, queued, started, finished, heartbeat, deleted : float or None
        Moments, in seconds since 1970 UTC.
    progress : dict
        How far it is, as the kind reports it: for a training ``epoch``, ``step``, ``epochs``.
    reason, message : str or None
        Why it ended badly: a key of ``failures.REASONS``, and one sentence.
    best : dict
        Metrics of the epoch with the best ``model.training.monitored.MONITORED``; empty before it.
    last_seq : int
        Number of its newest metric row; unchanged means nothing new to draw.
    """

    run: str
    kind: str
    state: State
    dataset: str
    config: dict[str, Any]
    preset: str | None
    label: str
    note: str
    tags: tuple[str, ...]
    priority: int
    attempt: int
    resume: bool
    pid: int | None
    born: float | None
    beats: int
    created: float
    queued: float
    started: float | None
    finished: float | None
    heartbeat: float | None
    progress: dict[str, Any]
    stop_requested: bool
    reason: str | None
    message: str | None
    parameters: int | None
    epochs_done: int
    best: dict[str, Any]
    last_seq: int
    deleted: float | None

    @property
    def active(self) -> bool:
        """Whether a process works on it, or is about to."""
        return self.state in ACTIVE

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it unless a person asks."""
        return self.state in ENDED

    def as_dict(self) -> dict[str, Any]:
        """Return every field, ready for JSON."""
        return asdict(self) | {"state": self.state.value, "tags": list(self.tags)}


_FIELDS = tuple(field.name for field in fields(Run))


def from_row(row: Row[Any]) -> Run:
    """Return the record of a row of the table."""
    kept = {name: getattr(row, name) for name in _FIELDS}
    return Run(**kept | {"state": State(row.state), "tags": tuple(row.tags)})
