"""How fast a large log comes in, beside DuckDB copying the same file, and in how much memory.

The file is a month of the demo shop: synthetic purchases with the views and carts before them.
Both sides read it in a process of their own, so that each one's peak memory is its own, and in
turn, so that a machine that is busy is busy for both. The copy is
``COPY (SELECT * FROM read_csv(FILE)) TO PARQUET (FORMAT parquet)``: no row is checked, hashed,
counted or summarised. The third row is the import with a table of titles for every product, which
are filled into the events. The fourth is the same log with one row that has no buyer, for which
the file is read line by line.

``BENCH_LOG`` names a file to read instead; ``BENCH_BUYERS`` and ``BENCH_ROUNDS`` are the size of
the shop and how often each side runs. 100,000 buyers make 15 million rows.

Measured on two quiet cores: 15,296,289 rows (2.07 GB) took the copy 4.9 s and the import 6.8 s, a
share of 0.71, 0.72 and 0.71 in three rounds; 9.6 and 13.3 CPU seconds; 0.63 and 0.60 GB of memory.

On two cores with other work, copy and import in turn, 3,000,000 rows (0.41 GB) reached 0.84, 0.81
and 0.65 of the copy's speed, and 0.81, 0.81 and 0.73 of its thrift; 1,082,050 rows, of which the
fixed costs are a larger part, 0.60, 1.07, 1.07 and 0.64, and 0.69, 0.72, 0.68 and 0.74.
A twelfth of the import's processor time is the file's SHA-256.

On quiet cores, with the conditions that have come since, 30,583,305 rows (4.14 GB): 13.1 to 13.4 s
and 20.2 to 20.3 s, shares of 0.65, 0.65 and 0.66, of thrift 0.69, 0.68 and 0.69; 811,150 rows,
mostly fixed costs: 0.5 and 0.9 s, 0.50 to 0.54. Then the checksum of the part was computed beside
the derived tables, and DuckDB's reader compared each field with the missing values of the first
rows instead of with nine: 15,296,289 rows 6.5 to 6.9 s and 9.2 to 9.5 s, shares of 0.72, 0.71, 0.71
and 0.73, where the code before had 0.67, 0.63 and 0.65 in the same hour.

Once, 67,542,574 rows (9.14 GB, ``vitrina demo --buyers 441638``): 73 s, 921,000 rows/s, 110 CPU
seconds, 1.15 GB of memory at the most, 4.7 GB on disk.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from data.demo import generator

BUYERS = int(os.environ.get("BENCH_BUYERS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
LOG = os.environ.get("BENCH_LOG")

_COPY = """
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
found = connection.execute(
    f"COPY (SELECT * FROM read_csv('{file}')) TO '{folder}/bare.parquet' (FORMAT parquet)"
).fetchone()
rows = found[0]
"""
_IMPORT = """
rows = ingest(Store(Home(folder)), ImportRequest([file], "log")).manifest.summary["rows_read"]
"""
_IMPORT_WITH_PRODUCTS = """
request = ImportRequest([file], "log", products=products)
rows = ingest(Store(Home(folder)), request).manifest.summary["rows_read"]
"""
_IMPORT_WITH_REJECT = """
rows = ingest(Store(Home(folder)), ImportRequest([rejected], "log")).manifest.summary["rows_read"]
"""
_PRODUCTS = """
COPY (SELECT product_id, 'Title of product ' || product_id AS title, product_id % 7 AS colour
FROM (SELECT DISTINCT product_id FROM read_csv('{file}'))) TO '{target}'
"""
_AROUND = """
import json, resource, sys, time
from pathlib import Path
import duckdb
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.datasets.store import Store
file, folder, products, rejected = map(Path, sys.argv[1:])
began = time.perf_counter()
{work}
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_SELF)
memory, processor = used.ru_maxrss / 2**20, used.ru_utime + used.ru_stime
size = sum(one.stat().st_size for one in folder.rglob("*.parquet"))
print(json.dumps(dict(rows=rows, seconds=seconds, cpu=processor, memory=memory, size=size)))
"""


def main() -> None:
    """Print one row a side, and how their times compare."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(LOG) if LOG else Path(scratch) / "month.csv"
        if not LOG:
            generator.write(file, buyers=BUYERS, seed=0)
        products = Path(scratch) / "products.csv"
        duckdb.sql(_PRODUCTS.format(file=file, target=products))
        rejected = Path(scratch) / "rejected.csv"
        _add_reject(file, rejected)
        works = (_COPY, _IMPORT, _IMPORT_WITH_PRODUCTS, _IMPORT_WITH_REJECT)
        rounds = [
            [_run(work, file, products, rejected) for work in works] for _round in range(ROUNDS)
        ]
    rows, size = rounds[0][1]["rows"], rounds[0][1]["size"] / 1e9
    print(f"{rows:,} rows; {size:.2f} GB of Parquet after the import")
    print(f"{'':16}{'seconds':>10}{'rows/s':>14}{'CPU seconds':>14}{'peak GB':>10}")
    for name, side in (("bare copy", 0), ("import", 1), ("with products", 2), ("with a reject", 3)):
        seconds = statistics.median(one[side]["seconds"] for one in rounds)
        processor = statistics.median(one[side]["cpu"] for one in rounds)
        memory = max(one[side]["memory"] for one in rounds)
        speed = f"{rows / seconds:>14,.0f}{processor:>14.1f}"
        print(f"{name:16}{seconds:>10.1f}{speed}{memory:>10.2f}")
    for what, key in (("speed", "seconds"), ("thrift", "cpu")):
        shares = ", ".join(f"{copy[key] / ours[key]:.2f}" for copy, ours, *_others in rounds)
        print(f"{what} of the import as a share of the copy's, round by round: {shares}")


def _add_reject(file: Path, target: Path) -> None:
    """Write a copy of a log with one more row, whose fields are all empty."""
    shutil.copyfile(file, target)
    with file.open("rb") as log:
        width = len(log.readline().split(b","))
    with target.open("ab") as log:
        log.write(b"," * (width - 1) + b"\n")


def _run(work: str, *files: Path) -> dict[str, float]:
    log, *others = files
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            [sys.executable, "-c", _AROUND.format(work=work), str(log), folder, *map(str, others)],
            check=True,
            capture_output=True,
            text=True,
        )
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
