"""Ask a Vitrina server for recommendations: one file, nothing to install, Python 3.11 or later.

::

    from vitrina_client import Client

    client = Client("http://127.0.0.1:8050", token="TOKEN")
    ranking = client.recommend(dataset="demo", user="541312140", k=5)
    for item in ranking["items"]:
        print(item["rank"], item["product"], item["probability"])

The server is ``vitrina serve --api`` or ``--api-token-file``, and has this file at
``/api/v1/client.py``.
"""

import json
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, TypedDict
from urllib.parse import urlencode

PREFIX = "/api/v1"
MOST_BUYERS = 100
"""Buyers that ``recommend_many`` sends in one request."""
MOST_REMEMBERED = 256
"""Responses that a client remembers with their ETag."""
BUSY = (429, 503)
"""Statuses after which a request is sent again."""


class Item(TypedDict):
    """One ranked product; ``model_rank`` is its rank before rules, ``rules`` moved it up."""

    rank: int
    product: str
    title: str | None
    probability: float
    brand: str | None
    category: str | None
    price: float | None
    repeat: bool
    model_rank: int
    rules: list[str]


class LeftOut(TypedDict):
    """A product among the first by probability that is not in the list, and the rule of it."""

    product: str
    model_rank: int
    rule: str


class AppliedRules(TypedDict):
    """The rules that applied, and how many products each removed."""

    name: str
    number: int
    rules: dict[str, Any]
    unknown: dict[str, int]
    removed: dict[str, int]
    left_out: list[LeftOut]


class Ranking(TypedDict):
    """Ranked next products; ``unknown`` are those of the history that training never saw."""

    run: str
    user: str | None
    history: list[str]
    types: list[str | None]
    buyer: list[str]
    unknown: list[str]
    items: list[Item]
    placement: AppliedRules | None


class Run(TypedDict):
    """A training run; ``ready`` says whether it has a model that can recommend."""

    run: str
    state: str
    dataset: str
    preset: str | None
    epochs_done: int
    ready: bool


class ServedModel(TypedDict):
    """The model in service of a dataset or placement, since ``time`` (seconds since 1970 UTC)."""

    dataset: str
    run: str
    number: int
    user: str | None
    time: float
    placement: str


class Placement(TypedDict):
    """A placement of a dataset, its rules, and the run in service there."""

    dataset: str
    name: str
    number: int
    rules: dict[str, Any]
    user: str | None
    time: float
    run: str | None


class Refusal(Exception):
    """The server does not answer a request, or one of its buyers.

    Attributes
    ----------
    sentence : str
        Why, and what to do.
    status : int or None
        Of HTTP; None for one buyer of many.
    """

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


