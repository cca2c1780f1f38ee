"""Predictions: what a trained run would offer a buyer next."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.jobs.queue import TRAINING
from dashboard.jobs.runs_table import Runs
from dashboard.services.runs.evaluation import has_model, require_model
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from data.preparation.user_history import history as buyer_history
from model.config.run_config import RunConfig
from model.serving.predictor import Predictor

KEPT_PREDICTORS = 4


def predictor(home: Home, run: str) -> Predictor:
    """Return the predictor of a run; the ones used last are kept in memory.

    Raises
    ------
    BadInput
        Where there is no such run, or it has no model yet.
    """
    table = Runs(home)
    found = table.get(run)
    require_model(found, table)
    folder = table.folder(run)
    return _load(folder, (folder / "model.onnx").stat().st_mtime_ns)


def ready_runs(home: Home) -> list[str]:
    """Return the runs that can be asked, the newest first."""
    table = Runs(home)
    return [run.run for run in table.list(kind=TRAINING) if has_model(run, table)]


@lru_cache(maxsize=KEPT_PREDICTORS)
def _load(folder: Path, _changed: int) -> Predictor:
    """Load a model; ``_changed`` makes a model that was trained on be loaded anew."""
    return Predictor(folder)


def history_of(home: Home, run: str, user: str) -> list[str]:
    """Return the products of a buyer that the run's preparation keeps, the oldest first.

    Raises
    ------
    BadInput
        Where the run's dataset does not know the buyer.
    """
    found = Runs(home).get(run)
    preparation = RunConfig.from_dict(found.config).preparation
    events = buyer_history(Store(home).open(found.dataset), preparation, user)
    return [str(product) for product in events["product"]]


def for_user(
    home: Home, run: str, user: str, k: int = 10, exclude_seen: bool = False
) -> dict[str, Any]:
    """Rank the products that a buyer of the run's dataset would buy next."""
    loaded = predictor(home, run)
    return _answer(loaded, run, user, history_of(home, run, user), k=k, exclude_seen=exclude_seen)


def for_history(
    home: Home, run: str, products: Sequence[str], k: int = 10, exclude_seen: bool = False
) -> dict[str, Any]:
    """Rank the products that come after a history that somebody made up, the oldest first.

    Raises
    ------
    BadInput
        Where the run knows none of the products.
    """
    loaded = predictor(home, run)
    unknown = [product for product in products if not loaded.knows(product)]
    if products and len(unknown) == len(products):
        raise BadInput(
            _("Run {run} knows none of these products: {products}.").format(
                run=run, products=", ".join(unknown)
            )
        )
    return _answer(loaded, run, None, products, k=k, exclude_seen=exclude_seen) | {
        "unknown": unknown
    }


def _answer(
    loaded: Predictor,
    run: str,
    user: str | None,
    history: Sequence[str],
    *,
    k: int,
    exclude_seen: bool,
) -> dict[str, Any]:
    items = loaded.recommend(history, k=k, exclude_seen=exclude_seen)
    return {
        "run": run,
        "user": user,
        "history": list(history),
        "items": [item.as_dict() for item in items],
    }
