"""Export of a finished run as a bundle: a folder that works without Vitrina."""

import contextlib
import json
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from model.sequences.event_types import EventTypes
from model.sequences.features import CONTEXT, LEVELS, MISSING_NUMBER, missing
from model.serving.numpy_source import numpy_source
from model.serving.onnx_model import OnnxRecommender
from model.serving.rules import rules_numpy
from model.serving.rules.rules_numpy import RuleTables

COPIED = (MODEL, KERAS_MODEL, CONFIG, EVALUATION, VOCABULARY)
REPEATS = "repeats_numpy"
"""Module of a bundle that computes the candidates of a repeat head."""
ASKING = "asking_numpy"
"""Module of a bundle that computes the codes of the time of asking."""
ATTRIBUTES = "attributes_numpy"
"""Module of a bundle that computes the codes of the attributes of a buyer."""
NUMPY_MODELS = "numpy_models"
"""Package of a bundle that holds the methods ``numpy_scores`` of the blend's members."""
RULES = "rules_numpy"
"""Module of a bundle that applies the rules of a placement."""
TABLES = "rules.npz"
"""File of a bundle that holds the rules on its catalogue."""

EXAMPLE = '''\
"""Rank the next products after a history: python example.py {usage} … (oldest first)."""
import sys
from pathlib import Path
import numpy as np
import onnxruntime
{imports}
here = Path(__file__).parent
{at}
items = np.load(here / "catalogue.npz")
network = onnxruntime.InferenceSession(here / "model.onnx")
code = {{name: code for code, name in enumerate(items["name"])}}
{history}
latest = history[-{length}:] if len(history) else np.zeros(1, dtype=np.int32)
inputs = {{t.name: items[t.name][latest][None] for t in network.get_inputs() if t.name in items}}
{types}
inputs["length"] = np.array([min(len(history), {length})], dtype=np.int32)
{candidates}
{asking_time}
{buyer_input}
scores = network.run(None, inputs)[0][0]
{blend}
probabilities = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum(dtype=np.float64)
{rules}
for product in {ranking}:
    print(items["name"][product + 2], f"{{probabilities[product]:.6f}}", sep="\\t")
'''

BARE_HISTORY = """\
sys.stderr.writelines(f"{name} is unknown\\n" for name in sys.argv[1:] if name not in code)
history = np.array([code.get(name, 1) for name in sys.argv[1:]], dtype=np.int32)  # 1: unknown"""
TYPED_HISTORY = f"""\
types = {{name: code for code, name in enumerate(items["type_name"])}}
events = [word.split(":", 1) if ":" in word and word.split(":")[0] in types else [DEFAULT, word]
          for word in sys.argv[1:]]
names = [name for _type, name in events]
{BARE_HISTORY.replace("sys.argv[1:]", "names")}
type_codes = np.array([types[name] for name, _product in events], dtype=np.int32)"""
TYPE_INPUT = """\
inputs["type"][0, :len(history)] = type_codes[-LENGTH:]"""

CANDIDATES = """\
inputs |= repeat_candidates(history, TYPES, IS_TARGETKNOWN_TIMES)"""
FIRST_FEATURES = """
inputs["candidate_features"] = inputs["candidate_features"][:, :, :NUMBER]"""

ASKED_AT = """\
at = NO_TIME
if sys.argv[1:2] == ["--at"]:  # the time of asking in UTC, such as 2019-11-30T18:00
    at = int(np.datetime64(sys.argv[2], "us").astype(np.int64))
    del sys.argv[1:3]"""
TIMES = """\
times = None
if sys.argv[1:2] == ["--times"]:  # of each event of the history in UTC, separated by commas
    times = np.array(sys.argv[2].split(","), dtype="datetime64[us]").astype(np.int64)
    at = max(at, int(times[-1]))
    del sys.argv[1:3]"""
