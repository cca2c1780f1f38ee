"""The networks of an ensemble, each after its own best epoch."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from model.networks.network import Member


@dataclass
class BestMember:
    """The best epoch of one network of an ensemble.

    Attributes
    ----------
    epoch : int
        From 1; 0 before the first.
    figure : float
        The monitored figure of that epoch.
    weights : list of array
        The network's variables after that epoch, in the order of ``Member.serving.variables``.
    """

    epoch: int = 0
    figure: float = float("-inf")
    weights: list[npt.NDArray[Any]] = field(default_factory=list)


def update(
    best: list[BestMember], members: Sequence[Member], epoch: int, figure: Callable[[int], float]
) -> None:
    """Take the present weights of each network whose figure is better than ever.

    Parameters
    ----------
    best : list of BestMember
        Changed in place; a list that is empty gets an entry for each network.
    members : sequence of Member
    epoch : int
        The epoch that has just ended.
    figure : callable
        Returns the monitored figure of the network at an index of ``members``; higher is better.
    """
    best.extend(BestMember() for _member in members[len(best) :])
    for i, member in enumerate(members):
        reached = figure(i)
        if reached > best[i].figure:
            weights = [np.array(variable) for variable in member.serving.variables]
            best[i] = BestMember(epoch, reached, weights)


@contextmanager
def in_use(best: Sequence[BestMember], members: Sequence[Member]) -> Iterator[None]:
    """Give each network the weights of its best epoch until the context ends."""
    current = [[np.array(variable) for variable in member.serving.variables] for member in members]
    for member, its_best in zip(members, best, strict=True):
        _assign(member, its_best.weights)
    try:
        yield
    finally:
        for member, weights in zip(members, current, strict=True):
            _assign(member, weights)


def _assign(member: Member, weights: Sequence[Any]) -> None:
    for variable, values in zip(member.serving.variables, weights, strict=True):
        variable.assign(values)
