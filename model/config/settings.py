"""Every setting of a run: what it means and what it may be."""

from dataclasses import dataclass, field

from data.i18n import N_
from data.preparation.preparation import Preparation
from model.config.fields import setting
from model.registry import NETWORKS

PROTOCOLS = ("temporal", "leave-one-out", "paper")
FEATURES = (
    "product",
    "category",
    "brand",
    "price",
    "category_1",
    "category_2",
    "relative_price",
    "type",
    "hour",
    "weekday",
    "gap",
)
LOSSES = ("full_softmax", "sampled_softmax")
SCHEDULES = ("constant", "cosine", "plateau")
PRECISIONS = ("float32", "mixed_bfloat16")

_DATA, _NETWORK = N_("Data"), N_("Network")
_LOSS, _TRAINING = N_("Loss"), N_("Training")


@dataclass(frozen=True)
class Settings:
    """The fields of a run's configuration.

    A form, the command line and the documentation are made from the fields' metadata: ``label``,
    ``help``, ``group``, and ``low`` and ``high`` or ``choices``.
    """

    protocol: str = setting(
        "temporal",
        label=N_("Protocol"),
        help=N_("How targets are held out: by time, the last of each buyer, or as in the paper."),
        group=_DATA,
        choices=PROTOCOLS,
    )
    preparation: Preparation = field(default_factory=Preparation)
    sequence_length: int = setting(
        50,
        label=N_("History length"),
        help=N_("The most recent events of a buyer that the network looks at."),
        group=_DATA,
        low=1,
        high=1000,
    )
    features: tuple[str, ...] = setting(
        ("product", "category", "brand", "price"),
        label=N_("Features"),
        help=N_("What the network is told about each event of a history."),
        group=_DATA,
        choices=FEATURES,
    )
    normalise_features: bool = setting(
        False,
        label=N_("Normalised features"),
        help=N_("Bring each feature's numbers to one size, and take the logarithm of prices."),
        group=_DATA,
    )
    network: str = setting(
        "paper",
        label=N_("Network"),
        help=N_("The body that reads a history."),
        group=_NETWORK,
        choices=NETWORKS,
    )
    layers: int = setting(
        3,
        label=N_("Blocks"),
        help=N_("Recurrent or attention blocks, one upon another."),
        group=_NETWORK,
        low=1,
        high=6,
    )
    width: int = setting(
        128,
        label=N_("Units"),
        help=N_("Numbers that a block keeps for each event."),
        group=_NETWORK,
        low=4,
        high=1024,
    )
    embedding_width: int = setting(
        16,
        label=N_("Embedding size"),
        help=N_("Numbers that stand for a product, a brand or a category."),
        group=_NETWORK,
        low=2,
        high=1024,
    )
    dropout: float = setting(
        0.2,
        label=N_("Dropout"),
        help=N_("Share of each block's output that is hidden while training."),
        group=_NETWORK,
        low=0.0,
        high=0.9,
    )
    embedding_dropout: float = setting(
        0.0,
        label=N_("Dropout of embeddings"),
        help=N_("Share of each event's numbers that is hidden while training."),
        group=_NETWORK,
        low=0.0,
        high=0.9,
    )
    heads: int = setting(
        2,
        label=N_("Heads"),
        help=N_("Parts of an attention block that look at the history each in its own way."),
        group=_NETWORK,
        low=1,
        high=16,
    )
    tied_embeddings: bool = setting(
        False,
        label=N_("Tied embeddings"),
        help=N_("Score products with the same vectors that stand for them in a history."),
        group=_NETWORK,
    )
    product_traits: bool = setting(
        False,
        label=N_("Products by their traits"),
        help=N_("Place each product by its brand, category and price beside what is its own."),
        group=_NETWORK,
    )
    repeat_head: bool = setting(
        False,
        label=N_("Repeat-aware head"),
        help=N_("Let the network copy products from the history beside scoring the catalogue."),
        group=_NETWORK,
    )
    blend: bool = setting(
        False,
        label=N_("Blend with baselines"),
        help=N_("Add simple models to the network's scores, weighted on the validation targets."),
        group=_NETWORK,
    )
    loss: str = setting(
        "full_softmax",
        label=N_("Loss"),
        help=N_("Compare each target with every product, or with a sample of them."),
        group=_LOSS,
        choices=LOSSES,
    )
    negatives: int = setting(
        2048,
        label=N_("Negatives"),
        help=N_("Products drawn for each step of a sampled softmax."),
        group=_LOSS,
        low=1,
        high=65536,
    )
    popularity_power: float = setting(
        0.5,
        label=N_("Power of popularity"),
        help=N_("Negatives are drawn in proportion to popularity raised to this power."),
        group=_LOSS,
        low=0.0,
        high=1.0,
    )
    label_smoothing: float = setting(
        0.0,
        label=N_("Label smoothing"),
        help=N_("Share of a target's probability that is spread over all products."),
        group=_LOSS,
        low=0.0,
        high=0.5,
    )
    epochs: int = setting(
        10,
        label=N_("Epochs"),
        help=N_("How often training passes over the data, at most."),
        group=_TRAINING,
        low=1,
        high=1000,
    )
    batch_size: int = setting(
        512,
        label=N_("Batch size"),
        help=N_(
            "Targets that one step of training learns from; histories of hundreds of events"
            " train faster with thousands of them."
        ),
        group=_TRAINING,
        low=1,
        high=65536,
    )
    learning_rate: float = setting(
        0.001,
        label=N_("Learning rate"),
        help=N_("Size of a step of Adam."),
        group=_TRAINING,
        low=1e-6,
        high=1.0,
    )
    schedule: str = setting(
        "constant",
        label=N_("Schedule"),
        help=N_("How the learning rate goes on: constant, down a cosine, or halved on a plateau."),
        group=_TRAINING,
        choices=SCHEDULES,
    )
    warmup: float = setting(
        0.0,
        label=N_("Warm-up"),
        help=N_("Epochs over which the learning rate climbs from zero."),
        group=_TRAINING,
        low=0.0,
        high=100.0,
    )
    weight_decay: float = setting(
        0.0,
        label=N_("Weight decay"),
        help=N_("How strongly each step shrinks the weights."),
        group=_TRAINING,
        low=0.0,
        high=1.0,
    )
    gradient_clipping: float = setting(
        0.0,
        label=N_("Gradient clipping"),
        help=N_("The longest that the gradient of a step may be; longer ones shrink. 0 is off."),
        group=_TRAINING,
        low=0.0,
        high=1000.0,
    )
    early_stopping: int = setting(
        0,
        label=N_("Patience"),
        help=N_("Epochs without a better validation figure after which training ends; 0 is off."),
        group=_TRAINING,
        low=0,
        high=100,
    )
    precision: str = setting(
        "float32",
        label=N_("Precision"),
        help=N_(
            "Mixed precision is quicker where the processor computes in bfloat16, most with large "
            "batches; elsewhere it is slower."
        ),
        group=_TRAINING,
        choices=PRECISIONS,
    )
    seed: int = setting(
        1,
        label=N_("Seed"),
        help=N_("Fixes every random choice of the run."),
        group=_TRAINING,
        low=0,
        high=2**31 - 1,
    )
