"""Every network on one log: how well it ranks, and what it costs.

``python -m tests.benchmarks networks`` takes the whole Complete Journey. Each network is trained in
a process of its own, with the settings that ``best`` has for a log of that size, and evaluated
beside popularity. ``NETWORKS_DATA`` names another log, ``NETWORKS_NAMES`` some of the networks and
``NETWORKS_PROTOCOLS`` some protocols (with commas between), ``NETWORKS_SETTINGS`` settings of all
networks (JSON; one epoch unless they say otherwise). ``fits`` measures the baselines.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from model.phases import Phase
from model.registry import NETWORKS
from tests.benchmarks.cost import import_log, run_best
from tests.benchmarks.quality import MODELS

DATA = os.environ.get("NETWORKS_DATA", "complete-journey")
NAMES = os.environ.get("NETWORKS_NAMES", ",".join(NETWORKS)).split(",")
PROTOCOLS = os.environ.get("NETWORKS_PROTOCOLS", "basket,temporal").split(",")
SETTINGS = {"epochs": 1} | json.loads(os.environ.get("NETWORKS_SETTINGS", "{}"))
ALONE = {"blend": False, "compare_baselines": False}
HEAD = """\
| network | ndcg@10 | interval | hr@10 | repeat | explore | coverage@10 | training, seconds \
| evaluation, seconds | processor seconds of all | peak GB |
"""


def main() -> None:
    """Print a table for each protocol, network by network."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        import_log(DATA, home, Path(scratch))
        for protocol in PROTOCOLS:
            print(f"\n{protocol}\n\n{HEAD}|{' --- |' * 11}", flush=True)
            for name in NAMES:
                folder = Path(scratch) / f"{protocol}-{name}"
                settings = _own(name) | SETTINGS | ALONE | {"protocol": protocol, "network": name}
                phases = run_best(home, folder, json.dumps(settings))
                _print(name, folder, phases)


def _own(name: str) -> dict[str, Any]:
    """Return the settings that a network needs to be of about the same size as others."""
    _preset, settings = MODELS.get(name, ("best", {}))
    return settings if name != "paper" else {}


def _print(name: str, folder: Path, phases: dict[str, tuple[float, float, float]]) -> None:
    network, popularity = json.loads((folder / "evaluation.json").read_text())["models"]
    seconds = [phases[phase][0] for phase in (Phase.TRAINING, Phase.EVALUATION)]
    processor = sum(processor for _seconds, processor, _memory in phases.values())
    memory = max(memory for *_rest, memory in phases.values())
    costs = [*(f"{it:.0f}" for it in seconds), f"{processor:.0f}", f"{memory:.2f}"]
    if name == NAMES[0]:
        print(_cells("popularity", popularity, ["–"] * len(costs)), flush=True)
    print(_cells(name, network, costs), flush=True)


def _cells(name: str, model: dict[str, Any], costs: list[str]) -> str:
    means, parts = model["metrics"], model["segments"]["target"]
    low, high = model["ci95"]["ndcg@10"]
    by = [
        f"{parts[kind]['ndcg@10']:.4f}" if kind in parts else "–" for kind in ("repeat", "explore")
    ]
    cells = [
        name,
        f"{means['ndcg@10']:.4f}",
        f"{low:.4f}–{high:.4f}",
        f"{means['hr@10']:.4f}",
        *by,
        f"{means['coverage@10']:.4f}",
        *costs,
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
