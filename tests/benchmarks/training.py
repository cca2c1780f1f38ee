"""Training speed and memory: targets a second, beside the machine's matrix product.

Every row is a process of its own, so that its peak memory is its own. Data is synthetic.

Measured on two quiet cores whose matrix product of 2048² reached 205 GFLOP/s at the beginning and
167 at the end:

| case | length | events | products | targets/s | GFLOP/s | peak GB |
| --- | --- | --- | --- | --- | --- | --- |
| paper, full softmax | 4 | 2,048 | 16,490 | 8,524 | 127 | 0.96 |
| paper, full softmax | 20 | 2,048 | 16,490 | 8,115 | 120 | 0.98 |
| paper, full softmax | 200 | 2,048 | 16,490 | 7,187 | 107 | 0.95 |
| paper, 512 negatives | 4 | 2,048 | 16,490 | 32,242 | 83 | 0.89 |
| paper, 512 negatives | 20 | 2,048 | 16,490 | 24,983 | 64 | 0.87 |
| paper, 512 negatives | 200 | 2,048 | 16,490 | 18,282 | 47 | 0.84 |
| paper, 512 negatives | 20 | 2,048 | 1,700 | 28,507 | 73 | 0.83 |
| paper, 512 negatives | 20 | 2,048 | 200,000 | 30,227 | 78 | 1.18 |
| best | 4 | 2,048 | 16,490 | 46,014 | 61 | 0.78 |
| best | 20 | 2,048 | 16,490 | 46,629 | 62 | 0.79 |
| best | 200 | 2,048 | 16,490 | 25,401 | 34 | 0.79 |
| best | 20 | 2,048 | 1,700 | 44,386 | 59 | 0.78 |
| best | 20 | 2,048 | 200,000 | 38,617 | 51 | 0.93 |
| paper, 512 negatives | 4 | 25,600 | 16,490 | 39,656 | 102 | 1.49 |
| paper, 512 negatives | 20 | 25,600 | 16,490 | 38,511 | 99 | 1.41 |
| paper, 512 negatives | 200 | 25,600 | 16,490 | 32,499 | 84 | 1.50 |
| paper, 512, mixed | 4 | 25,600 | 16,490 | 44,788 | 115 | 1.28 |
| paper, 512, mixed | 20 | 25,600 | 16,490 | 40,569 | 104 | 1.38 |
| paper, 512, mixed | 200 | 25,600 | 16,490 | 34,618 | 89 | 1.43 |
| best | 200 | 25,600 | 16,490 | 44,021 | 59 | 1.28 |
| best, mixed | 200 | 25,600 | 16,490 | 49,099 | 65 | 1.22 |
| best, a million | 20 | 2,048 | 1,000,000 | 33,907 | 45 | 1.56 |

Steps of 25,600 events are 128 histories of 200: fewer leave a core waiting. In full precision
earlier runs at length 200 had 34,200 at 195 GFLOP/s, and 32,700, 33,000 and 33,700 at 205 to 212;
other sizes of a step had 29,400 (16,384) and 29,100 (32,768). On cores that reached 451 GFLOP/s
the paper's network with 512 negatives learned from 48,400, 47,400 and 28,000 targets a second at
lengths 4, 20 and 200, and from 42,800 at 200 with steps of 8,192 events: its many small products
gain less from a fast processor than one large product does.

"mixed" is mixed precision, on a processor that computes in bfloat16 (AVX-512 BF16). Steps of both
kinds in turn within one process, so that the hour is the same for both (medians, targets/s):

| case | length | events | full | mixed | ratio |
| --- | --- | --- | --- | --- | --- |
| paper, 512 negatives | 4 | 25,600 | 42,800 | 53,300 | 1.25 |
| paper, 512 negatives | 20 | 25,600 | 41,100 | 47,900 | 1.17 |
| paper, 512 negatives | 200 | 25,600 | 35,800 | 41,900 | 1.17 |
| paper, 512 negatives | 4 | 2,048 | 33,600 | 35,200 | 1.05 |
| paper, 512 negatives | 20 | 2,048 | 31,100 | 33,800 | 1.09 |
| best | 20 | 2,048 | 44,800 | 50,200 | 1.12 |
| best | 200 | 25,600 | 56,200 | 63,900 | 1.14 |

What is learned is alike: on Complete Journey the lowest validation losses of two seeds were 8.979
and 8.978 in full, 8.979 and 8.977 in mixed precision (``best``), 9.013 and 9.029, 9.016 and 9.014
(the paper's network with 512 negatives). Halves of a batch that are read side by side were tried,
too: 1.03 of the speed with 25,600 events, .83 to .98 with 2,048.

Three quarters of a step of the paper's network with 512 negatives are its LSTM layers. What was
tried there and was no faster than Keras' own: TensorFlow's BlockLSTMV2 (half the speed), and a loop
with the input's product taken out, by itself (0.7 to 0.97 of the speed at six shapes) or with a
gradient written by hand (0.75 to 1; on faster cores 1.5 once, for ten histories of 200).

Large tables learn by row (model/training/row_adam.py). Measured by processor time, with ``best``
and histories of 20, where a matrix product reaches 100 GFLOP in such a second:

| products | targets/s by row | by whole tables | peak GB by row | by whole tables |
| --- | --- | --- | --- | --- |
| 200,000 | 18,200 | 9,800 | 0.94 | 1.05 |
| 1,000,000 | 16,300 | 3,400 | 1.57 | 2.07 |
"""

import json
import subprocess
import sys
import time
from itertools import cycle
from typing import Any

import numpy as np

