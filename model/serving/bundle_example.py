"""The source of a bundle's ``example.py``, which ranks with onnxruntime and NumPy alone."""

from collections.abc import Mapping
from typing import Any

from model.sequences import repeats_numpy
from model.sequences.event_types import EventTypes

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
    tables, scores, bought=history[bought] - 2, times=moments[bought], asking_time=at, k=10)"""
ASKING_TIME = """\
inputs["asking_time"] = asking_codes([at], [LATEST])"""


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
    asking_time = about["asking_time"] or timed
    text = EXAMPLE.format(
        usage=f"[--at TIME] {usage}" if asking_time else usage,
        at="\n".join(
            [*[ASKED_AT][:asking_time], *[TIMES][:timed], *[KNOWN_OF_BUYER][: bool(about["buyer"])]]
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
