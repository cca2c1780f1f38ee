"""Data flows one way: data → model → dashboard. No room imports from one that comes after it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("data", "model", "dashboard")
KERAS = {"keras", "tensorflow", "jax", "torch"}


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(module: Path) -> Iterator[str]:
    """Yield every module that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            in_a_bundle = module.stem.endswith("_numpy")  # copied into another package
            assert node.level == 0 or in_a_bundle, f"{module} imports relatively"
            yield node.module or ""


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_the_rooms_before_it(room: str) -> None:
    later = set(ROOMS[ROOMS.index(room) + 1 :]) | {"tests"}
    for module in modules(room):
        tops = {name.split(".")[0] for name in imported(module)}
        assert not tops & later, f"{module.relative_to(ROOT)} imports {tops & later}"


def test_the_data_room_knows_no_network_library() -> None:
    for module in modules("data"):
        assert not {name.split(".")[0] for name in imported(module)} & KERAS, module


def test_the_model_room_knows_no_web_page() -> None:
    for module in modules("model"):
        assert not {name.split(".")[0] for name in imported(module)} & {"dash", "flask", "plotly"}


def test_no_module_outgrows_three_hundred_lines() -> None:
    for room in ROOMS:
        for module in modules(room):
            assert len(module.read_text(encoding="utf-8").splitlines()) <= 300, module


@pytest.mark.parametrize(
    "module", ["dashboard.app", "dashboard.cli", "dashboard.services.runs.start"]
)
def test_the_web_process_leaves_tensorflow_alone(module: str) -> None:
    code = f"import sys, {module}; sys.exit(bool({KERAS!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_no_compiler_is_loaded_before_somebody_asks_for_a_ranking() -> None:
    code = "import sys, dashboard.app, model.serving.onnx_model; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_help_answers_without_heavy_libraries() -> None:
    code = (
        "import sys; from dashboard.cli import run; run(['--help']);"
        "sys.exit(bool({'tensorflow', 'keras', 'dash', 'pandas', 'duckdb'} & set(sys.modules)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    assert "train" in finished.stdout
