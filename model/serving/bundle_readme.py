"""The text of a bundle's ``README.md``."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from model.run_files import BUYER_ATTRIBUTES
from model.sequences.event_types import EventTypes
from model.serving.bundle_example import (
    ASKING,
    ATTRIBUTES,
    NUMPY_MODELS,
    REPEATS,
    RULES,
    TABLES,
    example,
)

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

TIMES_README = """\
The blend reads when the events of the history happened. `--times
2019-11-01T10:00,2019-11-02T10:00`, before the first product, are their times in UTC, and `--at
2019-11-30T18:00` before them is the time of asking; without times each event is a basket.
"""


def readme(about: Mapping[str, Any], products: Sequence[str]) -> str:
    """Return the text of ``README.md``.

    Parameters
    ----------
    about : mapping
        The content of ``bundle.json``.
    products : sequence of str
        Products of the catalogue, for examples.
    """
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