KNOWN_OF_BUYER = """\
buyer = {}
while sys.argv[1:2] == ["--buyer"]:  # what is known of the buyer, such as age=25
    buyer.update([sys.argv[2].split("=", 1)])
    del sys.argv[1:3]
attributes = json.loads((here / "buyer_attributes.json").read_text(encoding="utf-8"))
unknown = set(buyer) - {attribute["name"] for attribute in attributes}
sys.stderr.writelines(f"{name} is no attribute of a buyer\\n" for name in unknown)
buyer_codes = codes_of_buyer(attributes, buyer)"""
BUYER_INPUT = """\
inputs["buyer"] = buyer_codes.astype(np.int32)"""
RANKING = 'np.argsort(-scores, kind="stable")[:10]'
UNDER_RULES = """\
bought = IS_TARGET
moments = np.full(len(history), NO_TIME) if times is None else times
tables = RuleTables.load(here / "rules.npz")
ruled = apply_rules(
    tables, scores, bought=history[bought] - 2, times=moments[bought], asked=at, k=10)"""
ASKING_TIME = """\
inputs["asking_time"] = asking_codes([at], [LATEST])"""

TIMES_README = """\
The blend reads when the events of the history happened. `--times
2019-11-01T10:00,2019-11-02T10:00`, before the first product, are their times in UTC, and `--at
2019-11-30T18:00` before them is the time of asking; without times each event is a basket.
"""

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

README = """\
# {run}

Made by Vitrina {version} on {day}. It ranks {products} products after a history of products.

    pip install onnxruntime numpy
    python example.py {first}

Each product is one word of the command: an id with blanks or commas stands in quotation marks.
{asking_time}{times}{buyer}{rules}{event_types}
What it serves: {serves}

| file | what it is |
| --- | --- |
| `example.py` | {lines} lines that rank; they need onnxruntime and NumPy |
{more_rows}| `model.onnx` | the network; reads {inputs} and returns a score for every product |
| `model.keras` | the same network for Keras 3 |
| `catalogue.npz` | names and features by code: 0 padding, 1 unknown, products from 2 on |
| `vocabulary.parquet` | the catalogue as a table |
| `config.json`, `evaluation.json` | how it was trained, and its metrics beside the baselines |
| `bundle.json` | a summary, for programs; written last, so that a folder with it is whole |

The network reads the latest {length} events of a history.
"""


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
        _write_text(out / "README.md", _readme(about, run.vocabulary["product"]))
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


def example(about: Mapping[str, Any]) -> str:
    """Return the source of ``example.py``, which needs onnxruntime and NumPy alone.

    Parameters
    ----------
    about : mapping
        The content of ``bundle.json``.
    """
    types, length = EventTypes.from_dict(about["event_types"]), about["latest"]
    several, blended = types.are_several, about["serves"] == "blend"
    typed_history = TYPED_HISTORY.replace("DEFAULT", repr(types.default))
    reads_types = several and "type" in about["reads"]
    kinds = "type_codes" if several else 'items["type"][history]'
    is_target = 'items["type_predicted"][type_codes]' if several else "history > 0"
    ruled = about.get("placement") is not None
    more = f", type_codes, {is_target}" if several else ""
    timed = ruled or about["times"]
    more += ", time=times, at=at" if timed else ""
    more += ", buyer=buyer_codes[0]" if about["buyer"] else ""
    scores = f'scores = Blend(here / "blend.npz").scores(scores, History.of(history{more}))'
    known_times = ", times, at" if timed else ""
    candidates = CANDIDATES.replace("KNOWN_TIMES", known_times)
    candidates = candidates.replace("TYPES", kinds).replace("IS_TARGET", is_target)
    if about["repeats"] and about["candidate_features"] < repeats_numpy.FEATURES:
        candidates += FIRST_FEATURES.replace("NUMBER", str(about["candidate_features"]))
    latest = "NO_TIME if times is None else times[-1]" if timed else "NO_TIME"
    no_time = "" if about["asking_time"] else "NO_TIME, "
    blend_names = f"{no_time}Blend, History" if timed and not ruled else "Blend, History"
    imports = [f"from blend import {blend_names}"] if blended else []
    if about["repeats"]:
        imports.append(f"from {REPEATS} import repeat_candidates")
    if about["asking_time"]:
        imports.append(f"from {ASKING} import NO_TIME, asking_codes")
    if about["buyer"]:
        imports += [f"from {ATTRIBUTES} import codes_of_buyer", "import json"]
    if ruled:
        imports.append(f"from {RULES} import {no_time}RuleTables, apply_rules")
    usage = "[TYPE:]PRODUCT" if several else "PRODUCT"
    if about["buyer"]:
        usage = f"[--buyer NAME=VALUE]… {usage}"
    if timed:
        usage = f"[--times TIME,TIME,…] {usage}"
    asked = about["asking_time"] or timed
    text = EXAMPLE.format(
        usage=f"[--at TIME] {usage}" if asked else usage,
        at="\n".join(
            [*[ASKED_AT][:asked], *[TIMES][:timed], *[KNOWN_OF_BUYER][: bool(about["buyer"])]]
        ),
        buyer_input=BUYER_INPUT if about["network_reads_buyer"] else "",
        rules=UNDER_RULES.replace("IS_TARGET", is_target) if ruled else "",
        ranking="ruled.top" if ruled else RANKING,
        asking_time=ASKING_TIME.replace("LATEST", latest) if about["asking_time"] else "",
        history=typed_history if several else BARE_HISTORY,
        types=TYPE_INPUT.replace("LENGTH", str(length)) if reads_types else "",
        length=length,
        imports="\n".join(imports),
        candidates=candidates if about["repeats"] else "",
        blend=scores if blended else "",
    )
    return "\n".join(line for line in text.split("\n") if line) + "\n"


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


