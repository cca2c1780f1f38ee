"""Ranked lists of many buyers, as rows of a Parquet or CSV file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv
from pyarrow import parquet as pq

from data.exploration.csv_export import neutral
from data.preparation.sequences import Longs
from model.sequences.histories import Array
from model.serving.predictor import Predictor

FORMATS = (".parquet", ".csv")
WORDS = ("product", "brand", "category")


@dataclass(frozen=True)
class Lists:
    """The first products of some buyers' rankings; -1 where a list is shorter.

    Attributes
    ----------
    users : str [buyers]
    best : int64 [buyers, k]
        Indices among the model's products, best first.
    chance : float [buyers, k]
    repeat : bool [buyers, k]
    """

    users: Array
    best: Longs
    chance: Array
    repeat: Array


class ListWriter:
    """Writes lists into a file that is opened with it; CSV where the file's name says so.

    Text of a CSV file is kept from being taken for a formula.

    Parameters
    ----------
    model : Predictor
        Whose products the lists hold.
    file : Path
    """

    def __init__(self, model: Predictor, file: Path) -> None:
        self._csv = file.suffix == ".csv"
        texts = {name: self._text(model.table[name]) for name in WORDS}
        self._words = {
            name: text if self._csv else text.dictionary_encode() for name, text in texts.items()
        }
        price = model.table["price"].to_numpy(dtype=np.float64).round(4)
        self._price = pa.array(price, from_pandas=True)
        word = pa.string() if self._csv else pa.dictionary(pa.int32(), pa.string())
        self._schema = pa.schema(
            [
                ("user", pa.string()),
                ("rank", pa.int32()),
                ("product", word),
                ("probability", pa.float64()),
                ("brand", word),
                ("category", word),
                ("price", pa.float64()),
                ("repeat", pa.bool_()),
            ]
        )
        self._file = file
        self._out: Any = None
        self._writer: Any = None

    def __enter__(self) -> "ListWriter":
        """Open the file."""
        self._out = self._file.open("wb")
        if self._csv:
            self._out.write("\ufeff".encode())  # spreadsheets then read it as UTF-8
            self._writer = csv.CSVWriter(self._out, self._schema)
        else:
            self._writer = pq.ParquetWriter(self._out, self._schema, compression="zstd")
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file."""
        self._writer.close()
        self._out.close()

    def add(self, lists: Lists) -> None:
        """Write some lists, one row a buyer and rank."""
        there = lists.best >= 0
        buyer, rank = np.nonzero(there)
        best = pa.array(lists.best[there], pa.int32())
        columns = {
            "user": self._text(lists.users).take(pa.array(buyer)),
            "rank": pa.array(rank + 1, pa.int32()),
            "probability": pa.array(lists.chance[there]),
            "price": self._price.take(best),
            "repeat": pa.array(lists.repeat[there]),
        }
        for name, words in self._words.items():
            columns[name] = words.take(best)
        self._writer.write_table(
            pa.table([columns[name] for name in self._schema.names], schema=self._schema)
        )

    def _text(self, values: Any) -> Any:
        texts = [value if isinstance(value, str) else None for value in values]
        return pa.array([neutral(text) for text in texts] if self._csv else texts, pa.string())
