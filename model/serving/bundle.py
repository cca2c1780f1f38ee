"""Export of a finished run as a bundle: a folder that works without Vitrina."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from data.checksums import is_there
from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import FIRST, PADDING, UNKNOWN
from model.baselines import BASELINES, numpy_ops
from model.baselines.base import Baseline
from model.blend import blend_numpy
from model.run_files import (
    BLEND,
    BUYER_ATTRIBUTES,
    CONFIG,
    EVALUATION,
    KERAS_MODEL,
    MODEL,
    VOCABULARY,
)
from model.run_folder import RunFolder
from model.sequences import asking_numpy, attributes_numpy, repeats_numpy
from model.sequences.features import CONTEXT, LEVELS, MISSING_NUMBER, missing
from model.serving.bundle_example import (
    ASKING,
    ATTRIBUTES,
    NUMPY_MODELS,
    REPEATS,
    RULES,
    TABLES,
    example,
)
from model.serving.bundle_readme import readme
from model.serving.numpy_source import numpy_source
from model.serving.onnx_model import OnnxRecommender
from model.serving.rules import rules_numpy
from model.serving.rules.rules_numpy import RuleTables

COPIED = (MODEL, KERAS_MODEL, CONFIG, EVALUATION, VOCABULARY)
BLEND_MODULE = '''\
"""Scores of this run's blend, in NumPy alone: ``Blend(file).scores(network, History.of(codes))``.

