"""``vitrina mcp``, as an assistant starts it and talks to it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters

from dashboard.cli import run as type_command
from data.home import Home
from tests.dashboard.shop import CUP, TEAPOT

Shop = tuple[Home, str]
PROGRAM = "from dashboard.cli import main; main()"


@dataclass
class Assistant:
    """An assistant that has started the command, and the thread in which it talks to it."""

    client: Client
    thread: BlockingPortal

    def tools(self) -> list[Any]:
        """Return what is offered."""
        return list(self.thread.call(self.client.list_tools).tools)

    def answers(self, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
        """Return the answer of each call; the sentence of one that was refused."""
        results = [self.thread.call(self.client.call_tool, *call) for call in calls]
        return [
            result.content[0].text if result.is_error else result.structured_content
            for result in results
        ]


@pytest.fixture(scope="module")
def assistant(shop: Shop) -> Iterator[Assistant]:
    """An assistant over the home of the shop."""
    command = StdioServerParameters(
        command=sys.executable, args=["-c", PROGRAM, "--home", str(shop[0].path), "mcp"]
    )
    # Browser tests of the same process leave a running event loop in its main thread.
    with (
        start_blocking_portal() as thread,
        thread.wrap_async_context_manager(Client(command)) as client,
    ):
        yield Assistant(client, thread)


def printed(capsys: pytest.CaptureFixture[str], home: Home, *words: str) -> Any:
    capsys.readouterr()
    assert type_command(["--home", str(home.path), *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_five_functions_that_only_read_are_offered(assistant: Assistant) -> None:
    offered = assistant.tools()
    assert [tool.name for tool in offered] == [
        "datasets",
        "runs",
        "compare",
        "recommend",
        "explain",
    ]
    assert all(tool.annotations.read_only_hint for tool in offered)
    assert all(tool.description for tool in offered)


def test_answers_are_those_of_the_command_line(
    assistant: Assistant, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = shop
    history = [TEAPOT, CUP, TEAPOT]
    datasets, runs, compared, ranked, of_user = assistant.answers(
        ("datasets", {}),
        ("runs", {"dataset": "toy"}),
        ("compare", {"runs": [run]}),
        ("recommend", {"run": run, "history": history, "k": 3}),
        ("recommend", {"run": run, "user": "u00001", "k": 3}),
    )
    assert datasets["datasets"][0]["name"] == "toy"
    assert [one["run"] for one in runs["runs"]] == [run]
    test = printed(capsys, home, "show", run)["test"]
    assert compared["models"][run]["metrics"].items() >= test.items()
    for answer, words in (
        (ranked, ["--history", ",".join(history)]),
        (of_user, ["--user", "u00001"]),
    ):
        assert answer == printed(capsys, home, "recommend", run, *words, "-k", "3")
    assert ranked["items"][0]["product"] == CUP


def test_an_explanation_names_the_event_that_makes_a_product_probable(
    assistant: Assistant, shop: Shop
) -> None:
    call = {"run": shop[1], "user": "u00001", "product": CUP}
    [explained] = assistant.answers(("explain", call))
    assert explained["product"]["product"] == CUP
    effects = {event["product"]: event["effect"] for event in explained["events"]}
    assert effects.keys() >= {explained["events"][-1]["product"]}
    assert any(effects.values())


def test_a_refusal_is_a_sentence(assistant: Assistant, shop: Shop) -> None:
    run = shop[1]
    unknown, both, product = assistant.answers(
        ("recommend", {"run": "nowhere-1", "user": "u00001"}),
        ("recommend", {"run": run, "user": "u00001", "history": [CUP]}),
        ("explain", {"run": run, "user": "u00001", "product": "never"}),
    )
    assert "nowhere-1" in unknown
    assert "either user or history" in both
    assert "does not know never" in product
    assert "Traceback" not in unknown + both + product
