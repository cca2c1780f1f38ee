"""The folder of a run: open formats only, and every file there whole or not at all."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.errors import BadInput, VitrinaError
from data.i18n import _
from data.preparation.sequences import FIRST, Sequences
from model.config.run_config import RunConfig
from model.sequences.features import LEVELS, product_features


@dataclass(frozen=True)
class RunFolder:
    """Reads and writes the files of a run.

    ``config.json``, ``history.json``, ``evaluation.json``, ``model.keras``, ``model.onnx``,
    ``vocabulary.parquet`` and ``checkpoint/``.
    """

    path: Path

    def config(self) -> RunConfig:
        """Return the configuration that the run was trained with."""
        return RunConfig.from_dict(self.read_json("config.json"))

    def read_json(self, name: str) -> Any:
        """Return what a JSON file holds; an absent one raises BadInput."""
        try:
            return json.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise BadInput(
                _("Run {run} has no {file} yet; wait until its training has ended.").format(
                    run=self.path.name, file=name
                )
            ) from error
        except ValueError as error:
            raise VitrinaError(
                _("{file} of run {run} is damaged; train it again.").format(
                    run=self.path.name, file=name
                )
            ) from error

    def write_json(self, name: str, content: Any) -> None:
        """Put a JSON file in place; numbers that JSON cannot hold become null."""
        text = json.dumps(_finite(content), ensure_ascii=False, allow_nan=False, indent=1)
        self.write(name, lambda file: file.write_text(text, encoding="utf-8"))

    def write(self, name: str, fill: Callable[[Path], Any]) -> None:
        """Let ``fill`` write a file beside its place, then put it there at one stroke."""
        self.path.mkdir(parents=True, exist_ok=True)
        target = self.path / name
        target.parent.mkdir(exist_ok=True)
        temporary = target.with_name(f".{secrets.token_hex(4)}-{target.name}")
        try:
            fill(temporary)
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def write_vocabulary(self, sequences: Sequences) -> None:
        """Keep the catalogue, so that a prediction needs no dataset.

        One row a product in the order of the scores: product, count, brand, brand_code, category,
        category_code, category_1_code, category_2_code, price, relative_price (-1 where missing).
        """
        features = product_features(sequences)
        table = pd.DataFrame(
            {
                "product": sequences.products.ids,
                "count": sequences.products.counts,
                "brand": _named(sequences.product_brand, sequences.brands.ids),
                "brand_code": sequences.product_brand[FIRST:],
                "category": _named(sequences.product_category, sequences.categories.ids),
                "category_code": sequences.product_category[FIRST:],
                **{f"{name}_code": features[name][FIRST:] for name in LEVELS},
                "price": sequences.product_price[FIRST:],
                "relative_price": features["relative_price"][FIRST:],
            }
        )
        self.write("vocabulary.parquet", lambda file: table.to_parquet(file, index=False))

    @cached_property
    def vocabulary(self) -> pd.DataFrame:
        """The catalogue that ``write_vocabulary`` kept."""
        file = self.path / "vocabulary.parquet"
        if not file.exists():
            raise BadInput(
                _("Run {run} has no finished model yet; wait until its training has ended.").format(
                    run=self.path.name
                )
            )
        return pd.read_parquet(file)

    def check_catalogue(self, sequences: Sequences) -> None:
        """Raise BadInput where a dataset is not the one that the run was trained on."""
        before = self.vocabulary["product"].to_numpy(dtype=object)
        if not np.array_equal(before, sequences.products.ids):
            raise BadInput(
                _(
                    "The dataset of run {run} has changed since it was trained; train a new run."
                ).format(run=self.path.name)
            )


def _named(codes: Any, ids: Any) -> Any:
    names = np.concatenate([np.full(FIRST, None, dtype=object), ids])
    return names[codes[FIRST:]]


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
