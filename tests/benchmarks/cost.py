"""What a run of ``best`` costs from its start to a served model, phase by phase.

Each round is a process of its own, which prepares, trains, exports, fits the baselines and the
blend, and evaluates, as a run of the workbench does. ``COST_DATA`` is the synthetic shop by
default (``COST_BUYERS`` of them), ``complete-journey`` or a file; ``COST_SETTINGS`` are settings of
the run, ``COST_ROUNDS`` how often it is run.

Measured on two quiet cores with the shop of 20,000 buyers, three rounds of 57 to 61 s: preparation
1, training 26 to 29, export 3 to 4, baselines 6, blend 15, evaluation 7 s; baselines and blend took
0.80, 0.72 and 0.78 of the time of the training; 2.8 GB of memory at the most, in the blend's fit.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from data.datasets.store import Store
from data.demo import generator
from data.home import Home
from data.importing import complete_journey
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.phases import Phase

DATA = os.environ.get("COST_DATA", "shop")
BUYERS = int(os.environ.get("COST_BUYERS", "20000"))
SETTINGS = os.environ.get("COST_SETTINGS", "{}")
ROUNDS = int(os.environ.get("COST_ROUNDS", "3"))
_ROUND = """
import json, resource, sys, time
from pathlib import Path
from data.datasets.store import Store
from data.home import Home
from data.progress import never
from model.config.presets import preset, preset_for
from model.config.sizing import LogSize
from model.training.trainer import train
from tests.benchmarks.cost import Clock

home, folder, changes = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
dataset = Store(Home(home)).open("log")
size = LogSize.of(dataset, preset("best").override(changes).preparation)
clock = Clock()
train(preset_for("best", size).override(changes), dataset, folder, clock, never)
print(json.dumps(clock.ended()))
"""


class Clock:
    """A training callback that measures each phase and drops everything else it receives.

    Attributes
    ----------
    phases : dict
        Phase → seconds, processor seconds, and GB of memory at the most until its end.
    """

    def __init__(self) -> None:
        self.phases: dict[str, tuple[float, float, float]] = {}
        self._current = ""
        self._since = self._now()

    def __getattr__(self, _name: str) -> object:
        return lambda *_args, **_rest: None

    def phase(self, phase: Phase, share: float | None = None) -> None:
        """Begin to measure a phase, and end the one before it."""
        if phase.value != self._current:
            self._end()
            self._current = phase.value

    def ended(self) -> dict[str, tuple[float, float, float]]:
        """End the last phase, and return all."""
        self._end()
        return self.phases

    def _end(self) -> None:
        now = self._now()
        seconds, processor, _memory = self.phases.get(self._current, (0.0, 0.0, 0.0))
        if self._current:
            self.phases[self._current] = (
                seconds + now[0] - self._since[0],
                processor + now[1] - self._since[1],
                now[2],
            )
        self._since = now

    @staticmethod
    def _now() -> tuple[float, float, float]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return time.perf_counter(), used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


def main() -> None:
    """Print the cost of each phase, and its share of the whole, round by round."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        import_log(DATA, home, Path(scratch))
        print("| round | phase | seconds | share | processor seconds | peak GB |")
        print("| --- | --- | --- | --- | --- | --- |")
        for number in range(1, ROUNDS + 1):
            _print(number, run_best(home, Path(scratch) / f"run-{number}", SETTINGS))


def import_log(log: str, home: Path, scratch: Path) -> None:
    """Import the shop, the whole Complete Journey or a file as the dataset *log* of a home."""
    store = Store(Home(home))
    request = ImportRequest([Path(log)], "log")
    if log == "complete-journey":
        request = complete_journey.request(scratch, "log")
    if log == "shop":
        request = ImportRequest([scratch / "shop.csv"], "log", synthetic=True)
        generator.write(request.files[0], buyers=BUYERS, seed=0)
    ingest(store, request)


def run_best(home: Path, folder: Path, settings: str) -> dict[str, tuple[float, float, float]]:
    """Run ``best`` with some settings (JSON) in a process of its own; return ``Clock.phases``."""
    ran = subprocess.run(
        [sys.executable, "-c", _ROUND, str(home), str(folder), settings],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    phases: dict[str, tuple[float, float, float]] = json.loads(ran.stdout.splitlines()[-1])
    return phases


def _print(number: int, phases: dict[str, tuple[float, float, float]]) -> None:
    whole = sum(seconds for seconds, *_rest in phases.values())
    for phase, (seconds, processor, memory) in phases.items():
        share = f"{seconds / whole:.0%}"
        print(f"| {number} | {phase} | {seconds:.1f} | {share} | {processor:.1f} | {memory:.2f} |")
    fits = sum(phases[phase][0] for phase in (Phase.BASELINES, Phase.BLEND) if phase in phases)
    part = fits / phases[Phase.TRAINING][0]
    print(f"| {number} | whole | {whole:.1f} | baselines and blend: {part:.2f} of training | | |")


if __name__ == "__main__":
    main()