class Client:
    """A server, and what a client remembers of its responses; for one thread at a time.

    Parameters
    ----------
    address : str
        Of the server, such as ``http://127.0.0.1:8050``.
    token : str, optional
        Where the server asks for one. It is sent to this address only.
    timeout : float
        Seconds that a connection may stay silent.
    attempts : int
        How often a request is sent at most, where the server is busy (429 or 503).
    longest_pause : float
        Seconds; a server that asks for a longer one is not asked again.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:8050",
        token: str | None = None,
        *,
        timeout: float = 30.0,
        attempts: int = 4,
        longest_pause: float = 60.0,
    ) -> None:
        self._address = address.rstrip("/") + PREFIX
        self._headers = {"Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._timeout = timeout
        self._attempts = attempts
        self._longest_pause = longest_pause
        self._opener = urllib.request.build_opener(_NoRedirects)
        self._remembered: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    def runs(self) -> list[Run]:
        """Return every training run, the newest first."""
        runs: list[Run] = self._get("/runs")["runs"]
        return runs

    def models(self) -> list[ServedModel]:
        """Return the models in service, the newest first."""
        models: list[ServedModel] = self._get("/models")["models"]
        return models

    def placements(self) -> list[Placement]:
        """Return the placements, by dataset and name."""
        placements: list[Placement] = self._get("/placements")["placements"]
        return placements

    def recommend(
        self,
        *,
        run: str | None = None,
        dataset: str | None = None,
        user: str | None = None,
        history: Sequence[str | Mapping[str, str]] | None = None,
        at: datetime | str | None = None,
        buyer: Mapping[str, str | float | None] | None = None,
        placement: str = "",
        rules: Mapping[str, Any] | None = None,
        k: int = 10,
        exclude_seen: bool = False,
    ) -> Ranking:
        """Return the next products of a buyer, best first.

        A buyer of the log is asked for again only where the answer has changed.

        Parameters
        ----------
        run, dataset : str
            Either a run, or a dataset whose model in service ranks.
        user : str
            A buyer of the dataset.
        history : sequence of str or dict
            Instead of a user: product ids, the oldest first, or events such as
            ``{"product": "1004856", "type": "view"}``.
        at : datetime or str, optional
            When to rank, also as ISO 8601; without a zone it is UTC.
        buyer : mapping, optional
            Attributes of the buyer by name, such as ``{"age": 25}``, for models that read them.
        placement : str, optional
            A placement of the dataset.
        rules : mapping, optional
            Instead of a placement: rules for this request, such as ``{"max_per_brand": 2}``.
        k : int
            Length of the list.
        exclude_seen : bool
            Whether products that were bought are left out.

        Raises
        ------
        Refusal
            Where the server has no answer.
        OSError
            Where it cannot be reached.
        """
        asked = _without_empty(run=run, dataset=dataset, placement=placement, rules=rules, k=k)
        asked |= _without_empty(user=user, history=history, at=_moment(at), buyer=buyer)
        asked |= {"exclude_seen": exclude_seen}
        ranking: Ranking
        if history is None and rules is None and buyer is None:
            asked["exclude_seen"] = str(exclude_seen).lower()
            ranking = self._get(f"/recommendations?{urlencode(asked)}")
        else:
            ranking = self._post("/recommendations", asked)
        return ranking

    def recommend_many(
        self,
        buyers: Iterable[Mapping[str, Any]],
        *,
        run: str | None = None,
        dataset: str | None = None,
        placement: str = "",
        rules: Mapping[str, Any] | None = None,
        k: int = 10,
        exclude_seen: bool = False,
    ) -> list[Ranking | Refusal]:
        """Return the next products of many buyers, in their order.

        Parameters
        ----------
        buyers : iterable of dict
            Each ``{"user": …}`` or ``{"history": […]}``, and ``"at"`` and ``"buyer"`` where they
            matter. They are sent a hundred at a time.
        run, dataset, placement, rules, k, exclude_seen
            As for ``recommend``.

        Returns
        -------
        list
            A ranking for each; in place of one that cannot be made a ``Refusal``, which is returned
            and not raised.

        Raises
        ------
        Refusal
            Where no buyer can be answered.
        OSError
            Where the server cannot be reached.
        """
        model = _without_empty(run=run, dataset=dataset, placement=placement, rules=rules, k=k)
        model |= {"exclude_seen": exclude_seen}
        asked = [
            {**buyer, "at": _moment(buyer["at"])} if "at" in buyer else dict(buyer)
            for buyer in buyers
        ]
        results: list[Ranking | Refusal] = []
        for start in range(0, len(asked), MOST_BUYERS):
            part = asked[start : start + MOST_BUYERS]
            answers = self._post("/recommendations/batch", model | {"buyers": part})["answers"]
            results += [answer["ranking"] or Refusal(answer["error"]) for answer in answers]
        return results

    def _get(self, path: str) -> Any:
        """Return the response to GET, from memory where the server says that it is unchanged."""
        tag, content = self._remembered.get(path, ("", b""))
        request = urllib.request.Request(self._address + path, headers=self._headers)
        if tag:
            request.add_header("If-None-Match", tag)
        status, headers, body = self._send(request)
        if status == 304:
            body = content
        elif new_tag := headers.get("ETag"):
            self._remembered[path] = (new_tag, body)
        if path in self._remembered:
            self._remembered.move_to_end(path)
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return json.loads(body)

    def _post(self, path: str, content: Mapping[str, Any]) -> Any:
        request = urllib.request.Request(
            self._address + path,
            json.dumps(content).encode(),
            self._headers | {"Content-Type": "application/json"},
        )
        return json.loads(self._send(request)[2])

    def _send(self, request: urllib.request.Request) -> tuple[int, Message, bytes]:
        """Send a request, again after a pause where the server is busy; return its response."""
        for attempt in range(1, self._attempts + 1):
            try:
                with self._opener.open(request, timeout=self._timeout) as response:
                    return response.status, response.headers, response.read()
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == 304:
                        return error.code, error.headers, b""
                    pause = _pause(error.headers.get("Retry-After"), attempt)
                    is_last = attempt == self._attempts or pause > self._longest_pause
                    if error.code not in BUSY or is_last:
                        raise _refusal(error) from None
            time.sleep(pause)
        raise ValueError(f"attempts is {self._attempts}: it takes a whole number from 1.")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would send the token to wherever that leads."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Return no request, so that a redirect is an error."""


def _without_empty(**keys: Any) -> dict[str, Any]:
    """Return the keys of a request that have a value."""
    return {name: value for name, value in keys.items() if value is not None and value != ""}


def _moment(at: datetime | str | None) -> str | None:
    return at.isoformat() if isinstance(at, datetime) else at


def _pause(retry_after: str | None, attempt: int) -> float:
    """Return the seconds to wait: what the server asks for, or twice as long each time.

    >>> _pause("3", 1), _pause(None, 1), _pause(None, 3)
    (3.0, 0.5, 2.0)
    """
    if retry_after is None:
        return float(0.5 * 2 ** (attempt - 1))
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 1.0
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _refusal(error: urllib.error.HTTPError) -> Refusal:
    """Return a response of an error as an exception with the sentence of the server."""
    body = error.read().decode("utf-8", "replace")
    try:
        sentence = str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        sentence = body.strip()[:500] or str(error.reason)
    return Refusal(sentence, error.code)
