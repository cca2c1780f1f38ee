"""Installed packages add baselines without a change in this project."""

import subprocess
import sys
from pathlib import Path

import pytest

BASELINE = """
import numpy as np
from model.baselines.base import Baseline

class Newest(Baseline):
    name = "newest"

    def fit(self, users, products):
        self.state = {"scores": np.arange(products, dtype=np.float32)}

    def scores(self, histories):
        return np.tile(self.state["scores"], (len(histories), 1))

class Portable(Newest):
    name = "portable"

    @staticmethod
    def numpy_scores(state, settings, history):
        return state["scores"]
"""
ENTRY_POINTS = """
[vitrina.baselines]
newest = toy_baselines:Newest
portable = toy_baselines:Portable
broken = toy_baselines_that_do_not_exist:Anything
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder as ``pip install --target`` leaves it, with one small package."""
    folder = tmp_path / "site"
    metadata = folder / "toy_baselines-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "toy_baselines.py").write_text(BASELINE)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-baselines\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    return folder


def test_a_packages_baselines_are_evaluated_and_blended(site: Path, tmp_path: Path) -> None:
    """A blend takes those with ``numpy_scores`` only, as a bundle has to run without Vitrina."""
    program = f"""
import sys
sys.path.append({str(site)!r})
from pathlib import Path
import numpy as np
from model.baselines.tuning import fit_all
from model.blend.blend import Blend
from model.blend.conditional_logit import BlendWeights
from model.blend.fit import eligible_members
from model.evaluation.evaluate import evaluate_models
from model.run_folder import RunFolder
from model.sequences.split_data import split_prepared
from model.serving.bundle import write_blend
from tests.model.toys import prepared, random_histories, small
task = split_prepared(prepared(random_histories(60, 20)), small())
problems = []
fitted = fit_all(task, on_problem=problems.append)
assert len(problems) == 1 and "broken" in problems[0]
metrics, _predictions = evaluate_models(task, fitted)
assert [model["name"] for model in metrics["models"]][-2:] == ["newest", "portable"]
names = [model.name for model in eligible_members(fitted)]
assert "portable" in names and "newest" not in names
weights = BlendWeights(np.ones(1), np.ones(2), np.ones(2), 0.0)
folder = Path({str(tmp_path)!r})
Blend(fitted[-1:], [weights], np.ones(1), task.popularity).save(RunFolder(folder / "run"))
(folder / "bundle").mkdir()
write_blend(folder / "run" / "blend.npz", folder / "bundle")
sys.path.insert(0, str(folder / "bundle"))
from blend import Blend as InNumPy, History
in_numpy = InNumPy(folder / "bundle" / "blend.npz")
scores = in_numpy.scores(np.zeros(task.products, np.float32), History.of([2]))
assert scores.argmax() == task.products - 1
"""
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
