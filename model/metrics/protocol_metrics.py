"""The metrics that tables, charts and epochs show; the protocol of a run decides which."""

from typing import NamedTuple

from data.preparation.splits import SETS


class ProtocolMetrics(NamedTuple):
    """Names of metrics, the most important ones first.

    Attributes
    ----------
    compared : tuple of str
        Those by which models and runs are compared.
    table : tuple of str
        The columns of tables of models.
    epoch : tuple of str
        Those of the validation after each epoch.
    hits : str
        The share of the targets that are among the first ten; its mean over targets where they are
        in sets.
    """

    compared: tuple[str, ...]
    table: tuple[str, ...]
    epoch: tuple[str, ...]
    hits: str


VALUE = "value@10"
"""The share of the targets' money that the first ten hold; only where there are prices."""

_OF_MODELS = (VALUE, "coverage@10", "loss")

OF_TARGETS = ProtocolMetrics(
    compared=("ndcg@10", "hr@10", "mrr@10", "hr@1"),
    table=("hr@1", "hr@10", "hr@20", "ndcg@10", "mrr@10", *_OF_MODELS),
    epoch=("ndcg@10", "hr@10", "mrr@10"),
    hits="hr@10",
)
OF_SETS = ProtocolMetrics(
    compared=("ndcg@10", "recall@10", "precision@10", "map@10", "hr@10"),
    table=("hr@10", "recall@10", "recall@20", "precision@10", "map@10", "ndcg@10", *_OF_MODELS),
    epoch=("ndcg@10", "recall@10", "hr@10"),
    hits="recall@10",
)


def metrics_of(protocol: str) -> ProtocolMetrics:
    """Return the metrics of a protocol: those of single targets or those of sets.

    Examples
    --------
    >>> metrics_of("temporal").epoch
    ('ndcg@10', 'hr@10', 'mrr@10')
    >>> metrics_of("basket").epoch
    ('ndcg@10', 'recall@10', 'hr@10')
    """
    return OF_SETS if protocol in SETS else OF_TARGETS
