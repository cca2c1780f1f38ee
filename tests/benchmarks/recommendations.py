"""How fast one recommendation, a what-if edit on the screen, and the lists of all buyers are.

Measured three times on two cores whose matrix product of 2048² reached 250 to 260 GFLOP/s:

- one recommendation through the service: 0.8 ms at the median for 16,490 products (``fast`` and
  ``paper``), 2.7 to 3.1 ms for a blend of thirteen members; 1.9 to 2.4 ms (``fast``) and 4.1 to
  5.1 ms (``paper``) for 200,000 products;
- a what-if edit, from the click to the frame that shows it: 62 to 72 ms at the median, 74 to 94 ms
  at the 95th percentile;
- lists of all buyers at 16,490 products: 27,400 to 28,700 (``paper``) and 41,200 to 42,300
  (``fast``) buyers a second by the network alone, in 0.65 GB; 8,550 to 8,600 by a blend of thirteen
  members, in 1.0 GB. Libraries are loaded in this time; a second time in the same process it is
  48,300 to 49,500 (``fast``) and 8,900 to 9,600 (the blend).

NumPy's passes in the place of compiled loops made 4,900 to 5,200 lists a second by the blend, on
the same cores in the same hour. A buyer takes a core 185 µs now: the network 26, dense members
beside it 52, their sums 31, buyer neighbours 21, all else 55. Products of sparse matrices as
compiled loops were tried and are slower than SciPy's. With NumPy's passes, on slower cores,
processes in the place of threads made 13 % more lists by a blend and a third less by a network
alone, and a third thread or a shorter switch between threads none more. Lists on slower cores were
not measured since.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.sequences import FIRST
from model.config.presets import preset
from model.config.run_config import RunConfig
from model.run_folder import RunFolder

BUYERS = int(os.environ.get("BENCH_BUYERS", "100000"))
EVENTS_A_BUYER = 6
SIZES = (16_490, 200_000)
ASKED, EDITS = 200, 30
BRANDS, CATEGORIES = 500, 130
BLENDED = (
    "popularity",
    "popularity, 7 days",
    "popularity, fading",
    "personal frequency",
    "popularity + own count",
    "repurchase",
    "sequence rules",
    "buyer neighbours",
    "item neighbours, recent",
    "content",
    "affinity",
    "matrix factorisation",
)
"""The members that a blend of ``best`` has beside the network on Complete Journey."""

_SCORING = """
import sys, time
from pathlib import Path
from data.home import Home
from data.datasets.store import Store
from model.serving.batch_scoring import score
home, run = Home(Path(sys.argv[1])), sys.argv[2]
began = time.perf_counter()
cpu = time.process_time()
buyers = score(home.runs / run, Store(home).open("bench"), Path(sys.argv[1]) / "lists.parquet")
seconds = time.perf_counter() - began
status = Path("/proc/self/status").read_text()  # of this process alone, not of who started it
peak = int(status.partition("VmHWM:")[2].split()[0]) / 1e6
cpu = time.process_time() - cpu
print(f"{buyers / seconds:12,.0f} buyers/s   {buyers / cpu:10,.0f} a second of processor"
      f"   {buyers:,} buyers   peak {peak:.2f} GB")
"""


def main() -> None:
    """Make networks with random weights over two catalogues, then time what people wait for."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        import_log(home, Path(folder), SIZES[0])
        for size in SIZES:
            for name in ("paper", "fast"):
                run = untrained(home, name, size)
                _time(f"{name}, {size:,} products", _asker(home, run, size))
                if size == SIZES[0]:
                    _score(name, home, run)
        run = untrained(home, "best", SIZES[0])
        _blend(home, run)
        _time(f"blend, {SIZES[0]:,} products", _asker(home, run, SIZES[0]))
        _score("blend", home, run)
        _on_the_screen(home, f"bench-{len(SIZES)}")


def import_log(home: Home, folder: Path, products: int) -> None:
    """Import a log in which every product occurs and popular ones occur often."""
    random = np.random.default_rng(0)
    count = BUYERS * EVENTS_A_BUYER
    product = (products * random.random(count) ** 2).astype(int)
    product[:products] = np.arange(products)
    user = random.integers(0, BUYERS, count)
    user[:BUYERS] = np.arange(BUYERS)
    start = pd.Timestamp("2024-01-01", tz="UTC")
    table = pd.DataFrame(
        {
            "event_time": start + pd.to_timedelta(np.arange(count), unit="s"),
            "event_type": "purchase",
            "product_id": np.char.add("p", product.astype(str)),
            "category_code": np.char.add("kind.", (product % CATEGORIES).astype(str)),
            "brand": np.char.add("b", (product % BRANDS).astype(str)),
            "price": 1.0 + product % 97,
            "user_id": np.char.add("u", user.astype(str)),
            "user_session": "s",
        }
    )
    table.to_parquet(folder / "bench.parquet")
    ingest(Store(home), ImportRequest([folder / "bench.parquet"], "bench"))


