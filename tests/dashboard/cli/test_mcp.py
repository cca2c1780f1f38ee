"""``vitrina mcp``, as an assistant starts it and talks to it."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from dashboard.cli import run as type_command
from data.home import Home
from tests.dashboard.shop import CUP, TEAPOT

pytestmark = pytest.mark.slow

Shop = tuple[Home, str]
PROGRAM = "from dashboard.cli import main; main()"


def talk(home: Home, conversation: Callable[[Client], Awaitable[Any]]) -> Any:
    """Start the command over a home, and return what a conversation with it comes to."""
    command = StdioServerParameters(
        command=sys.executable, args=["-c", PROGRAM, "--home", str(home.path), "mcp"]
    )

    async def start() -> Any:
        async with Client(command) as client:
            return await conversation(client)

    # Browser tests of the same process leave a running event loop in its main thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, start()).result()


def answers(home: Home, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """Return the answer of each call; the sentence of one that was refused."""

    async def ask(client: Client) -> list[Any]:
        results = [await client.call_tool(name, arguments) for name, arguments in calls]
        return [
            result.content[0].text if result.is_error else result.structured_content
            for result in results
        ]

    result: list[Any] = talk(home, ask)
    return result


def printed(capsys: pytest.CaptureFixture[str], home: Home, *words: str) -> Any:
    capsys.readouterr()
    assert type_command(["--home", str(home.path), *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_five_functions_that_only_read_are_offered(shop: Shop) -> None:
    async def tools(client: Client) -> Any:
        return (await client.list_tools()).tools

    offered = talk(shop[0], tools)
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
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = shop
    history = [TEAPOT, CUP, TEAPOT]
    datasets, runs, compared, ranked, of_user = answers(
        home,
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


def test_an_explanation_names_the_event_that_makes_a_product_probable(shop: Shop) -> None:
    home, run = shop
    [explained] = answers(home, ("explain", {"run": run, "user": "u00001", "product": CUP}))
    assert explained["product"]["product"] == CUP
    effects = {event["product"]: event["effect"] for event in explained["events"]}
    assert effects.keys() >= {explained["events"][-1]["product"]}
    assert any(effects.values())


def test_a_refusal_is_a_sentence(shop: Shop) -> None:
    home, run = shop
    unknown, both, product = answers(
        home,
        ("recommend", {"run": "nowhere-1", "user": "u00001"}),
        ("recommend", {"run": run, "user": "u00001", "history": [CUP]}),
        ("explain", {"run": run, "user": "u00001", "product": "never"}),
    )
    assert "nowhere-1" in unknown
    assert "either user or history" in both
    assert "does not know never" in product
    assert "Traceback" not in unknown + both + product