def _readme(about: dict[str, Any], products: Any) -> str:
    blended = about["serves"] == "blend"
    types = EventTypes.from_dict(about["event_types"])
    other = next((name for name in types.names if name not in types.predicted), "")
    weights = ", ".join(f"{name} × {weight:.2f}" for name, weight in about["weights"].items())
    rows = []
    if blended:
        rows.append(f"| `blend.py`, `blend.npz`, `{NUMPY_MODELS}` | the blend, in NumPy |\n")
    if about["repeats"]:
        rows.append(f"| `{REPEATS}.py` | the inputs of the repeat head, in NumPy |\n")
    if about["asking_time"]:
        rows.append(f"| `{ASKING}.py` | the codes of the time of asking, in NumPy |\n")
    if about["buyer"]:
        rows.append(
            f"| `{ATTRIBUTES}.py`, `{BUYER_ATTRIBUTES}` | the codes of attributes of the buyer |\n"
        )
    if about["placement"]:
        rows.append(f"| `{RULES}.py`, `{TABLES}` | the rules of the placement, in NumPy |\n")
    return README.format(
        run=about["run"],
        version=about["version"],
        day=about["written"][:10],
        products=f"{about['products']:,}",
        first=shlex.join(map(str, products[:2])),
        asking_time="The network knows when it is asked. `--at 2019-11-30T18:00`, before the first "
        "product, is the time in UTC; without it no time is known.\n"
        if about["asking_time"]
        else "",
        buyer=_about_buyer(about["buyer"]) if about["buyer"] else "",
        times=TIMES_README if about["times"] and not about["placement"] else "",
        rules=_about_rules(about["placement"]) if about["placement"] else "",
        event_types=f"""
A history may hold events of the types {", ".join(types.names)}, such as
`{shlex.quote(f"{other}:{products[0]}")}`; a product alone is an event of type {types.default},
which is predicted.
"""
        if types.are_several
        else "",
        serves="a blend of the network and of baselines; their weights for products that are new "
        f"to the user are {weights}. `model.onnx` alone is the network without the baselines, and "
        "ranks differently."
        if blended
        else f"the network {about['network']} alone.",
        lines=len(example(about).splitlines()),
        more_rows="".join(rows),
        inputs=", ".join([*about["reads"], "length"]),
        length=about["latest"],
    )


def _about_buyer(names: Sequence[str]) -> str:
    return f"""
What is known of the buyer, before the first product, is `--buyer NAME=VALUE` for each of
{", ".join(names)}; what is left out, or training never saw, is not known.
"""


def _about_rules(placement: Mapping[str, Any]) -> str:
    return f"""
It applies the rules of placement {placement["name"]} as they were at the export:
`{json.dumps(placement["rules"], ensure_ascii=False)}`. What is in stock and which products are
known is of that moment; export again to renew it. `--at 2019-11-30T18:00 --times
2019-11-01T10:00,2019-11-02T10:00` before the first product are the time of asking and the times of
the events of the history, in UTC; without them the end of the log asks, and every event was just
before it.
"""


def _write_text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
