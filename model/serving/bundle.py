"""A bundle: a finished run in a folder that works without Vitrina."""

import json
import shutil
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import FIRST, PADDING, UNKNOWN
from model.blend.blend import FILE as BLEND
from model.run_folder import RunFolder
from model.sequences.features import CONTEXT, LEVELS, MISSING_NUMBER, missing
from model.serving import numpy_blend
from model.serving.onnx_model import load_recommenders

CARRIED = ("model.onnx", "model.keras", "config.json", "evaluation.json", "vocabulary.parquet")

EXAMPLE = '''\
"""Rank what comes next: python example.py PRODUCT … (the oldest first)."""
import sys
from pathlib import Path
import numpy as np
import onnxruntime
{import_blend}
here = Path(__file__).parent
catalogue = np.load(here / "catalogue.npz")
network = onnxruntime.InferenceSession(here / "model.onnx")
code = {{name: place for place, name in enumerate(catalogue["name"])}}
history = np.array([code.get(name, 1) for name in sys.argv[1:]], dtype=np.int32)  # 1: unknown
latest = history[-{length}:] if len(history) else np.zeros(1, dtype=np.int32)
asked = {{one.name for one in network.get_inputs()}} - {{"length"}}
inputs = {{feature: catalogue[feature][latest][None] for feature in asked}}
inputs["length"] = np.array([min(len(history), {length})], dtype=np.int32)
scores = network.run(None, inputs)[0][0]
{blend}
chances = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum(dtype=np.float64)
for place in np.argsort(-scores, kind="stable")[:10]:
    print(catalogue["name"][place + 2], f"{{chances[place]:.6f}}", sep="\\t")
'''

README = """\
# {run}

Made by Vitrina {version} on {day}. It ranks {products} products after a history of products.

    pip install onnxruntime numpy
    python example.py {first}

What it serves: {serves}

| file | what it is |
| --- | --- |
| `example.py` | {lines} lines that rank; onnxruntime and NumPy are all that they need |
{blend_rows}| `model.onnx` | the network; reads {inputs} and gives a score for every product |
| `model.keras` | the same network for Keras 3 |
| `catalogue.npz` | names and features by code: 0 no event, 1 unknown, products from 2 on |
| `vocabulary.parquet` | the catalogue as a table |
| `config.json`, `evaluation.json` | how it was trained, and what it reached beside simple models |
| `bundle.json` | the above in short, for programs |

The network reads the latest {length} events of a history.
"""


def export(folder: Path, out: Path) -> dict[str, Any]:
    """Write the bundle of a finished run.

    Parameters
    ----------
    folder : Path
        The run's folder.
    out : Path
        The folder to write; it must be empty or absent.

    Returns
    -------
    dict
        What ``bundle.json`` holds.

    Raises
    ------
    BadInput
        Where the run has no model, or ``out`` holds something already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(_("{folder} is not empty; name another folder.").format(folder=out))
    run = RunFolder(folder)
    network = load_recommenders(run, 1)[-1]
    blended = (folder / BLEND).exists()
    length = run.config().sequence_length
    about: dict[str, Any] = {
        "run": folder.name,
        "version": version("vitrina"),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "serves": "blend" if blended else "network",
        "network": network.name,
        "weights": _weights(folder) if blended else {network.name: 1.0},
        "reads": list(run.config().features),
        "latest": length,
        "products": len(run.vocabulary),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name in CARRIED:
        if (folder / name).exists():
            shutil.copyfile(folder / name, out / name)
    if blended:
        shutil.copyfile(folder / BLEND, out / BLEND)
        shutil.copyfile(Path(numpy_blend.__file__), out / "blend.py")
    _write_catalogue(run, out / "catalogue.npz")
    _write_text(out / "bundle.json", json.dumps(about, ensure_ascii=False, indent=1))
    _write_text(out / "example.py", example(length, blended))
    _write_text(out / "README.md", _readme(about, run.vocabulary["product"]))
    return about


def example(length: int, blended: bool) -> str:
    """Return the program that ranks with nothing but onnxruntime and NumPy."""
    text = EXAMPLE.format(
        length=length,
        import_blend="from blend import Blend" if blended else "",
        blend='scores = Blend(here / "blend.npz").scores(scores, history)' if blended else "",
    )
    return "\n".join(line for line in text.split("\n") if line) + "\n"


def _weights(folder: Path) -> dict[str, float]:
    """Return each member's weight for products that are new to a buyer; the contexts' mean."""
    blend = numpy_blend.Blend(folder / BLEND)
    names = [*(note["name"] for note in blend.about), "mixture"]
    return {name: float(weight) for name, weight in zip(names, blend.new.mean(axis=0), strict=True)}


def _write_catalogue(run: RunFolder, file: Path) -> None:
    """Write every feature by code, so that a history's features are one look-up each."""
    table = run.vocabulary
    count = FIRST + len(table)
    columns: dict[str, Any] = {name: np.full(count, missing(name)) for name in CONTEXT}
    columns["name"] = np.array(["", "", *table["product"]], dtype=np.str_)
    columns["product"] = np.arange(count, dtype=np.int32)
    for name in ("brand", "category", *LEVELS):
        codes = table.get(f"{name}_code", np.full(len(table), UNKNOWN))
        columns[name] = np.append([PADDING, UNKNOWN], codes).astype(np.int32)
    for name in ("price", "relative_price"):
        number = np.asarray(table.get(name, np.full(len(table), np.nan)), dtype=np.float32)
        number = np.where(np.isnan(number) | (number < 0), MISSING_NUMBER, number)
        columns[name] = np.append([PADDING, MISSING_NUMBER], number).astype(np.float32)
    np.savez_compressed(file, **columns)


def _readme(about: dict[str, Any], products: Any) -> str:
    blended = about["serves"] == "blend"
    parts = ", ".join(f"{name} × {weight:.2f}" for name, weight in about["weights"].items())
    return README.format(
        run=about["run"],
        version=about["version"],
        day=about["written"][:10],
        products=f"{about['products']:,}",
        first=" ".join(map(str, products[:2])),
        serves="a blend of the network and simple models; their weights for products that are new "
        f"to a buyer are {parts}. `model.onnx` alone is the network without the others, and ranks "
        "differently."
        if blended
        else f"the network {about['network']} alone.",
        lines=len(example(about["latest"], blended).splitlines()),
        blend_rows="| `blend.py`, `blend.npz` | the simple models of the blend, in NumPy |\n"
        if blended
        else "",
        inputs=", ".join([*about["reads"], "length"]),
        length=about["latest"],
    )


def _write_text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
