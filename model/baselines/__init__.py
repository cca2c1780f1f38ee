"""Baselines: simple models that keep every network honest."""

from collections.abc import Callable

from model.baselines.markov import Markov
from model.baselines.popularity import Popularity
from model.baselines.repeat import RepeatLast
from model.ranker import Baseline

BASELINES: tuple[Callable[[], Baseline], ...] = (Popularity, RepeatLast, Markov)
"""Every baseline, made with its own defaults, in the order in which tables show them."""
