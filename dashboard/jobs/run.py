"""A run: one row of the table of runs, frozen."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy.engine import Row

from dashboard.jobs.states import ACTIVE, ENDED, State


@dataclass(frozen=True)
class Run:
    """A training, import, evaluation, scoring or search, at one moment.

    Attributes
    ----------
    run : str
        Name, such as ``demo-3``; never reused.
    kind : str
        ``train``, ``import``, ``evaluate``, ``score``, ``fit`` or ``search``.
    config : dict
        Parameters of the work, specific to the kind.
    attempt : int
        Number of starts; updates from an earlier attempt are ignored.
    resume : bool
        Whether its next start resumes from the last checkpoint.
    created, queued, started, finished, heartbeat, deleted : float or None
        Times in seconds since 1970 UTC.
    progress : dict
        Progress, specific to the kind: for a training ``epoch``, ``step`` and ``epochs``.
    reason, message : str or None
        Why it failed or was interrupted: one of ``failures.REASONS``, and one sentence.
    best : dict
        Metrics of the epoch with the best ``model.training.monitored.MONITORED``; empty before it.
    last_seq : int
        ``seq`` of its newest row of metrics; unchanged means that there are no new ones.
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
        """Whether a process works on it, or will soon."""
        return self.state in ACTIVE

    @property
    def ended(self) -> bool:
        """Whether its state changes no more unless a person resumes or extends it."""
        return self.state in ENDED

    def as_dict(self) -> dict[str, Any]:
        """Return every field as a JSON value."""
        return asdict(self) | {"state": self.state.value, "tags": list(self.tags)}


_FIELDS = tuple(field.name for field in fields(Run))


def from_row(row: Row[Any]) -> Run:
    """Return the run of a row of the table."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return Run(**values | {"state": State(row.state), "tags": tuple(row.tags)})
