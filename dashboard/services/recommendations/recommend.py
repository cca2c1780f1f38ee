"""Recommendations as the HTTP interface and the command line return them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from dashboard.services.recommendations.buyers import recorded_values
from dashboard.services.recommendations.placements import (
    AppliedRules,
    apply_placement,
    apply_rules,
)
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from data.preparation.sequences import microseconds, to_microseconds
from data.preparation.user_history import history as buyer_events
from model.sequences.buyer_attributes import Values

TypedProduct = tuple[str | None, str]
"""Event type and product id of an event; None for the type that the run predicts."""
_MOST_NAMES, _LONGEST_NAME = 10, 100  # of products in a sentence


@dataclass(frozen=True)
class Recommendations:
    """The lists of a run under the rules that apply to them, for any number of histories.

    Attributes
    ----------
    served : ServedRun
    applied : AppliedRules or None
        None where no rules apply.
    """

    served: ServedRun
    applied: AppliedRules | None

    @classmethod
    def of(
        cls, home: Home, run: str, placement: str = "", rules: Mapping[str, Any] | None = None
    ) -> "Recommendations":
        """Return the lists of a run under the rules of a placement, or under rules of their own.

        Parameters
        ----------
        home, run
        placement : str, optional
            A placement of the run's dataset, whose rules apply.
        rules : mapping, optional
            Rules that are saved nowhere, by setting; instead of a placement.

        Raises
        ------
        BadInput
            Where the run has no model, its dataset has no such placement, or rules are not allowed
            or name what the dataset does not have.
        """
        served = serve_run(home, run)
        if placement and rules is not None:
            raise BadInput(_("Give either placement or rules, not both."))
        applied = None
        if placement:
            applied = apply_placement(served.handle, served.require_dataset(), placement)
        elif rules is not None:
            applied = apply_rules(served.handle, served.require_dataset(), rules)
        return cls(served, applied)

    def for_user(
        self,
        user: str,
        k: int = 10,
        exclude_seen: bool = False,
        *,
        at: datetime | None = None,
        buyer: Values | None = None,
    ) -> dict[str, Any]:
        """Rank the products that a buyer would buy next; see ``for_user`` of this module."""
        _check_buyer(self.served, buyer)
        asking_time = self.served.end_of_log if at is None else _in_utc(at)
        history, times = recorded_history(self.served, user, None if at is None else asking_time)
        moment = None if asking_time is None else to_microseconds(asking_time)
        known = {**recorded_values(self.served, user), **(buyer or {})}
        return self._answer(user, history, (k, exclude_seen), times=times, at=moment, buyer=known)

    def for_history(
        self,
        history: Sequence[TypedProduct],
        k: int = 10,
        exclude_seen: bool = False,
        *,
        at: datetime | None = None,
        buyer: Values | None = None,
    ) -> dict[str, Any]:
        """Rank the products after a given history; see ``for_history`` of this module."""
        model = self.served.model
        _check_buyer(self.served, buyer)
        model.types.check([name for name, _product in history])
        unknown = [product for _type, product in history if product not in model.catalogue]
        if history and len(unknown) == len(history):
            raise BadInput(
                _("Run {run} knows none of these products: {products}.").format(
                    run=self.served.name, products=quoted_names(unknown)
                )
            )
        asking_time = None if at is None else to_microseconds(_in_utc(at))
        answer = self._answer(None, history, (k, exclude_seen), at=asking_time, buyer=buyer or {})
        return answer | {"unknown": unknown}

    def _answer(
        self,
        user: str | None,
        history: Sequence[TypedProduct],
        length: tuple[int, bool],
        *,
        times: Sequence[int] | None = None,
        at: int | None,
        buyer: Values,
    ) -> dict[str, Any]:
        products = [product for _type, product in history]
        types = [name for name, _product in history]
        model, applied = self.served.model, None
        about: Any = {"types": types, "times": times, "at": at, "buyer": buyer}
        if self.applied is not None:
            ruled = model.recommend_by_rules(self.applied.tables, products, *length, **about)
            items = ruled.items
            applied = self.applied.as_dict() | {
                "removed": ruled.removed,
                "left_out": [asdict(product) for product in ruled.left_out],
            }
        else:
            items = model.recommend(products, *length, **about)
        several = model.types.are_several
        return {
            "run": self.served.name,
            "user": user,
            "history": products,
            "types": [name or model.types.default for name in types] if several else [],
            "buyer": model.buyer_attributes.known(buyer),
            "items": [item.as_dict() for item in items],
            "placement": applied,
        }


def for_user(
    home: Home,
    run: str,
    user: str,
    k: int = 10,
    exclude_seen: bool = False,
    *,
    at: datetime | None = None,
    buyer: Values | None = None,
    placement: str = "",
) -> dict[str, Any]:
    """Rank the products that a buyer of the run's dataset would buy next.

    Parameters
    ----------
    home, run, user
    k : int
        Length of the list.
    exclude_seen : bool
        Whether products that the buyer has bought are left out.
    at : datetime, optional
        The asking time: the history holds the buyer's events before it. By default it is the end
        of the log. Without a zone it is UTC.
    buyer : mapping, optional
        Attributes of the buyer by name, in place of those in the table of buyers.
    placement : str, optional
        A placement of the run's dataset, whose rules apply.

    Returns
    -------
    dict
        ``run``, ``user``, ``history`` (product ids, oldest first), ``types`` (their event types;
        empty where the run reads one type only), ``buyer`` (the attributes that the model knows of
        the buyer), ``items``, one dict for each recommended product, and ``placement``: None
        without one, else its name, the number and rules of the version that applied, how many
        products of the rules the model does not know (``unknown``), how many products each rule
        removed (``removed``), and which of the model's own list are not in it and why
        (``left_out``).

    Raises
    ------
    BadInput
        Where the run has no model, or its dataset is gone or has no such buyer or placement.
    """
    lists = Recommendations.of(home, run, placement)
    return lists.for_user(user, k, exclude_seen, at=at, buyer=buyer)


def for_history(
    home: Home,
    run: str,
    history: Sequence[TypedProduct],
    k: int = 10,
    exclude_seen: bool = False,
    *,
    at: datetime | None = None,
    buyer: Values | None = None,
    placement: str = "",
) -> dict[str, Any]:
    """Rank the products that come after a given history.

    Parameters
    ----------
    home, run, k, exclude_seen, placement
        As for ``for_user``; under rules, the products of the history were bought just now.
    history : sequence of (str or None, str)
        Event types and product ids, oldest first; may be empty. None is the type that the run
        predicts.
    at : datetime, optional
        The asking time, for networks that know it; without a zone it is UTC.
    buyer : mapping, optional
        Attributes of the buyer by name, for models that read them.

    Returns
    -------
    dict
        As ``for_user``, and ``unknown``: the products of the history that training never saw.

    Raises
    ------
    BadInput
        Where the run has no model, or training saw none of the products or not one of the types or
        attributes.
    """
    lists = Recommendations.of(home, run, placement)
    return lists.for_history(history, k, exclude_seen, at=at, buyer=buyer)


def quoted_names(products: Sequence[str]) -> str:
    """Return the first ten of some products in quotation marks.

    >>> quoted_names(["TV 1000, black", "7"])
    '“TV 1000, black”, “7”'
    """
    names = [f"“{product[:_LONGEST_NAME]}”" for product in products[:_MOST_NAMES]]
    return ", ".join([*names, "…"] if len(products) > _MOST_NAMES else names)


def typed_history(home: Home, run: str, words: Sequence[str]) -> list[TypedProduct]:
    """Return the history of texts ``TYPE:PRODUCT`` or ``PRODUCT``, where the run reads types.

    A text whose beginning is no event type of the run is a product.
    """
    types = serve_run(home, run).model.types
    return [types.read(word) for word in words]


def recorded_history(
    served: ServedRun, user: str, before: datetime | None = None
) -> tuple[list[TypedProduct], list[int]]:
    """Return the events of a buyer that the run's preparation keeps, oldest first, and their times.

    Times are in microseconds; ``before`` is in UTC.

    Raises
    ------
    BadInput
        Where the run's dataset is gone or has no such buyer.
    """
    events = buyer_events(served.require_dataset(), served.handle.config.preparation, user)
    if before is not None:
        events = events[events["time"] < before]
    types = events["type"].astype(object).where(events["type"].notna(), None)
    history = list(zip(types, map(str, events["product"]), strict=True))
    return history, microseconds(events["time"]).tolist()


def _check_buyer(served: ServedRun, buyer: Values | None) -> None:
    """Raise BadInput where attributes of a buyer are given that the model does not read."""
    if buyer and not served.model.buyer_attributes:
        raise BadInput(
            _("Run {run} does not read attributes of buyers; leave them out.").format(
                run=served.name
            )
        )
    served.model.buyer_attributes.check(buyer or {})


def _in_utc(moment: datetime) -> datetime:
    """Return a time in UTC, without its zone."""
    try:
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)
    except OverflowError:  # within a day of the first or the last one that there is
        return moment.replace(tzinfo=None)
