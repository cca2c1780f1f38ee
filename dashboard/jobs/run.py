"""A run: one row of the table of runs, frozen."""

import re
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args, get_origin, get_type_hints

from sqlalchemy.engine import Row

from dashboard.jobs.states import ACTIVE, ENDED, State
from data.errors import damaged_unless_read
from data.i18n import _

_NAME = re.compile(r"[\w\- ][\w.\- ]{0,149}")
_SETTINGS = {
    "score": ("run", "k", "exclude_seen", "format"),
    "part": ("run", "k", "exclude_seen", "job", "parts"),
    "evaluate": ("run",),
    "check": ("run",),
    "compare": ("run", "in_service"),
    "effect": ("run", "placement"),
    "fit": ("run", "baselines"),
    "map": ("run",),
    "search": ("preset", "config", "fields", "trials"),
    "retrain": ("preset", "config", "trials", "in_service", "version", "tolerance"),
    "backtest": ("preset", "config", "last_days", "trials"),
}
"""Keys that the configuration of a kind of run must have."""


@dataclass(frozen=True)
class Run:
    """A training, import, evaluation, scoring or search, at one moment.

    Attributes
    ----------
    run : str
        Name, such as ``demo-3``; never reused.
    kind : str
        ``train``, ``import``, ``evaluate``, ``check``, ``compare``, ``effect``, ``score``,
        ``part``, ``fit``, ``map``, ``search``, ``backtest`` or ``retrain``.
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
    node : str
        The machine of its newest attempt; empty before the first, and in a SQLite file.
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
    node: str

    @property
    def active(self) -> bool:
        """Whether a process works on it, or will soon."""
        return self.state in ACTIVE

    @property
    def ended(self) -> bool:
        """Whether its state changes no more unless a person resumes or extends it."""
        return self.state in ENDED

    @property
    def protocol(self) -> str:
        """The protocol of a training."""
        return str(self.config.get("protocol", "temporal"))

    def as_dict(self) -> dict[str, Any]:
        """Return every field as a JSON value."""
        return asdict(self) | {"state": self.state.value, "tags": list(self.tags)}


def is_run_name(name: str) -> bool:
    """Return whether a text can name a run and its folder.

    Examples
    --------
    >>> is_run_name("demo-3"), is_run_name("../demo-3")
    (True, False)
    """
    return bool(_NAME.fullmatch(name))


def from_row(row: Row[Any]) -> Run:
    """Return the run of a row of the table.

    Raises
    ------
    Damaged
        When a value of the row is of another type than it should be.
    """
    sentence = _(
        "The table of runs has a damaged row for run {run}; delete it: `vitrina delete {run}`."
    )
    with damaged_unless_read(sentence.format(run=row.run)):
        values = {name: getattr(row, name) for name in _TYPES}
        run = Run(**values | {"state": State(row.state), "tags": tuple(row.tags)})
        for name, types in _TYPES.items():
            if not isinstance(getattr(run, name), types):
                raise TypeError(name)
        if not is_run_name(run.run) or not set(_SETTINGS.get(run.kind, ())) <= run.config.keys():
            raise ValueError(run.run)
    return run


def _types(hint: Any) -> tuple[type, ...]:
    """Return the types that a value of a type hint has; a float may be an integer.

    >>> _types(float | None), _types(dict[str, int])
    ((<class 'float'>, <class 'int'>, <class 'NoneType'>), (<class 'dict'>,))
    """
    origin = get_origin(hint)
    if isinstance(origin, type) and origin in (dict, tuple):
        return (origin,)
    if origin is not None:
        return tuple(kind for part in get_args(hint) for kind in _types(part))
    return (float, int) if hint is float else (hint,)


_TYPES = {field.name: _types(get_type_hints(Run)[field.name]) for field in fields(Run)}
