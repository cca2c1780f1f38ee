"""A job that ranks for every buyer is killed: what it resumes with is what it had finished."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.jobs.failures import KILLED
from dashboard.jobs.states import State
from data.datasets.store import Store
from tests.faults.conftest import Place
from tests.model.toys import save_untrained, small

pytestmark = pytest.mark.fault
CHILD = """
import os, signal, sys
from dashboard.jobs import child
from model.serving import part_scoring
from model.serving.ranked_part import KeptParts
part_scoring.BLOCK_SIZE, part_scoring.PART_BLOCKS = 5, 2
write, log, killed = KeptParts.write, open(sys.argv[1], "a"), sys.argv[2] == "killed"
def counted(self, number, part):
    print(number, file=log, flush=True)
    write(self, number, part)
    if killed and number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
KeptParts.write = counted
sys.exit(child.main(sys.argv[3:]))
"""


def test_a_killed_scoring_resumes_with_its_finished_parts(place: Place, tmp_path: Path) -> None:
    runs, name = place.runs, place.dataset()
    trained = runs.create("train", name, small().as_dict())
    runs.queue.claim()
    save_untrained(small(), Store(place.home).open(name), runs.folder(trained))
    runs.attempts.end(trained, 1, State.FINISHED)
    config = {"run": trained, "k": 20, "exclude_seen": False, "format": "parquet"}
    disturbed, undisturbed = (runs.create("score", name, config) for _turn in range(2))
    assert _work(place, tmp_path / "disturbed", disturbed, "killed") == -signal.SIGKILL
    runs.attempts.end(disturbed, 1, State.INTERRUPTED, KILLED)
    assert _work(place, tmp_path / "undisturbed", undisturbed) == 0
    runs.resume(disturbed)
    assert _work(place, tmp_path / "disturbed", disturbed) == 0

    files = [runs.folder(run) / "lists.parquet" for run in (disturbed, undisturbed)]
    assert files[0].read_bytes() == files[1].read_bytes()
    parts = [(tmp_path / word).read_text().split() for word in ("disturbed", "undisturbed")]
    assert parts[0] == parts[1] == ["0", "1", "2", "3"]
    assert not (runs.folder(disturbed) / "parts").exists()
    assert runs.get(disturbed).progress["buyers"] == 40


def _work(place: Place, log: Path, run: str, fate: str = "spared") -> int:
    """Claim a run, work on it in a process, and return its exit status."""
    claimed = place.runs.queue.claim()
    assert claimed is not None
    assert claimed.run == run
    words = ["--home", str(place.home.path), "--attempt", str(claimed.attempt), run]
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(log), fate, *words],
        check=False,
        env=place.home.environment(),
    ).returncode