``History.of`` takes event types, times and the time of asking, too; ``network`` are the scores of
``model.onnx``.
"""

from {package} import blend_numpy{imports}
from {package}.numpy_ops import NO_TIME, History

__all__ = ["NO_TIME", "Blend", "History"]
BASELINES = {{
{entries}}}


class Blend(blend_numpy.Blend):
    """The blend that ``blend.npz`` holds."""

    def __init__(self, file):
        super().__init__(file, BASELINES)
'''


def export(
    folder: Path,
    out: Path,
    *,
    rules: RuleTables | None = None,
    placement: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the bundle of a finished run.

    ``bundle.json`` is the last file: a folder without it is not whole. It stays empty on an error.

    Parameters
    ----------
    folder : Path
        The run's folder.
    out : Path
        The folder to write; it must be empty or absent.
    rules : RuleTables, optional
        Rules of a placement on the catalogue of the run, which the bundle then applies, too.
    placement : mapping, optional
        What ``bundle.json`` says of the placement.

    Returns
    -------
    dict
        The content of ``bundle.json``.

    Raises
    ------
    BadInput
        Where the run has no model, or ``out`` is not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(_("{folder} is not empty; name another folder.").format(folder=out))
    run = RunFolder(folder)
    network = OnnxRecommender(run, 1)
    blended = is_there(folder / BLEND)
    files = [run.file(name) for name in COPIED if is_there(folder / name)]
    config, types = run.config(), run.event_types
    about: dict[str, Any] = {
        "run": folder.name,
        "version": version("vitrina"),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "serves": "blend" if blended else "network",
        "network": network.name,
        "weights": _new_weights(run.file(BLEND)) if blended else {network.name: 1.0},
        "reads": list(config.features),
        "event_types": types.as_dict(),
        "latest": config.sequence_length,
        "repeats": network.reads_candidates,
        "candidate_features": network.candidate_features,
        "asking_time": network.reads_asking_time,
        "buyer": run.buyer_attributes.names
        if network.reads_buyer or (blended and _any_member(folder / BLEND, "reads_buyer"))
        else [],
        "network_reads_buyer": network.reads_buyer,
        "times": blended and _any_member(folder / BLEND, "reads_times"),
        "products": len(run.vocabulary),
        "placement": placement,
    }
    with _removed_on_error(out):
        for file in files:
            shutil.copyfile(file, out / file.name)
        if blended:
            write_blend(folder / BLEND, out)
        if network.reads_candidates:
            shutil.copyfile(str(repeats_numpy.__file__), out / f"{REPEATS}.py")
        if network.reads_asking_time:
            shutil.copyfile(str(asking_numpy.__file__), out / f"{ASKING}.py")
        if about["buyer"]:
            shutil.copyfile(str(attributes_numpy.__file__), out / f"{ATTRIBUTES}.py")
            shutil.copyfile(run.file(BUYER_ATTRIBUTES), out / BUYER_ATTRIBUTES)
        if rules is not None:
            shutil.copyfile(str(rules_numpy.__file__), out / f"{RULES}.py")
            rules.save(out / TABLES)
        _write_catalogue(run, out / "catalogue.npz")
        _write_text(out / "example.py", example(about))
        _write_text(out / "README.md", readme(about, run.vocabulary["product"].tolist()))
        _write_text(out / "bundle.json", json.dumps(about, ensure_ascii=False, indent=1))
    return about


@contextlib.contextmanager
def _removed_on_error(folder: Path) -> Iterator[None]:
    """Make a folder, or use an empty one, and leave nothing in it where the block raises."""
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        if is_new:
            folder.rmdir()
        raise


def write_blend(file: Path, out: Path) -> None:
    """Write a blend into a bundle: ``blend.npz``, ``blend.py`` and the package that it imports.

    The package holds ``blend_numpy`` and ``numpy_scores`` of each baseline among the members.

    Parameters
    ----------
    file : Path
        ``blend.npz`` of the run.
    out : Path
        Folder of the bundle.
    """
    members: dict[str, type[Baseline]] = {
        entry["name"]: BASELINES.load(entry["name"])
        for entry in _members(file)
        if entry["baseline"]
    }
    functions = {name: member.numpy_scores for name, member in members.items()}
    package = out / NUMPY_MODELS
    package.mkdir()
    _write_text(package / "__init__.py", '"""Scores of the blend and its members in NumPy."""\n')
    for module in (blend_numpy, numpy_ops):
        shutil.copyfile(str(module.__file__), package / f"{_last(module.__name__)}.py")
    for function in set(functions.values()):
        _write_text(package / f"{_module_name(function)}.py", numpy_source(function))
    shutil.copyfile(file, out / BLEND)
    _write_text(out / "blend.py", _blend_module(members, functions))


def _blend_module(
    members: Mapping[str, type[Baseline]], functions: Mapping[str, Callable[..., Any]]
) -> str:
    """Return the source of ``blend.py``."""
    modules = {name: _module_name(function) for name, function in functions.items()}
    return BLEND_MODULE.format(
        package=NUMPY_MODELS,
        imports="".join(f", {name}" for name in sorted(set(modules.values()))),
        entries="".join(
            f"    {name!r}: ({modules[name]}.{functions[name].__name__}, {member.probabilistic}),\n"
            for name, member in members.items()
        ),
    )


def _module_name(function: Callable[..., Any]) -> str:
    """Return the name of the module of a bundle that holds a baseline's function.

    Two baselines may have the same function, and two modules classes of the same name.
    """
    qualifier = function.__qualname__.rpartition(".")[0]
    return "_".join([*function.__module__.split(".")[-1:], qualifier.lower()])


def _last(module: str) -> str:
    return module.rpartition(".")[2]


def _members(file: Path) -> list[dict[str, Any]]:
    """Return the name of each member of a stored blend, and whether it is a baseline."""
    with np.load(file, allow_pickle=False) as arrays:
        members: list[dict[str, Any]] = json.loads(str(arrays["about"]))
    return members


def _any_member(file: Path, reads: str) -> bool:
    """Return whether a baseline of a stored blend has an attribute such as ``reads_times``."""
    return any(
        getattr(BASELINES.load(member["name"]), reads)
        for member in _members(file)
        if member["baseline"]
    )


def _new_weights(file: Path) -> dict[str, float]:
    """Return each member's weight for new products; the mean over strata."""
    names = [*(member["name"] for member in _members(file)), "mixture"]
    with np.load(file, allow_pickle=False) as arrays:
        weights = np.atleast_2d(arrays["new"]).mean(axis=0)
    return {name: float(weight) for name, weight in zip(names, weights, strict=True)}


def _write_catalogue(run: RunFolder, file: Path) -> None:
    """Write every feature by product code, so that a history's features are one look-up each."""
    table = run.vocabulary
    count = FIRST + len(table)
    columns: dict[str, Any] = {name: np.full(count, missing(name)) for name in CONTEXT}
    types = run.event_types
    columns["type"] = np.full(count, types.codes([None])[0])
    for values in columns.values():
        values[PADDING] = 0
    columns["type_name"] = np.array(["", "", *types.names], dtype=np.str_)
    columns["type_predicted"] = np.isin(columns["type_name"], types.predicted)
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


def _write_text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
