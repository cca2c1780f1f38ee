"""The settings of a run: defaults, bounds, labels and help texts."""

from dataclasses import field
from typing import Annotated

from pydantic.dataclasses import dataclass

from data.i18n import N_
from data.preparation.moments import MOMENTS
from data.preparation.preparation import Preparation
from data.preparation.splits import PROTOCOLS
from data.validation import Bool, Configuration, Float, Int, OneOf, Text, TextList, setting
from model.registry import NETWORKS

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
_RESOURCES = N_("Resources")


@dataclass(frozen=True)
class Settings(Configuration):
    """The fields of a run's configuration.

    The form, the command line and the documentation are made from these declarations; see
    ``data.validation.specs``.
    """

    protocol: Annotated[Text, OneOf(tuple(PROTOCOLS))] = setting(
        "temporal",
        label=N_("Protocol"),
        help=N_(
            "How validation and test targets are held out: by time, as the next basket, as all that"
            " is bought in the next days, as the last event of each buyer, or as in the paper."
        ),
        group=_DATA,
    )
    horizon_days: Int = setting(
        7,
        label=N_("Days of the horizon"),
        help=N_(
            "What each buyer buys within this many days is predicted at once; only with the"
            " protocol of the next days."
        ),
        group=_DATA,
        low=1,
        high=366,
    )
    moment: Annotated[Text, OneOf(MOMENTS)] = setting(
        "auto",
        label=N_("Asking moment"),
        help=N_(
            "Where the history of a target ends: just before the event, before its session, or"
            " before its basket. auto is “event” where histories hold only what is predicted"
            " (“basket” where baskets or days are predicted), else “session”: a cart minutes before"
            " gives its purchase away."
        ),
        group=_DATA,
    )
    preparation: Preparation = field(default_factory=Preparation)
    sequence_length: Int = setting(
        50,
        label=N_("History length"),
        help=N_("Maximum number of most recent events of a buyer that the network reads."),
        group=_DATA,
        low=1,
        high=1000,
    )
    features: Annotated[TextList, OneOf(FEATURES)] = setting(
        ("product", "category", "brand", "price"),
        label=N_("Features"),
        help=N_("Features of each event that the network reads."),
        group=_DATA,
    )
    normalise_features: Bool = setting(
        False,
        label=N_("Normalised features"),
        help=N_(
            "Apply layer normalisation to the embedding of each feature, and take the "
            "logarithm of prices."
        ),
        group=_DATA,
    )
    network: Annotated[Text, OneOf(NETWORKS)] = setting(
        "paper",
        label=N_("Network"),
        help=N_("The architecture that encodes a history."),
        group=_NETWORK,
    )
    layers: Int = setting(
        3,
        label=N_("Blocks"),
        help=N_("Number of stacked recurrent or attention blocks."),
        group=_NETWORK,
        low=1,
        high=6,
    )
    width: Int = setting(
        128,
        label=N_("Units"),
        help=N_("Hidden units of each block."),
        group=_NETWORK,
        low=4,
        high=1024,
    )
    embedding_width: Int = setting(
        16,
        label=N_("Embedding size"),
        help=N_("Dimensions of the embeddings of products, brands and categories."),
        group=_NETWORK,
        low=2,
        high=1024,
    )
    dropout: Float = setting(
        0.2,
        label=N_("Dropout"),
        help=N_("Dropout rate after each block."),
        group=_NETWORK,
        low=0.0,
        high=0.9,
    )
    embedding_dropout: Float = setting(
        0.0,
        label=N_("Embedding dropout"),
        help=N_("Dropout rate of the embedded events, before the first block."),
        group=_NETWORK,
        low=0.0,
        high=0.9,
    )
    heads: Int = setting(
        2,
        label=N_("Heads"),
        help=N_(
            "Number of attention heads of a block; only for SASRec and HSTU. They must divide the "
            "units."
        ),
        group=_NETWORK,
        low=1,
        high=16,
    )
    tied_embeddings: Bool = setting(
        False,
        label=N_("Tied embeddings"),
        help=N_("Share the product embeddings between the input and the output layer."),
        group=_NETWORK,
    )
    cosine_output: Bool = setting(
        False,
        label=N_("Cosine output"),
        help=N_(
            "Score each product by the cosine of hidden state and product embedding, times a"
            " learned scale, so that popular products have no longer embeddings than others."
        ),
        group=_NETWORK,
    )
    product_traits: Bool = setting(
        False,
        label=N_("Product attribute embeddings"),
        help=N_(
            "Add embeddings of brand, category and price range to the embedding of each "
            "product that is scored; this helps rare products."
        ),
        group=_NETWORK,
    )
    product_attributes: Bool = setting(
        False,
        label=N_("Attributes and titles of products"),
        help=N_(
            "As the attribute embeddings of products, with all else that the table of products "
            "has: labels, numbers, and the words of titles and other texts."
        ),
        group=_NETWORK,
    )
    repeat_head: Bool = setting(
        False,
        label=N_("Repeat-aware head"),
        help=N_(
            "Mix the softmax with the probability of repeating each product of the history, from "
            "how often, how long ago and at which interval the buyer had it. Left out where fewer"
            " than one in a hundred training targets repeats a product of its history."
        ),
        group=_NETWORK,
    )
    transition_head: Bool = setting(
        False,
        label=N_("Transition head"),
        help=N_(
            "Mix the softmax with what followed each of the latest five products in training, with "
            "weights that depend on the history and on how often it did. Left out where whole "
            "baskets are predicted whose purchases share their time, and with more than 100,000 "
            "products."
        ),
        group=_NETWORK,
    )
    asking_time: Bool = setting(
        False,
        label=N_("Time of asking"),
        help=N_(
            "Let the network know when it is asked: hour, weekday, day of the month and the time "
            "since the last event scale and shift the hidden state before the output layer."
        ),
        group=_NETWORK,
    )
    buyer_attributes: Bool = setting(
        False,
        label=N_("Attributes of buyers"),
        help=N_(
            "Let the network know what the table of buyers says of each: categories and numbers "
            "scale and shift what it reads and the hidden state before the output layer. Left out "
            "where the dataset has none."
        ),
        group=_NETWORK,
    )
    ensemble_size: Int = setting(
        1,
        label=N_("Networks in the ensemble"),
        help=N_(
            "How many networks of successive seeds are trained side by side, each to its own best "
            "epoch; the mean of their probabilities is served. Each takes as long as one alone."
        ),
        group=_NETWORK,
        low=1,
        high=10,
    )
    blend: Bool = setting(
        False,
        label=N_("Blend with baselines"),
        help=N_(
            "Combine the network's scores with those of the baselines, with weights fitted "
            "on the validation targets; left out where that ranks them no better than the network "
            "alone."
        ),
        group=_NETWORK,
    )
    compare_baselines: Bool = setting(
        True,
        label=N_("All baselines"),
        help=N_(
            "Fit all baselines and evaluate them on the same targets. Off: popularity alone, which "
            "saves most of the time of a short training; a blend needs them all."
        ),
        group=_NETWORK,
    )
    loss: Annotated[Text, OneOf(LOSSES)] = setting(
        "full_softmax",
        label=N_("Loss"),
        help=N_("Cross-entropy over all products, or over a sample of negatives."),
        group=_LOSS,
    )
    negatives: Int = setting(
        2048,
        label=N_("Negatives"),
        help=N_("Negatives drawn for each step; only with a sampled softmax."),
        group=_LOSS,
        low=1,
        high=65536,
    )
    popularity_power: Float = setting(
        0.5,
        label=N_("Popularity exponent"),
        help=N_(
            "Negatives are drawn in proportion to popularity raised to this power; 0: uniformly."
        ),
        group=_LOSS,
        low=0.0,
        high=1.0,
    )
    label_smoothing: Float = setting(
        0.0,
        label=N_("Label smoothing"),
        help=N_(
            "Share of each target's probability that is spread evenly over all products; "
            "only with a full softmax."
        ),
        group=_LOSS,
        low=0.0,
        high=0.5,
    )
    epochs: Int = setting(
        10,
        label=N_("Epochs"),
        help=N_("Maximum number of passes over the training data."),
        group=_TRAINING,
        low=1,
        high=1000,
    )
    batch_size: Int = setting(
        512,
        label=N_("Batch size"),
        help=N_(
            "Targets of one training step, padding included; for histories of hundreds of events,"
            " thousands are faster."
        ),
        group=_TRAINING,
        low=1,
        high=65536,
    )
    learning_rate: Float = setting(
        0.001,
        label=N_("Learning rate"),
        help=N_("Learning rate of Adam."),
        group=_TRAINING,
        low=1e-6,
        high=1.0,
    )
    schedule: Annotated[Text, OneOf(SCHEDULES)] = setting(
        "constant",
        label=N_("Schedule"),
        help=N_(
            "Learning-rate schedule: constant, cosine decay, or halved when the validation "
            "NDCG stops improving."
        ),
        group=_TRAINING,
    )
    warmup: Float = setting(
        0.0,
        label=N_("Warm-up"),
        help=N_("Epochs over which the learning rate rises linearly from zero."),
        group=_TRAINING,
        low=0.0,
        high=100.0,
    )
    weight_decay: Float = setting(
        0.0,
        label=N_("Weight decay"),
        help=N_("Decoupled weight decay (AdamW); 0: plain Adam."),
        group=_TRAINING,
        low=0.0,
        high=1.0,
    )
    weight_averaging: Float = setting(
        0.0,
        label=N_("Averaged weights"),
        help=N_(
            "Epochs over which the weights are averaged, more recent ones with more weight; the "
            "average is validated and served. 0: off."
        ),
        group=_TRAINING,
        low=0.0,
        high=100.0,
    )
    gradient_clipping: Float = setting(
        0.0,
        label=N_("Gradient clipping"),
        help=N_("Maximum global norm of the gradient; 0: no clipping."),
        group=_TRAINING,
        low=0.0,
        high=1000.0,
    )
    early_stopping: Int = setting(
        0,
        label=N_("Patience"),
        help=N_(
            "Early stopping: training ends after this many epochs without a better "
            "validation NDCG@10, and the best epoch is kept; 0: off."
        ),
        group=_TRAINING,
        low=0,
        high=100,
    )
    precision: Annotated[Text, OneOf(PRECISIONS)] = setting(
        "float32",
        label=N_("Precision"),
        help=N_(
            "Mixed precision is faster on processors with bfloat16 arithmetic, most of all "
            "with large batches, and slower on others."
        ),
        group=_TRAINING,
    )
    seed: Int = setting(
        1,
        label=N_("Seed"),
        help=N_("Seed of every random choice of the run."),
        group=_TRAINING,
        low=0,
        high=2**31 - 1,
    )
    start_from: Text = setting(
        "",
        label=N_("Start from run"),
        help=N_(
            "Name of a finished run of this dataset whose weights the training begins with, instead"
            " of random ones; its network has to be built alike. Empty: from random weights."
        ),
        group=_TRAINING,
    )
    cpus: Int = setting(
        0,
        label=N_("Cores"),
        help=N_(
            "Cores that an engine such as Ray reserves for the training; 0: two, or as many as its"
            " largest machine has. The engine of one machine reserves nothing."
        ),
        group=_RESOURCES,
        low=0,
        high=1024,
    )
    gpus: Int = setting(
        -1,
        label=N_("GPUs"),
        help=N_(
            "GPUs of one machine that the training uses, and an engine such as Ray reserves: each"
            " batch is split over them. -1: one where there is any."
        ),
        group=_RESOURCES,
        low=-1,
        high=64,
    )
    worker_label: Text = setting(
        "",
        label=N_("Label of the machine"),
        help=N_(
            "Only a worker that was started with this --label carries the training out, such as one"
            " on a machine with a GPU. Empty: any worker."
        ),
        group=_RESOURCES,
    )
    memory: Float = setting(
        0.0,
        label=N_("Memory in GiB"),
        help=N_(
            "Memory that an engine such as Ray reserves for the training; 0: it asks for none. What"
            " a training takes is not limited by it."
        ),
        group=_RESOURCES,
        low=0.0,
        high=16384.0,
    )
