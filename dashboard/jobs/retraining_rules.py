"""When each dataset's model is trained again by itself: never, unless a person has set a rule."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy.engine import Connection

from dashboard.jobs.queue import set_setting, setting
from dashboard.jobs.repository import Repository
from data.errors import BadInput
from data.i18n import _

RULES = "retraining"
"""Setting of the home that holds the rules by dataset."""
_ASKED_SECONDS = 300.0  # a training that is asked for is queued within this time


@dataclass(frozen=True)
class Rule:
    """When the model in service of a dataset is trained again, and which new one replaces it.

    It is only where the dataset has changed since the training, and as soon as one of the
    conditions holds; a condition that is None never does.

    Attributes
    ----------
    days : float or None
        Days since the end of the training of the model in service.
    growth : float or None
        Share by which the events of the dataset have grown since, such as 0.1.
    lead : float or None
        Lead over popularity, in NDCG@10 on the later events, below which it is trained again.
    tolerance : float
        A new model replaces the one in service where the lower end of the paired interval of the
        difference in NDCG@10 is not below minus this.
    warm : bool
        Whether it starts from the weights of the model in service instead of new ones.
    """

    days: float | None = None
    growth: float | None = None
    lead: float | None = None
    tolerance: float = 0.005
    warm: bool = False

    def __post_init__(self) -> None:
        if self.days is None and self.growth is None and self.lead is None:
            raise BadInput(_("A rule takes days, growth or lead."))
        for name, low, high in (("days", 0.01, 3650), ("growth", 0, 100), ("lead", -1, 1)):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise BadInput(
                    _("{name} cannot be “{value}”: it takes a number from {low} to {high}.").format(
                        name=name, value=value, low=low, high=high
                    )
                )
        if not 0 <= self.tolerance <= 1:
            raise BadInput(
                _("{name} cannot be “{value}”: it takes a number from {low} to {high}.").format(
                    name="tolerance", value=self.tolerance, low=0, high=1
                )
            )


class RetrainingRules:
    """The rules of the datasets of a home.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock

    def all(self) -> dict[str, Rule]:
        """Return the rule of every dataset that has one."""
        with self._database.read() as connection:
            return {dataset: _rule(entry) for dataset, entry in _entries(connection).items()}

    def set(self, dataset: str, rule: Rule | None) -> None:
        """Set the rule of a dataset; None removes it."""
        with self._database.write() as connection:
            entries = _entries(connection)
            entries.pop(dataset, None)
            if rule is not None:
                entries[dataset] = asdict(rule)
            set_setting(connection, RULES, entries)

    def ask(self, dataset: str, version: str) -> bool:
        """Note that a training for a version is queued now.

        Returns
        -------
        bool
            False where another worker has just done so, or the rule was removed.
        """
        now = self._clock()
        with self._database.write() as connection:
            entries = _entries(connection)
            asked, when = entries.get(dataset, {}).get("asked") or ("", 0.0)
            if dataset not in entries or (asked == version and now - when < _ASKED_SECONDS):
                return False
            entries[dataset] = entries[dataset] | {"asked": [version, now]}
            set_setting(connection, RULES, entries)
        return True


def rename_dataset(connection: Connection, old: str, new: str) -> None:
    """Let the rule of a dataset follow its new name."""
    entries = _entries(connection)
    if old in entries:
        set_setting(connection, RULES, entries | {new: entries.pop(old)})


def _entries(connection: Connection) -> dict[str, Any]:
    return dict(setting(connection, RULES, {}) or {})


def _rule(entry: Mapping[str, Any]) -> Rule:
    names = (field.name for field in fields(Rule))
    return Rule(**{name: entry[name] for name in names if name in entry})
