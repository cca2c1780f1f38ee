"""The folder of a run: files in open formats, replaced atomically."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.checksums import checked_write, is_there, remove, verified
from data.errors import BadInput, Damaged, damaged_unless_read
from data.files import read_json, strict_json
from data.i18n import _
from data.preparation.sequences import FIRST, Sequences
from model.config.run_config import RunConfig
from model.run_files import BUYER_ATTRIBUTES, CONFIG, EVENT_TYPES, MODEL, VOCABULARY
from model.sequences.buyer_attributes import BuyerAttributes
from model.sequences.event_types import EventTypes
from model.sequences.features import LEVELS, product_features


@dataclass(frozen=True)
class RunFolder:
    """Reads and writes the files of a run.

    ``config.json``, ``history.json``, ``evaluation.json``, ``model.keras``, ``model.onnx``,
    ``vocabulary.parquet``, ``event_types.json``, ``buyer_attributes.json``, their
    ``checksums.json``, and ``checkpoint/``.
    """

    path: Path

    def config(self) -> RunConfig:
        """Return the configuration that the run was trained with."""
        with damaged_unless_read(self.damage(CONFIG)):
            return RunConfig.from_dict(self.read_json(CONFIG))

    def file(self, name: str) -> Path:
        """Return the path of a file that is as it was written.

        Raises
        ------
        Damaged
            Where it is not.
        """
        with damaged_unless_read(self.damage(name)):
            return verified(self.path / name)

    def read_json(self, name: str) -> Any:
        """Return the content of a JSON file.

        Raises
        ------
        BadInput
            Where the run has no such file yet.
        Damaged
            Where the file is damaged.
        """
        try:
            return read_json(verified(self.path / name))
        except FileNotFoundError as error:
            raise BadInput(
                _("Run {run} has no {file} yet; wait until its training has ended.").format(
                    run=self.path.name, file=name
                )
            ) from error
        except ValueError as error:
            raise Damaged(self.damage(name)) from error

    def damage(self, name: str) -> str:
        """Return the error message for a damaged or missing file of the run."""
        sentence = _("{file} of run {run} is damaged; train it again.")
        if not (self.path / name).exists():
            sentence = _("{file} of run {run} is missing; train it again.")
        return sentence.format(run=self.path.name, file=name)

    def write_json(self, name: str, content: Any) -> None:
        """Replace a JSON file atomically; NaN and infinity, which JSON does not have, are null."""
        self.write(name, lambda file: file.write_text(strict_json(content, indent=1), "utf-8"))

    def write(self, name: str, write: Callable[[Path], Any]) -> None:
        """Replace a file atomically by what ``write`` writes to a temporary path."""
        self.path.mkdir(parents=True, exist_ok=True)
        with checked_write(self.path / name) as temporary:
            write(temporary)

    def remove(self, *names: str) -> None:
        """Remove files, whether or not they exist."""
        remove(self.path, names)

    def write_vocabulary(self, sequences: Sequences) -> None:
        """Write the catalogue and the event types that predictions need.

        One row per product in the order of the scores: product, count (its training targets),
        brand, brand_code, category, category_code, category_1_code, category_2_code, price,
        relative_price (-1 where missing).
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
        self.write(VOCABULARY, lambda file: table.to_parquet(file, index=False))
        self.write_json(EVENT_TYPES, EventTypes.of(sequences).as_dict())

    @cached_property
    def event_types(self) -> EventTypes:
        """The event types that ``write_vocabulary`` wrote; none in a run of an earlier version."""
        if not is_there(self.path / EVENT_TYPES):
            return EventTypes()
        return EventTypes.from_dict(self.read_json(EVENT_TYPES))

    def write_buyer_attributes(self, attributes: BuyerAttributes) -> None:
        """Write the attributes of buyers that training saw; no file where there are none."""
        if attributes:
            self.write_json(BUYER_ATTRIBUTES, list(attributes.vocabulary))
        else:
            self.remove(BUYER_ATTRIBUTES)

    @cached_property
    def buyer_attributes(self) -> BuyerAttributes:
        """The attributes that ``write_buyer_attributes`` wrote."""
        if not is_there(self.path / BUYER_ATTRIBUTES):
            return BuyerAttributes()
        return BuyerAttributes(tuple(self.read_json(BUYER_ATTRIBUTES)))

    @cached_property
    def vocabulary(self) -> pd.DataFrame:
        """The catalogue that ``write_vocabulary`` wrote."""
        file = self.path / VOCABULARY
        if not is_there(file):
            if is_there(self.path / MODEL):  # which is written after it
                raise Damaged(self.damage(VOCABULARY))
            raise BadInput(
                _("Run {run} has no finished model yet; wait until its training has ended.").format(
                    run=self.path.name
                )
            )
        with damaged_unless_read(self.damage(VOCABULARY)):
            return pd.read_parquet(verified(file))

    def check_catalogue(self, sequences: Sequences) -> None:
        """Raise BadInput where a dataset's products are not those that the run was trained on."""
        trained = self.vocabulary["product"].to_numpy(dtype=object)
        if not np.array_equal(trained, sequences.products.ids):
            raise BadInput(
                _(
                    "The dataset of run {run} has changed since it was trained; train a new run."
                ).format(run=self.path.name)
            )


def _named(codes: Any, ids: Any) -> Any:
    names = np.concatenate([np.full(FIRST, None, dtype=object), ids])
    return names[codes[FIRST:]]
