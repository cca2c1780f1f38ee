"""How the learning rate goes from step to step."""

import math

from model.config.run_config import RunConfig

FLOOR = 0.01
"""Share of the learning rate that a cosine ends at."""


def learning_rate(config: RunConfig, epochs: float, plateaus: int = 0) -> float:
    """Return the learning rate after some epochs, which need not be whole.

    Parameters
    ----------
    config : RunConfig
    epochs : float
        Epochs that lie behind.
    plateaus : int
        How often the validation figure has ceased to improve; each halves the rate of the
        schedule ``plateau``.

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
        share = (epochs - config.warmup) / max(config.epochs - config.warmup, 1e-9)
        wave = 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))
        return config.learning_rate * (FLOOR + (1 - FLOOR) * wave)
    return config.learning_rate
