"""The model in service of a dataset or placement: which run recommends where none is named."""

from dataclasses import dataclass

from dashboard.jobs.promotions import Promotion, none_in_service
from dashboard.jobs.run_handle import open_run
from dashboard.jobs.runs_table import Runs
from dashboard.services.runs.comparison import PairedDifferences, compare, paired
from data.errors import BadInput, Damaged
from data.home import Home
from data.i18n import _


@dataclass(frozen=True)
class Standing:
    """A run beside the model in service of its dataset.

    Attributes
    ----------
    run : str
    dataset : str
    history : tuple of Promotion
        Every promotion of the dataset, the newest first.
    previous : str or None
        The run to which a rollback would return.
    difference : PairedDifferences or None
        The run minus the one in service; None where that cannot be computed.
    """

    run: str
    dataset: str
    history: tuple[Promotion, ...]
    previous: str | None
    difference: PairedDifferences | None

    @property
    def in_service(self) -> str | None:
        """The run in service; None where there is none."""
        return self.history[0].run if self.history else None

    @property
    def is_in_service(self) -> bool:
        """Whether the run itself is in service."""
        return self.in_service == self.run

    @property
    def seen(self) -> int:
        """Number of the newest promotion, 0 where there was none."""
        return self.history[0].number if self.history else 0


def chosen_run(home: Home, run: str | None, dataset: str | None, placement: str = "") -> str:
    """Return the run that is named, or the one in service of the dataset that is named.

    A placement of the dataset may have a model of its own, which comes before that of the dataset.

    Raises
    ------
    BadInput
        When not exactly one of both is named, or the dataset has no such placement or no model in
        service.
    """
    if (run is None) == (dataset is None):
        raise BadInput(_("Name either a run, or a dataset whose model in service is meant."))
    if run is not None:
        return run
    assert dataset is not None
    runs = Runs(home)
    if placement:
        runs.placements.get(dataset, placement)
    for place in dict.fromkeys((placement, "")):
        newest = runs.promotions.newest(dataset, place)
        if newest is not None and newest.run is not None:
            return newest.run
    raise none_in_service(dataset)


def promote(
    home: Home,
    run: str,
    *,
    placement: str = "",
    user: str | None = None,
    seen: int | None = None,
) -> Promotion:
    """Put a run into service for its dataset or a placement of it; see ``Promotions.promote``.

    Raises
    ------
    BadInput
        When the run is unknown, has no model or is in service, or there is a newer promotion.
    """
    open_run(home, run).require_model()
    return Runs(home).promotions.promote(run, placement=placement, user=user, seen=seen)


def roll_back(
    home: Home,
    dataset: str,
    *,
    placement: str = "",
    user: str | None = None,
    seen: int | None = None,
) -> Promotion:
    """Put the run that was in service before into service again; see ``Promotions.roll_back``."""
    return Runs(home).promotions.roll_back(dataset, placement=placement, user=user, seen=seen)


def withdraw(
    home: Home,
    dataset: str,
    *,
    placement: str = "",
    user: str | None = None,
    seen: int | None = None,
) -> Promotion:
    """Take the run in service of a dataset or placement out of service."""
    return Runs(home).promotions.withdraw(dataset, placement=placement, user=user, seen=seen)


def current(home: Home) -> list[Promotion]:
    """Return the promotion of every run in service, the newest first."""
    return Runs(home).promotions.current()


def history(home: Home, dataset: str, placement: str = "") -> list[Promotion]:
    """Return every promotion of a dataset or placement, the newest first."""
    return Runs(home).promotions.history(dataset, placement)


def standing(home: Home, run: str) -> Standing:
    """Return a run beside the model in service of its dataset.

    Raises
    ------
    BadInput
        Where there is no such run.
    """
    runs = Runs(home)
    dataset = runs.get(run).dataset
    promotions = tuple(runs.promotions.history(dataset))
    in_service = promotions[0].run if promotions else None
    return Standing(
        run,
        dataset,
        promotions,
        runs.promotions.previous(dataset),
        _difference(home, run, in_service),
    )


def _difference(home: Home, run: str, in_service: str | None) -> PairedDifferences | None:
    if in_service is None or in_service == run:
        return None
    try:
        return paired(home, compare(home, [in_service, run])).get(run)
    except (BadInput, Damaged):
        return None
