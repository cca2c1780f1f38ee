"""A warm start: a training begins with the weights of another run instead of random ones.

Codes follow frequency, so a row of a table stands for another product once the log has grown. Rows
are matched by what they stand for: the id of a product, the name of a brand, category or event
type. What the other run does not know begins as it does without a warm start.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from data.errors import BadInput, damaged_unless_read
from data.files import is_folder
from data.i18n import _
from data.preparation.sequences import FIRST, Ints, Sequences
from model.config.run_config import RunConfig, differences
from model.networks.layers import ProductScores, Standardise, TiedProductEmbedding
from model.networks.network import Network
from model.networks.repeat_head import RepeatHead
from model.networks.transition_head import TransitionHead
from model.run_files import KERAS_MODEL
from model.run_folder import RunFolder
from model.sequences.features import LEVELS, level

ARCHITECTURE = (
    *("network", "layers", "width", "embedding_width", "heads", "sequence_length", "features"),
    *("normalise_features", "tied_embeddings", "cosine_output", "product_traits", "repeat_head"),
    *("transition_head", "asking_time", "buyer_attributes", "product_attributes", "ensemble_size"),
)
"""Settings that two networks must share, so that one can begin with the weights of the other."""

Rows = tuple[Ints, Ints]
"""Codes of the new run, and the codes of the same values in the other one."""


def source_of(run: RunFolder, config: RunConfig) -> RunFolder:
    """Return the run that a training starts from, which lies beside its own folder.

    Raises
    ------
    BadInput
        Where there is none of this name.
    """
    name = config.start_from
    folder = run.path.parent / name
    if Path(name).name != name or not is_folder(folder):
        raise BadInput(
            _("There is no run {run} to start from; name a finished run of this dataset.").format(
                run=name
            ),
            "start_from",
        )
    return RunFolder(folder)


def built_as(config: RunConfig, other: RunConfig, name: str) -> RunConfig:
    """Return a configuration whose network is built as another one.

    What follows from the data (``model.sequences.adapted_config``) is what followed for the other
    one: whether there are a repeat-aware and a transition head, whether the event type is a
    feature, and whether attributes of buyers and products are read.

    Parameters
    ----------
    config, other : RunConfig
        What is asked for; the configuration of the run that the training starts from.
    name : str
        Of that run.

    Raises
    ------
    BadInput
        Where they ask for different networks.
    """
    if other.features == (*config.features, "type"):
        config = dataclasses.replace(config, features=other.features)
    config = dataclasses.replace(
        config,
        repeat_head=config.repeat_head and other.repeat_head,
        transition_head=config.transition_head and other.transition_head,
        buyer_attributes=config.buyer_attributes and other.buyer_attributes,
        product_attributes=config.product_attributes and other.product_attributes,
    )
    for key, (own, others) in differences(config, other).items():
        if key in ARCHITECTURE:
            raise BadInput(
                _(
                    "A training cannot start from {run}: {setting} is {value} here and {other}"
                    " there; use the same, or train from new weights."
                ).format(run=name, setting=key, value=own, other=others),
                "start_from",
            )
    return config


def start_from_run(network: Network, sequences: Sequences, source: RunFolder) -> int:
    """Copy the weights of another run to a network; return how many of its products that run knows.

    A product that both know has the logit that the other network gives it, also where its brand,
    category or price range has changed since.

    Parameters
    ----------
    network : Network
        Built as that of the other run; see ``built_as``.
    sequences : Sequences
        The training events.
    source : RunFolder
        The other run.

    Raises
    ------
    BadInput
        Where the other run knows none of the products, or is of another version.
    Damaged
        Where its model cannot be read, or holds code.
    """
    rows = _shared_rows(sequences, source)
    known = len(rows["product"][0]) - FIRST
    if not known:
        raise BadInput(
            _("Run {run} knows none of the products; start from one of this dataset.").format(
                run=source.path.name
            ),
            "start_from",
        )
    with damaged_unless_read(source.damage(KERAS_MODEL)):
        before = keras.saving.load_model(source.file(KERAS_MODEL), compile=False, safe_mode=True)
    try:
        _copy(network.serving, before, rows)
    except ValueError as error:
        raise BadInput(
            _("The network of run {run} is of another version; train from new weights.").format(
                run=source.path.name
            ),
            "start_from",
        ) from error
    return known


def _copy(layer: Any, other: Any, rows: Mapping[str, Rows]) -> None:
    """Copy the weights of a layer, or of all layers of a model, from the other network."""
    if isinstance(layer, keras.Model):
        for part, other_part in zip(layer.layers, other.layers, strict=True):
            _copy(part, other_part, rows)
    elif isinstance(layer, Standardise):
        layer.mean, layer.deviation = other.mean, other.deviation
    elif isinstance(layer, layers.Embedding) and layer.name.removeprefix("of_") in rows:
        feature = layer.name.removeprefix("of_")
        _copy_rows(layer.embeddings, other.embeddings, rows[feature])
    elif isinstance(layer, ProductScores):
        _copy_products(layer, other, rows["product"])
    elif isinstance(layer, RepeatHead):
        _copy_repeat_head(layer, other, rows)
    elif isinstance(layer, TransitionHead):
        _copy_all(layer.trainable_variables, other.trainable_variables)  # rules are counted anew
    else:
        _copy_all(layer.variables, other.variables)


def _copy_products(layer: ProductScores, other: ProductScores, rows: Rows) -> None:
    """Copy the embeddings of products so that each one that both know has that of the other.

    The embedding of a product is the sum of its own and those of its traits. Those of traits are
    copied first, from the most frequent product that has each; its own is what remains.
    """
    first = 0 if isinstance(layer, TiedProductEmbedding) else FIRST
    own, others = (codes[codes >= first] - first for codes in rows)
    embeddings = np.asarray(other.embed(ops.convert_to_tensor(others)))
    if layer.traits is not None:
        new, old = np.asarray(layer.product_traits)[own], np.asarray(other.product_traits)[others]
        traits = np.array(layer.trait_embeddings)
        traits[new[::-1]] = np.asarray(other.trait_embeddings)[old[::-1]]
        layer.trait_embeddings.assign(traits)
        embeddings = embeddings - traits[new].sum(axis=1)
    vectors = np.array(layer.vectors)
    vectors[own] = embeddings
    layer.vectors.assign(vectors)
    ranked = tuple(codes[codes >= FIRST] - FIRST for codes in rows)
    _copy_rows(layer.bias, other.bias, ranked)
    if layer.cosine:
        layer.log_scale.assign(other.log_scale)


def _copy_repeat_head(layer: RepeatHead, other: RepeatHead, rows: Mapping[str, Rows]) -> None:
    """Copy all but the statistics of products, which are counted anew."""
    _copy_rows(layer.product_embeddings, other.product_embeddings, rows["product"])
    _copy_rows(layer.type_embeddings, other.type_embeddings, rows["type"])
    layer.linear.assign(other.linear)
    for part in ("catalogue", "from_state", "from_features", "repeat"):
        _copy_all(getattr(layer, part).variables, getattr(other, part).variables)


def _copy_all(variables: Any, others: Any) -> None:
    """Copy weights; states of random generators, which are no floats, stay as they are."""
    for variable, other in zip(variables, others, strict=True):
        if keras.backend.is_float_dtype(variable.dtype):
            variable.assign(other)


def _copy_rows(variable: Any, other: Any, rows: tuple[Any, ...]) -> None:
    own, others = rows
    values = np.array(variable)
    values[own] = np.asarray(other)[others]
    variable.assign(values)


def _shared_rows(sequences: Sequences, source: RunFolder) -> dict[str, Rows]:
    """Return the codes of the values that both runs know, by feature; padding and unknown first."""
    others = _codes_of_run(source)
    return {
        feature: _matched(codes, others[feature]) for feature, codes in _codes(sequences).items()
    }


def _matched(own: Mapping[str, int], others: Mapping[str, int]) -> Rows:
    """Return the codes of the values of both mappings, ascending in the first one.

    Examples
    --------
    >>> _matched({"cup": 2, "pot": 3, "jug": 4}, {"jug": 2, "cup": 3})
    (array([0, 1, 2, 4], dtype=int32), array([0, 1, 3, 2], dtype=int32))
    """
    pairs = sorted((code, others[value]) for value, code in own.items() if value in others)
    both = np.array([*((code, code) for code in range(FIRST)), *pairs], dtype=np.int32)
    return both[:, 0], both[:, 1]


def _codes(sequences: Sequences) -> dict[str, dict[str, int]]:
    """Return the code of each value of the training events, by feature."""
    vocabularies = {
        "product": sequences.products,
        "brand": sequences.brands,
        "category": sequences.categories,
        "type": sequences.types,
    }
    codes = {
        feature: {str(value): code for code, value in enumerate(vocabulary.ids, start=FIRST)}
        for feature, vocabulary in vocabularies.items()
    }
    for depth, name in enumerate(LEVELS, start=1):
        of_category = level(sequences, depth)[FIRST:].tolist()
        paths = map(str, sequences.categories.ids)
        codes[name] = {
            _prefix(path, depth): code for path, code in zip(paths, of_category, strict=True)
        }
    return codes


def _codes_of_run(source: RunFolder) -> dict[str, dict[str, int]]:
    """Return the same of another run: of the values that its products and event types have."""
    table = source.vocabulary
    codes = {
        feature: {str(value): code for code, value in enumerate(values, start=FIRST)}
        for feature, values in (("product", table["product"]), ("type", source.event_types.names))
    }
    for feature in ("brand", "category"):
        named = table[table[feature].notna()]
        codes[feature] = dict(
            zip(named[feature].astype(str), named[f"{feature}_code"].tolist(), strict=True)
        )
    for depth, name in enumerate(LEVELS, start=1):
        named = table[table["category"].notna()]
        paths = [_prefix(path, depth) for path in named["category"].astype(str)]
        codes[name] = dict(zip(paths, named[f"{name}_code"].tolist(), strict=True))
    return codes


def _prefix(path: str, depth: int) -> str:
    return ".".join(path.split(".")[:depth])
