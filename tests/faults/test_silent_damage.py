"""No damage changes an answer silently: what was written shows, or a sentence says why it does not.

Damage to the table of runs is left out: SQLite has no checksums of its values.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from dash import Dash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.app import create_app
from data.home import Home
from tests.faults.damage import Answers, answers, files_of

pytestmark = [pytest.mark.fault, pytest.mark.slow]

EXAMPLES = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "hunt" else 4
SIGNS = ("damaged", "is missing", "nobody knows whether")
READ_BY = {
    "datasets/toy/manifest.json": "stats toy",
    "datasets/toy/v-*/part-0.parquet": "/recommend?run=toy-1&user=1",
    "datasets/toy/v-*/hours.parquet": "chart days",
    "datasets/toy/v-*/purchases.parquet": "chart brands",
    "runs/toy-1/model.onnx": "recommend toy-1 --history ",
    "runs/toy-1/config.json": "recommend toy-1 --history ",
    "runs/toy-1/vocabulary.parquet": "recommend toy-1 --history ",
    "runs/toy-1/event_types.json": "recommend toy-1 --history ",
    "runs/toy-1/evaluation.json": "/runs",
    "runs/toy-1/outcomes.parquet": "/recommend/health?run=toy-1",
}


@dataclass(frozen=True)
class Whole:
    """The home of the trained shop without a cache, so that every answer is computed.

    Attributes
    ----------
    app : Dash
    folder : Path
    texts : dict
        The answers about it that are the same each time.
    """

    app: Dash
    folder: Path
    texts: dict[str, str]

    def copy(self, folder: Path) -> Home:
        return Home(shutil.copytree(self.folder, folder / "home"))

    def check(self, file: str, home: Home) -> Answers:
        """Check that each answer is the same as before, or says what is damaged."""
        said = answers(self.app, home, "toy")
        assert said.unexplained == []
        for name, text in self.texts.items():
            now = said.texts[name]
            assert now == text or any(sign in now for sign in SIGNS), f"{file}: {name}"
        return said


@pytest.fixture(scope="module")
def whole(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    app = create_app(Home(tmp_path_factory.mktemp("app")))
    folder = tmp_path_factory.mktemp("whole") / "home"
    shutil.copytree(trained_shop / "home", folder)
    shutil.rmtree(folder / "cache", ignore_errors=True)
    empty = Whole(app, folder, {})
    first, second = (
        empty.check("", empty.copy(tmp_path_factory.mktemp("copy"))).texts for _time in range(2)
    )
    return Whole(app, folder, {name: first[name] for name in first if first[name] == second[name]})


def test_most_answers_can_be_compared(whole: Whole) -> None:
    assert {"show toy-1", *READ_BY.values()} <= set(whole.texts)


@pytest.mark.parametrize("change", ["a flipped bit", "deleted"])
@pytest.mark.parametrize("name", READ_BY)
def test_damage_that_a_format_does_not_notice_is_said(
    whole: Whole, tmp_path: Path, name: str, change: str
) -> None:
    home = whole.copy(tmp_path)
    (file,) = home.path.glob(name)
    if change == "deleted":
        file.unlink()
    else:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    said = whole.check(name, home)
    assert any(sign in said.texts[READ_BY[name]] for sign in SIGNS)


@pytest.mark.property
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_damage_anywhere_changes_an_answer_silently(
    whole: Whole, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    files = [file for file in files_of(whole.folder) if not file.startswith("vitrina.db")]
    name = data.draw(st.sampled_from(files), label="file")
    folder = tmp_path_factory.mktemp("damaged")
    home = whole.copy(folder)
    content = bytearray((home.path / name).read_bytes())
    place = data.draw(st.integers(0, max(len(content) - 1, 0)), label="place")
    garbage = data.draw(st.none() | st.binary(min_size=1, max_size=8), label="in its place")
    if garbage is None:
        (home.path / name).unlink()
    else:
        content[place : place + len(garbage)] = garbage
        (home.path / name).write_bytes(content)
    whole.check(name, home)
    shutil.rmtree(folder)
