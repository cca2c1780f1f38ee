"""Run every benchmark, or those named: ``python -m tests.benchmarks training``."""

import importlib
import pkgutil
import sys
from pathlib import Path


def main(names: list[str]) -> None:
    """Print the table of each benchmark module, in the order of their names."""
    found = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    for name in names or [name for name in found if not name.startswith("_")]:
        print(f"\n== {name}")
        importlib.import_module(f"tests.benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
