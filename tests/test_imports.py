"""What a process loads. Which area may import which is in pyproject.toml (import-linter)."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KERAS = {"keras", "tensorflow", "jax", "torch"}
OPTIONAL = {"mlflow", "mcp", "optuna", "apprise"}


def test_no_area_imports_one_above_it() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    finished = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize(
    "module", ["dashboard.app", "dashboard.cli", "dashboard.services.runs.start"]
)
def test_the_web_process_leaves_tensorflow_and_optional_packages_alone(module: str) -> None:
    code = f"import sys, {module}; sys.exit(bool({KERAS | OPTIONAL!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_no_compiler_is_loaded_before_somebody_asks_for_a_ranking() -> None:
    code = "import sys, dashboard.app, model.serving.onnx_model; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_help_answers_without_heavy_libraries() -> None:
    code = (
        "import sys; from dashboard.cli import run; run(['--help']); run(['mlflow', '--help']);"
        "sys.exit(bool({'tensorflow', 'keras', 'dash', 'pandas', 'duckdb', 'mlflow'}"
        " & set(sys.modules)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    assert "train" in finished.stdout
