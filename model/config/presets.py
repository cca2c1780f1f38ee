"""Configurations to start from: the paper's, a quick one and the best one measured.

``paper`` is as published except for its batch size: every event is a target, so that a batch of
128 holds as many histories of four events as two of the paper's batches of 16. ``best`` had the
highest NDCG@10 in ``tests/benchmarks/RESULTS.md``: a GRU with tied embeddings, where products
repeat the repeat-aware head and where they have an order the transition head, blended with the
baselines by weights that are fitted on the validation targets of each dataset; ``preset_for`` gives
it the batch size, learning rate, loss, limit of epochs and number of networks that follow from the
size of a log.
``fast`` is a smaller network of the same kind.
No setting was chosen for a single dataset.
"""

from data.errors import BadInput
from data.i18n import _
from data.preparation.preparation import PREPARATIONS
from model.config.run_config import RunConfig
from model.config.sizing import LogSize, sized

PAPER = RunConfig(preparation=PREPARATIONS["paper"], sequence_length=4, batch_size=128)
FAST = RunConfig(
    network="gru",
    layers=1,
    width=64,
    embedding_width=32,
    sequence_length=20,
    tied_embeddings=True,
    dropout=0.2,
    embedding_dropout=0.2,
    blend=True,
    loss="sampled_softmax",
    negatives=512,
    batch_size=256,
    learning_rate=0.005,
    epochs=5,
    early_stopping=2,
)
BEST = RunConfig(
    network="gru",
    layers=1,
    width=128,
    embedding_width=64,
    tied_embeddings=True,
    repeat_head=True,
    transition_head=True,
    dropout=0.3,
    embedding_dropout=0.3,
    blend=True,
    loss="sampled_softmax",
    negatives=1024,
    batch_size=512,
    learning_rate=0.003,
    schedule="plateau",
    weight_averaging=1.0,
    epochs=50,
    early_stopping=5,
)
SIZED = ("best",)
"""Presets with settings that follow from the size of a log."""

PRESETS: dict[str, RunConfig] = {"paper": PAPER, "fast": FAST, "best": BEST}


def preset(name: str) -> RunConfig:
    """Return a preset by name.

    Raises
    ------
    BadInput
        Where there is none of that name.
    """
    if name not in PRESETS:
        raise BadInput(
            _("preset cannot be “{value}”: it takes one of {choices}.").format(
                value=name, choices=", ".join(PRESETS)
            )
        )
    return PRESETS[name]


def preset_for(name: str, size: LogSize) -> RunConfig:
    """Return a preset for a log of a size; raises as ``preset`` does."""
    config = preset(name)
    return sized(config, size) if name in SIZED else config
