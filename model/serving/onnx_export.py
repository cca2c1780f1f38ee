"""A trained network becomes files: ``model.keras`` and ``model.onnx``."""

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import VitrinaError
from data.i18n import _
from model.networks.network import Network
from model.run_folder import RunFolder

TOLERANCE = 1e-3


def save_network(run: RunFolder, network: Network) -> None:
    """Write both files and check that they say the same.

    Raises
    ------
    VitrinaError
        Where the ONNX file gives other scores than the network.
    """
    example = _example(network.serving)
    expected = np.asarray(network.serving(example))
    with run_quietly():
        run.write("model.keras", lambda file: _save_keras(network.serving, file))
        run.write("model.onnx", lambda file: _save_onnx(network.serving, file))
    found = _predict(run.path / "model.onnx", example)
    if not np.allclose(found, expected, atol=TOLERANCE, rtol=TOLERANCE):
        raise VitrinaError(_("The exported model differs from the trained one; train it again."))


def _save_keras(model: Any, file: Path) -> None:
    whole = file.with_name(f"{file.name}.keras")
    model.save(whole)
    whole.replace(file)


def _save_onnx(model: Any, file: Path) -> None:
    model.export(file, format="onnx", verbose=False)


def _example(model: Any) -> dict[str, Any]:
    """Return two short histories, one of them padded."""
    inputs: dict[str, Any] = {
        one.name: np.ones((2, 3), dtype=one.dtype) for one in model.inputs if one.name != "length"
    }
    inputs["length"] = np.array([3, 1], dtype=np.int32)
    return inputs


def _predict(file: Path, inputs: dict[str, Any]) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return session.run(None, {one.name: inputs[one.name] for one in session.get_inputs()})[0]


@contextlib.contextmanager
def run_quietly() -> Any:
    """Keep what converters print off the output."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
