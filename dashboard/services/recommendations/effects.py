"""The effect of each event of a history on the probability of a product."""

from collections.abc import Sequence
from datetime import datetime

from dashboard.services.recommendations.ranking import history_inputs
from dashboard.services.recommendations.what_if import HistoryEvent
from model.baselines.base import log_softmax
from model.sequences.buyer_attributes import Values
from model.serving.predictor import Predictor


def leave_one_out_effects(
    model: Predictor,
    history: Sequence[HistoryEvent],
    product: str,
    at: datetime | None = None,
    buyer: Values | None = None,
) -> dict[str, float]:
    """Return the effect of each event of a history on the probability of a product.

    The effect is ``log p(product | history) - log p(product | history without the event)``.
    Without an event an older one moves into the window the model reads, as it would have without
    the purchase.

    Parameters
    ----------
    model : Predictor
    history : sequence of HistoryEvent
        Oldest first.
    product : str
        The product to explain.
    at : datetime, optional
        Asking time, as ``rank_products`` takes it.
    buyer : mapping, optional
        Attributes of the buyer by name.

    Returns
    -------
    dict
        Effect by the key of each event that the model reads; above 0 the event makes the product
        more probable. Empty where the model does not know the product.
    """
    index = model.catalogue.index_of(product)
    if index is None or not history:
        return {}
    start = max(len(history) - model.length, 0)
    read = history[start:]
    without = [[*history[:event], *history[event + 1 :]] for event in range(start, len(history))]
    histories = [history, *without]
    scores = model.raw_scores(history_inputs(model, histories, at, [buyer or {}] * len(histories)))
    logs = log_softmax(scores)[:, index]
    return {event.key: float(logs[0] - log) for event, log in zip(read, logs[1:], strict=True)}
