"""A run with its model and its dataset, looked up once for each request."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from dashboard.jobs.run_handle import RunHandle, open_run
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.datasets.titles import NO_TITLES, ProductTitles, product_titles
from data.errors import BadInput, Damaged
from data.events import PURCHASE
from data.home import Home
from data.preparation.user_history import last_time
from model.serving.predictor import Predictor


@dataclass(frozen=True)
class ServedRun:
    """A run that recommends.

    Attributes
    ----------
    handle : RunHandle
    model : Predictor
        The blend where the run has one, else the network; it knows the titles of the dataset.
    dataset : Dataset or None
        The dataset it was trained on; None where that was deleted.
    """

    handle: RunHandle
    model: Predictor
    dataset: Dataset | None

    @property
    def name(self) -> str:
        """Name of the run."""
        return self.handle.name

    @property
    def min_events(self) -> int:
        """Number of predicted events a buyer needs so that the preparation keeps any of them."""
        return max(self.handle.config.preparation.min_user_events, 1)

    @property
    def count_column(self) -> str:
        """Column of the table ``users`` that counts the events that the run predicts."""
        only_purchases = self.handle.config.preparation.target_types == (PURCHASE,)
        return "purchases" if only_purchases else "events"

    @property
    def end_of_log(self) -> datetime | None:
        """The time of the last event of the dataset (UTC): when an analyst asks by default."""
        return last_time(self.dataset) if self.dataset else None

    def require_dataset(self) -> Dataset:
        """Return the dataset of the run; raise BadInput where it was deleted."""
        return self.dataset or Store(self.handle.home).open(self.handle.run.dataset)


def serve_run(home: Home, name: str) -> ServedRun:
    """Return a run with its model and its dataset.

    Raises
    ------
    BadInput
        Where there is no such run, or it has no model yet.
    """
    handle = open_run(home, name)
    model = handle.predictor
    try:
        dataset = Store(home).open(handle.run.dataset)
    except (BadInput, Damaged):
        dataset = None
    titles = product_titles(dataset) if dataset else NO_TITLES
    return ServedRun(handle, _with_titles(model, titles), dataset)


@lru_cache(maxsize=4)
def _with_titles(model: Predictor, titles: ProductTitles) -> Predictor:
    """Return one predictor for a model and titles, so that what is derived from it is kept."""
    return model.with_titles(titles)