def untrained(home: Home, name: str, products: int) -> str:
    """Make a finished run whose network has random weights: as fast as a trained one."""
    import keras

    from model.networks.data_sizes import DataSizes
    from model.networks.network import build
    from model.serving.onnx_export import save_network

    keras.mixed_precision.set_global_policy("float32")
    config: RunConfig = preset(name)
    runs = Runs(home)
    run = runs.create("train", "bench", config.as_dict(), preset=name)
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(run, claimed.attempt, Process.current())
    folder = RunFolder(runs.folder(run))
    folder.write_json("config.json", config.as_dict())
    number = np.arange(products)
    table = pd.DataFrame(
        {
            "product": np.char.add("p", number.astype(str)).astype(object),
            "count": products - number,
            "brand": np.char.add("b", (number % BRANDS).astype(str)).astype(object),
            "brand_code": (number % BRANDS + FIRST).astype(np.int32),
            "category": np.char.add("kind.", (number % CATEGORIES).astype(str)).astype(object),
            "category_code": (number % CATEGORIES + FIRST).astype(np.int32),
            "price": (1.0 + number % 97).astype(np.float32),
        }
    )
    folder.write("vocabulary.parquet", lambda file: table.to_parquet(file, index=False))
    codes = {"product": products, "brand": BRANDS, "category": CATEGORIES, "type": 1}
    sizes = DataSizes({name: FIRST + size for name, size in codes.items()}, {"price": (50.0, 30.0)})
    save_network(folder, build(config, sizes))
    runs.attempts.end(run, claimed.attempt, State.FINISHED, None, None)
    return run


def _blend(home: Home, run: str) -> None:
    """Blend the run's network with fitted baselines; the weights do not matter for its speed."""
    from model.baselines import BASELINES
    from model.blend.blend import Blend
    from model.blend.conditional_logit import BlendWeights
    from model.sequences.split_data import split_dataset
    from model.serving.onnx_model import load_recommenders

    folder = RunFolder(home.runs / run)
    task = split_dataset(folder.config(), Store(home).open("bench"))
    assert task.products == SIZES[0]
    members = [BASELINES.load(name)() for name in BLENDED]
    for member in members:
        member.fit(task.buyers, task.products)
    count = 1 + len(members)
    pool, both = np.full(count, 1 / count), np.full(count + 1, 0.5)
    everybody = [*load_recommenders(folder), *members]
    weights = BlendWeights(pool, both, both, 0.1)
    Blend(everybody, [weights], np.ones(count), task.popularity).save(folder)


def _score(name: str, home: Home, run: str) -> None:
    words = [sys.executable, "-c", _SCORING, str(home.path), run]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    print(f"{f'{name}, every buyer':<28} {done.stdout.strip()}")


def _asker(home: Home, run: str, products: int) -> Callable[[int], object]:
    from dashboard.services.recommendations import recommend

    random = np.random.default_rng(1)
    histories = random.integers(0, products, (ASKED, 12))
    names = [[f"p{number}" for number in one] for one in histories]
    histories = [recommend.typed_history(home, run, words) for words in names[:ASKED]]
    recommend.for_history(home, run, histories[0])
    return lambda turn: recommend.for_history(home, run, histories[turn % ASKED])


def _time(what: str, ask: Callable[[int], object], times: int = ASKED) -> None:
    taken = []
    for turn in range(times):
        began = time.perf_counter()
        ask(turn)
        taken.append((time.perf_counter() - began) * 1_000)
    cut = statistics.quantiles(taken, n=20)
    print(
        f"{what:<28} {statistics.median(taken):8.2f} ms median   {cut[18]:8.2f} ms 95 %"
        f"   {min(taken):8.2f} ms least"
    )


def _on_the_screen(home: Home, run: str) -> None:
    """Take a purchase out and put it back; time from the click to the frame that shows it."""
    import waitress
    from playwright.sync_api import sync_playwright

    from dashboard.app import create_app
    from tests.browser.chromium import ARGUMENTS, find

    path = find()
    if path is None:
        print("no Chromium: what a person waits for was not measured")
        return
    server = waitress.create_server(create_app(home).server, port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        added = ",".join(f"add:p{number}" for number in (3, 40, 500, 12, 77))
        page.goto(f"http://127.0.0.1:{server.effective_port}/recommend?run={run}&edit={added}")
        page.wait_for_selector(".offer")
        page.wait_for_load_state("networkidle")

        page.evaluate(_EDIT)
        taken = sorted(float(page.evaluate(_EDIT)) for _turn in range(EDITS))
        print(
            f"{'what-if, click to frame':<28} {statistics.median(taken):8.1f} ms median   "
            f"{taken[int(0.95 * EDITS)]:8.1f} ms 95 %   {taken[0]:8.1f} ms least"
        )
        browser.close()
    server.task_dispatcher.shutdown()
    server.close()


# Clicks the plus sign of the first offer, waits until the ranking was drawn anew and painted,
# then takes the change back and waits again; the time of the first counts.
_EDIT = """async () => {
  const drawn = (events) => new Promise((done) => {
    const check = () => document.querySelectorAll(".event").length === events
      ? requestAnimationFrame(() => setTimeout(done)) : requestAnimationFrame(check);
    check();
  });
  const events = document.querySelectorAll(".event").length;
  const began = performance.now();
  document.querySelector('.offer [data-do="edit"]').click();
  await drawn(events + 1);
  const taken = performance.now() - began;
  document.querySelector('[data-do="undo"]').click();
  await drawn(events);
  await new Promise((done) => setTimeout(done, 300));
  return taken;
}"""


if __name__ == "__main__":
    main()
