"""Export of a trained network as ``model.keras`` and ``model.onnx``."""

import contextlib
import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import VitrinaError
from data.i18n import _
from model.networks.network import Network
from model.run_files import KERAS_MODEL, MODEL
from model.run_folder import RunFolder

TOLERANCE = 1e-3
# Otherwise tf2onnx copies the graph, weights included, before each of its three dozen passes, to
# undo one that fails; none does for the networks of the registry, and a failure is an error here.
os.environ.setdefault("TF2ONNX_CATCH_ERRORS", "FALSE")


def save_network(run: RunFolder, network: Network) -> None:
    """Write both files and compare the logits of the ONNX file with those of the network.

    Raises
    ------
    VitrinaError
        Where they differ by more than 1e-3.
    """
    example = _example(network.serving)
    expected = np.asarray(network.serving(example))
    with run_quietly():
        run.write(KERAS_MODEL, lambda file: _save_keras(network.serving, file))
        run.write(MODEL, lambda file: _save_onnx(network.serving, file))
    logits = _predict(run.path / MODEL, example)
    if not np.allclose(logits, expected, atol=TOLERANCE, rtol=TOLERANCE):
        raise VitrinaError(_("The exported model differs from the trained one; train it again."))


def _save_keras(model: Any, file: Path) -> None:
    keras_file = file.with_name(f"{file.name}.keras")  # Keras requires the suffix
    model.save(keras_file)
    keras_file.replace(file)


def _save_onnx(model: Any, file: Path) -> None:
    model.export(file, format="onnx", verbose=False)


def _example(model: Any) -> dict[str, Any]:
    """Return inputs of two short histories, one of them padded."""
    inputs: dict[str, Any] = {
        tensor.name: np.ones([2, *(size or 3 for size in tensor.shape[1:])], dtype=tensor.dtype)
        for tensor in model.inputs
        if tensor.name != "length"
    }
    inputs["length"] = np.array([3, 1], dtype=np.int32)
    return inputs


def _predict(file: Path, inputs: dict[str, Any]) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return session.run(None, {tensor.name: inputs[tensor.name] for tensor in session.get_inputs()})[
        0
    ]


@contextlib.contextmanager
def run_quietly() -> Any:
    """Discard what the converters print, and their warnings of what NumPy will change."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield
