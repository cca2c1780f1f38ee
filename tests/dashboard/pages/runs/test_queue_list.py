"""The queue above the table of runs asks the database a constant number of questions."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import runs_table
from dashboard.services.runs import control, monitor
from data.home import Home

QUESTIONS: dict[str, Callable[[Home, Runs], object]] = {
    "show the queue": lambda home, runs: runs_table.queue(home, runs.list()),
    "detect changes": lambda home, runs: runs_table.marks(home, runs.list()),
    "put a run first": lambda home, _runs: control.prioritise(home, "demo-2"),
    "what a run waits for": lambda home, runs: monitor.waiting(home, runs.get("demo-2")),
}


def statements(runs: Runs, question: Callable[[], object]) -> int:
    """Return how many SQL statements a question executes."""
    executed: list[str] = []

    def count(_connection, _cursor, statement, *_rest):
        executed.append(statement)

    event.listen(runs.database.engine, "before_cursor_execute", count)
    question()
    event.remove(runs.database.engine, "before_cursor_execute", count)
    return len(executed)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_number_of_statements_does_not_grow_with_the_queue(home: Home, question: str) -> None:
    runs = Runs(home)
    for _run in range(3):
        runs.create("train", "demo", {"epochs": 3})
    few = statements(runs, lambda: QUESTIONS[question](home, runs))
    for _run in range(20):
        runs.create("train", "demo", {"epochs": 3})
    assert statements(runs, lambda: QUESTIONS[question](home, runs)) == few
