"""What the fit of each baseline costs, and the ranking of the test targets by it.

Each baseline has a process of its own, which reads the split, fits it as a run does, and ranks
``FITS_HISTORIES`` of the test histories with all of their targets. ``BASELINES_DATA``,
``BASELINES_SETTINGS`` and ``BASELINES_SHARE`` are as in ``baselines`` (the settings are ``basket``
by default), ``BASELINES_MODELS`` names the baselines. Memory is that of the process at most, while
it fits or ranks; a process that has only read the split is the first row. Seconds of the clock say
little on a busy machine: the last column is processor seconds by those of a product of two matrices
of 2,000 by 2,000 in the same process.
"""

import json
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

from model.baselines import BASELINES
from model.config.run_config import RunConfig
from tests.benchmarks.baselines import split_of_log

SETTINGS = {"protocol": "basket"}
HISTORIES = int(os.environ.get("FITS_HISTORIES", "500"))
_PROCESS = """
import json, pickle, sys, time
from pathlib import Path
import numpy as np
from model.baselines.tuning import fit
from model.evaluation.evaluate import predict_targets

file, name, histories = sys.argv[1], sys.argv[2], int(sys.argv[3])

def measured(action):
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    begin, processor = time.perf_counter(), time.process_time()
    result = action()
    used = time.perf_counter() - begin, time.process_time() - processor
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return result, (*used, int(line.split()[1]) / 2**20)

task, read = measured(lambda: pickle.loads(Path(file).read_bytes()))
matrix = np.ones((2000, 2000), np.float32)
_product, product = measured(lambda: matrix @ matrix)
phases = {"read": read, "product": product}
if name:
    model, phases["fit"] = measured(lambda: fit(name, task))
    ends, number = np.unique(task.split.ends[task.split.test], return_inverse=True)
    chosen = np.random.default_rng(0).permutation(len(ends))[:histories]
    targets = task.split.test[np.isin(number, chosen)]
    predict_targets(task, targets[:1], [model])  # compiles
    _found, phases["rank"] = measured(lambda: predict_targets(task, targets, [model]))
print(json.dumps(phases))
"""


def main() -> None:
    """Print the cost of each baseline."""
    settings = json.loads(os.environ.get("BASELINES_SETTINGS", json.dumps(SETTINGS)))
    names = os.environ.get("BASELINES_MODELS", ";".join(BASELINES)).split(";")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "split"
        task = split_of_log(RunConfig().override(settings))
        file.write_bytes(pickle.dumps(task))
        print(f"{len(task.sequences):,} events, {task.products:,} products\n")
        print(
            "| baseline | fit, seconds | processor | GB | ranking, seconds | processor | GB |"
            " fit, in products |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        print(f"| – |  |  | {_run(file, '')['read'][2]:.2f} |  |  |  |  |")
        for name in names:
            phases = _run(file, name)
            fit, rank, product = (phases[key] for key in ("fit", "rank", "product"))
            cells = [*_cells(*fit), *_cells(*rank), f"{fit[1] / max(product[1], 1e-9):.0f}"]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _run(file: Path, name: str) -> dict[str, tuple[float, float, float]]:
    ran = subprocess.run(
        [sys.executable, "-c", _PROCESS, str(file), name, str(HISTORIES)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    phases: dict[str, tuple[float, float, float]] = json.loads(ran.stdout.splitlines()[-1])
    return phases


def _cells(seconds: float, processor: float, memory: float) -> list[str]:
    return [f"{seconds:.1f}", f"{processor:.1f}", f"{memory:.2f}"]


if __name__ == "__main__":
    main()
