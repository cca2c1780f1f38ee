"""Learning-rate schedules: warm-up, constant, cosine decay, halving on plateaus."""

import math

from model.config.run_config import RunConfig

COSINE_FLOOR = 0.01
"""Fraction of the learning rate at the end of a cosine decay."""


def learning_rate(config: RunConfig, epochs: float, plateaus: int = 0) -> float:
    """Return the learning rate after a number of epochs, which may be fractional.

    Parameters
    ----------
    config : RunConfig
    epochs : float
        Completed epochs, with the fraction of the current one.
    plateaus : int
        How often the monitored figure has stopped improving; each halves the rate of the schedule
        ``plateau``.

    Examples
    --------
    >>> config = RunConfig().override({"schedule": "cosine", "warmup": 1, "epochs": 3})
    >>> [round(1000 * learning_rate(config, epochs), 3) for epochs in (0.5, 1, 2, 3)]
    [0.5, 1.0, 0.505, 0.01]
    """
    if epochs < config.warmup:
        return config.learning_rate * max(epochs, 1e-3) / config.warmup
    if config.schedule == "plateau":
        return float(config.learning_rate * 0.5**plateaus)
    if config.schedule == "cosine":
        done = (epochs - config.warmup) / max(config.epochs - config.warmup, 1e-9)
        decay = 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
        return config.learning_rate * (COSINE_FLOOR + (1 - COSINE_FLOOR) * decay)
    return config.learning_rate
