"""Data-parallel training: the devices of one machine share the work of every step.

Each device computes the gradients of its part of a batch; their sum is applied once, so that a step
is that of one device on the whole batch. The weights stay on the first device, from which the
others read them in every step: optimisers, checkpoints and averages need not know of the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import tensorflow as tf

from data.errors import BadInput
from data.i18n import ngettext
from model.sequences.repeats import RepeatCandidates
from model.sequences.windows import TrainingBatch


def training_devices(gpus: int) -> tuple[str, ...]:
    """Return the names of the devices that a training is split over; none where it is not split.

    TensorFlow takes the memory of every GPU that it sees: it sees no more than are asked for.

    Parameters
    ----------
    gpus : int
        How many are asked for; below 0: as TensorFlow does it, which uses one where there is any.

    Raises
    ------
    BadInput
        Where the machine has fewer.
    """
    if gpus < 0:
        return ()
    devices = tf.config.list_physical_devices("GPU")
    if gpus > len(devices):
        raise BadInput(
            ngettext(
                "gpus cannot be “{gpus}” here: TensorFlow finds {n} GPU on this machine; ask for no"
                " more, or train on one that has them.",
                "gpus cannot be “{gpus}” here: TensorFlow finds {n} GPUs on this machine; ask for"
                " no more, or train on one that has them.",
                len(devices),
            ).format(gpus=gpus, n=len(devices)),
            "gpus",
        )
    if devices:
        tf.config.set_visible_devices(devices[:gpus], "GPU")
    return tuple(f"GPU:{number}" for number in range(gpus)) if gpus > 1 else ()


def split(batch: TrainingBatch, parts: int) -> list[TrainingBatch]:
    """Return a training batch in parts, the number of whose windows differs by one at most.

    Parameters
    ----------
    batch : TrainingBatch
        With at least as many windows as there are parts.
    parts : int
    """
    windows, length = batch.inputs["product"].shape
    bounds = np.linspace(0, windows, parts + 1).astype(np.int32)
    return [_part(batch, first, last, length) for first, last in pairwise(bounds.tolist())]


def _part(batch: TrainingBatch, first: int, last: int, length: int) -> TrainingBatch:
    """Return the windows of a batch from ``first`` to before ``last``, and their targets."""
    window = batch.position // length
    states = (window >= first) & (window < last)
    targets = states[batch.state]
    renumbered = (np.cumsum(states) - 1).astype(np.int32)

    def of_states(values: Any) -> Any:
        return None if values is None else values[states]

    candidates = batch.candidates
    return replace(
        batch,
        inputs={name: values[first:last] for name, values in batch.inputs.items()},
        position=batch.position[states] - np.int32(first * length),
        state=renumbered[batch.state[targets]],
        target=batch.target[targets],
        number=batch.number[targets],
        asking_time=of_states(batch.asking_time),
        candidates=None if candidates is None else RepeatCandidates(*map(of_states, candidates)),
        following=of_states(batch.following),
    )


class Replicas:
    """Devices, each of which computes the same function of a part of a batch.

    Parameters
    ----------
    devices : sequence of str
        Such as ``GPU:0``; the first one has the weights.
    """

    def __init__(self, devices: Sequence[str]) -> None:
        self._strategy = tf.distribute.MirroredStrategy(list(devices))
        self._first = devices[0]

    def __len__(self) -> int:
        return int(self._strategy.num_replicas_in_sync)

    def sums(self, function: Callable[[Any], list[Any]], parts: Sequence[Any]) -> list[Any]:
        """Return the sum over the parts of each thing that a function returns for a part.

        Only within a ``tf.function``. The function may reduce over all parts by
        ``tf.distribute.get_replica_context().all_reduce``.

        Parameters
        ----------
        function : callable
            Returns tensors, ``tf.IndexedSlices`` and None, in the same order for every part.
        parts : sequence
            The argument of each device.
        """

        def on_device() -> list[Any]:
            return function(parts[_replica_number()])

        results = self._strategy.run(on_device)
        with tf.device(self._first):
            return [summed(self._strategy.experimental_local_results(one)) for one in results]


def _replica_number() -> int:
    """Return the number of the device that a function is traced for."""
    context = tf.distribute.get_replica_context()
    return int(tf.get_static_value(context.replica_id_in_sync_group))


def summed(gradients: Sequence[Any]) -> Any:
    """Return the sum of gradients of a weight, None without any; that of slices keeps them all."""
    some = [gradient for gradient in gradients if gradient is not None]
    if not some:
        return None
    if all(isinstance(gradient, tf.IndexedSlices) for gradient in some):
        return tf.IndexedSlices(
            tf.concat([gradient.values for gradient in some], 0),
            tf.concat([gradient.indices for gradient in some], 0),
            some[0].dense_shape,
        )
    return tf.add_n(some)