SECONDS = 4.0
MATRIX = 2048
BATCH, LARGE = 2048, 25_600
"""Events of a step."""
MIXED = {"precision": "mixed_bfloat16"}
SAMPLED = {"loss": "sampled_softmax", "negatives": 512}
CASES: list[dict[str, Any]] = [
    {"name": "paper, full softmax", "preset": "paper", "length": length, "products": 16490}
    for length in (4, 20, 200)
]
CASES += [
    {"name": "paper, 512 negatives", "preset": "paper", "length": length, "products": products}
    | {"changes": SAMPLED}
    for length, products in ((4, 16490), (20, 16490), (200, 16490), (20, 1700), (20, 200_000))
]
CASES += [
    {"name": "best", "preset": "best", "length": length, "products": products}
    for length, products in ((4, 16490), (20, 16490), (200, 16490), (20, 1700), (20, 200_000))
]
CASES += [
    {"name": name, "preset": name.partition(",")[0], "length": length, "products": 16490}
    | {"changes": changes | {"batch_size": LARGE}}
    for name, changes, length in (
        *(("paper, 512 negatives", SAMPLED, length) for length in (4, 20, 200)),
        *(("paper, 512, mixed", SAMPLED | MIXED, length) for length in (4, 20, 200)),
        ("best", {}, 200),
        ("best, mixed", MIXED, 200),
    )
]
CASES += [{"name": "best, a million", "preset": "best", "length": 20, "products": 1_000_000}]


def peak() -> float:
    """Return the GFLOP/s of a float32 matrix product of 2048²."""
    import tensorflow as tf

    left = tf.random.normal((MATRIX, MATRIX))
    product = tf.function(lambda matrix: matrix @ matrix)
    product(left)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < 2:
        product(left)
        count += 1
    return 2 * MATRIX**3 * count / (time.perf_counter() - began) / 1e9


def measure(case: dict[str, Any]) -> dict[str, float]:
    """Train on synthetic histories of one length for some seconds."""
    import resource

    import keras

    from model.config.presets import preset
    from model.networks.data_sizes import DataSizes
    from model.networks.network import build
    from model.sequences.histories import Histories
    from model.sequences.windows import training_windows
    from model.training.initial_counts import start_from_counts
    from model.training.negative_sampling import NegativeSampler
    from model.training.step import CompiledSteps

    products, length = case["products"], case["length"]
    config = preset(case["preset"]).override(
        {"sequence_length": length, "batch_size": BATCH} | case.get("changes", {})
    )
    keras.mixed_precision.set_global_policy(config.precision)
    random = np.random.default_rng(0)
    buyers = max(40_000 // length, 50)
    events = buyers * (length + 1)
    columns = {
        "product": (2 + products * random.random(events) ** 3).astype(np.int32),
        "brand": random.integers(2, 900, events).astype(np.int32),
        "category": random.integers(2, 130, events).astype(np.int32),
        "price": random.lognormal(5, 1, events).astype(np.float32),
        "time": np.arange(events),
        "asking_time": np.arange(events),
        "session": np.zeros(events, dtype=np.int32),
    }
    start = np.arange(buyers) * (length + 1)
    histories = Histories(columns, start, start + length + 1)
    codes = {"product": products + 2, "brand": 902, "category": 132}
    network = build(config, DataSizes(codes, {"price": (300.0, 300.0)}, {"price": (5.0, 1.0)}))
    popularity = np.bincount(columns["product"] - 2, minlength=products) + 1
    negatives = NegativeSampler(popularity, config.popularity_power, config.negatives)
    steps = CompiledSteps(network, config, negatives)
    start_from_counts(network, histories, popularity)
    windows = training_windows(histories, length, random)
    batches = list(
        windows.batches(
            config.columns,
            config.batch_size,
            random,
            repeats=config.repeat_head,
            asking_time=config.asking_time,
        )
    )
    for batch in batches:  # what is compiled is compiled once in a training
        steps.train(batch, random, 1e-3)
    trained, began = 0, time.perf_counter()
    for batch in cycle(batches):
        steps.train(batch, random, 1e-3)
        trained += len(batch.target)
        spent = time.perf_counter() - began
        if spent > SECONDS:
            break
    body = sum(
        int(np.prod(weight.shape))
        for weight in network.members[0].body.trainable_weights
        if "embedding" not in weight.path and "vectors" not in weight.path
    )
    compared = config.negatives + 1 if steps.sampled else products
    flops = 6 * (body + compared * network.members[0].output.vectors.shape[1])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    speed = trained / spent
    return {"speed": speed, "gflops": speed * flops / 1e9, "memory": memory}


def main() -> None:
    """Print one row a case."""
    print(f"matrix product of {MATRIX}²: {peak():.0f} GFLOP/s")
    heads = ("length", "events", "products", "targets/s", "GFLOP/s", "peak GB")
    print(f"{'case':24}" + "".join(f"{head:>11}" for head in heads))
    for case in CASES:
        code = "import sys, json; from tests.benchmarks.training import measure; "
        code += "print(json.dumps(measure(json.loads(sys.argv[1]))))"
        ran = subprocess.run(
            [sys.executable, "-c", code, json.dumps(case)],
            check=True,
            capture_output=True,
            text=True,
        )
        found = json.loads(ran.stdout.splitlines()[-1])
        events = case.get("changes", {}).get("batch_size", BATCH)
        row = f"{case['name']:24}{case['length']:>11}{events:>11}{case['products']:>11}"
        print(f"{row}{found['speed']:>11.0f}{found['gflops']:>11.0f}{found['memory']:>11.2f}")


if __name__ == "__main__":
    main()
