"""Recommendations as the HTTP interface and the command line return them."""

from collections.abc import Sequence
from typing import Any

from dashboard.services.recommendations.served_run import ServedRun, serve_run
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from data.preparation.user_history import history as buyer_events

_MOST_NAMES, _LONGEST_NAME = 10, 100  # of products in a sentence


def for_user(
    home: Home, run: str, user: str, k: int = 10, exclude_seen: bool = False
) -> dict[str, Any]:
    """Rank the products that a buyer of the run's dataset would buy next.

    Returns
    -------
    dict
        ``run``, ``user``, ``history`` (product ids, oldest first) and ``items``, one dict for each
        recommended product.

    Raises
    ------
    BadInput
        Where the run has no model, or its dataset is gone or has no such buyer.
    """
    served = serve_run(home, run)
    history = product_history(served, user)
    return _answer(served, user, history, k=k, exclude_seen=exclude_seen)


def for_history(
    home: Home, run: str, products: Sequence[str], k: int = 10, exclude_seen: bool = False
) -> dict[str, Any]:
    """Rank the products that come after a given history.

    Parameters
    ----------
    home, run
        As for ``for_user``.
    products : sequence of str
        Product ids, oldest first; may be empty.
    k : int
        Length of the list.
    exclude_seen : bool
        Whether products of the history are left out.

    Returns
    -------
    dict
        As ``for_user``, and ``unknown``: the products of the history that training never saw.

    Raises
    ------
    BadInput
        Where the run has no model, or training saw none of the products.
    """
    served = serve_run(home, run)
    unknown = [product for product in products if not served.model.knows(product)]
    if products and len(unknown) == len(products):
        raise BadInput(
            _("Run {run} knows none of these products: {products}.").format(
                run=run, products=quoted_names(unknown)
            )
        )
    answer = _answer(served, None, products, k=k, exclude_seen=exclude_seen)
    return answer | {"unknown": unknown}


def quoted_names(products: Sequence[str]) -> str:
    """Return the first ten of some products in quotation marks.

    >>> quoted_names(["TV 1000, black", "7"])
    '“TV 1000, black”, “7”'
    """
    names = [f"“{product[:_LONGEST_NAME]}”" for product in products[:_MOST_NAMES]]
    return ", ".join([*names, "…"] if len(products) > _MOST_NAMES else names)


def product_history(served: ServedRun, user: str) -> list[str]:
    """Return the products of a buyer that the run's preparation keeps, oldest first.

    Raises
    ------
    BadInput
        Where the run's dataset is gone or has no such buyer.
    """
    events = buyer_events(served.require_dataset(), served.handle.config.preparation, user)
    return [str(product) for product in events["product"]]


def _answer(
    served: ServedRun, user: str | None, history: Sequence[str], *, k: int, exclude_seen: bool
) -> dict[str, Any]:
    items = served.model.recommend(history, k=k, exclude_seen=exclude_seen)
    return {
        "run": served.name,
        "user": user,
        "history": list(history),
        "items": [item.as_dict() for item in items],
    }
