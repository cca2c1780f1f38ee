"""Writing of ranked lists as rows of a Parquet or CSV file."""

from collections import Counter
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class RankedLists:
    """The top-k lists of a block of users; -1 where a list is shorter than k.

    Attributes
    ----------
    users : str [users]
    top : int64 [users, k]
        Product indices, best first.
    probability : float [users, k]
    repeat : bool [users, k]
        Whether the product is in the user's history.
    left_out : Counter
        How many products of the model's own lists each rule has kept out, where there are rules.
    """

    users: Array
    top: Longs
    probability: Array
    repeat: Array
    left_out: Counter[str] = field(default_factory=Counter)


class RankedListWriter:
    """Context manager that writes ranked lists into a file; CSV where its name ends in ``.csv``.

    Text in a CSV file is escaped so that spreadsheets do not evaluate it as a formula.

    Parameters
    ----------
    model : Predictor
        The model of the lists; its catalogue describes their products.
    file : Path
    """

    def __init__(self, model: Predictor, file: Path) -> None:
        self._csv = file.suffix == ".csv"
        texts = {
            name: self._text(model.catalogue.table[name])
            for name in ("product", "brand", "category")
        }
        texts["title"] = self._text(model.catalogue.titles)
        self._texts = {
            name: text if self._csv else text.dictionary_encode() for name, text in texts.items()
        }
        price = model.catalogue.table["price"].to_numpy(dtype=np.float64).round(4)
        self._price = pa.array(price, from_pandas=True)
        text_type = pa.string() if self._csv else pa.dictionary(pa.int32(), pa.string())
        self._schema = pa.schema(
            [
                ("user", pa.string()),
                ("rank", pa.int32()),
                ("product", text_type),
                ("title", text_type),
                ("probability", pa.float64()),
                ("brand", text_type),
                ("category", text_type),
                ("price", pa.float64()),
                ("repeat", pa.bool_()),
            ]
        )
        self._file = file
        self._stream: Any = None
        self._writer: Any = None

    def __enter__(self) -> "RankedListWriter":
        """Open the file."""
        self._stream = self._file.open("wb")
        if self._csv:
            self._stream.write("\ufeff".encode())  # spreadsheets then read it as UTF-8
            self._writer = csv.CSVWriter(self._stream, self._schema)
        else:
            self._writer = pq.ParquetWriter(self._stream, self._schema, compression="zstd")
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file."""
        self._writer.close()
        self._stream.close()

    def add(self, lists: RankedLists) -> None:
        """Write a block of lists, one row per user and rank."""
        filled = lists.top >= 0
        user, rank = np.nonzero(filled)
        product = pa.array(lists.top[filled], pa.int32())
        columns = {
            "user": self._text(lists.users).take(pa.array(user)),
            "rank": pa.array(rank + 1, pa.int32()),
            "probability": pa.array(lists.probability[filled]),
            "price": self._price.take(product),
            "repeat": pa.array(lists.repeat[filled]),
        }
        for name, texts in self._texts.items():
            columns[name] = texts.take(product)
        self._writer.write_table(
            pa.table([columns[name] for name in self._schema.names], schema=self._schema)
        )

    def _text(self, values: Any) -> Any:
        texts = [value if isinstance(value, str) else None for value in values]
        return pa.array([neutral(text) for text in texts] if self._csv else texts, pa.string())
