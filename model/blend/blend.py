"""The blend: a weighted sum of the scores of a network and of baselines."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
from scipy import sparse

from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import Floats, Longs
from model.baselines import BASELINES
from model.baselines.base import Baseline, Kind, Recommender, SparseBaseline, log_sum_exp
from model.baselines.serialization import from_arrays, to_arrays
from model.blend.conditional_logit import BlendWeights
from model.blend.popularity_strata import strata
from model.run_files import BLEND
from model.run_folder import RunFolder
from model.sequences.histories import Array, Histories

ARRAYS = {"pool": "mixture", "new": "new", "own": "repeat", "again": "repeat_intercept"}
"""Names of the weights in the file, and the attributes of ``BlendWeights`` that they store."""
PersonalScores = Callable[[SparseBaseline], sparse.csr_matrix]
"""Returns the personal scores of a sparse member for all histories."""
BATCH = 64
"""Histories for which dense members are called at a time."""


class Blend(Recommender):
    """A weighted sum of the scores of its members, on the log scale, and of their mixture.

    The softmax of the score is a probability. Each member has a weight for products that are new
    to the user and another for repeat products; ``model.blend.conditional_logit`` fits them.

    Parameters
    ----------
    members : sequence of Recommender
        Fitted.
    weights : sequence of BlendWeights
        One per stratum of ``model.blend.popularity_strata``, or a single one.
    scales : array [members]
        Mean of each member's highest scores.
    counts : int array [products]
        Training events of each product, which determine a history's stratum; not used with a
        single stratum.
    """

    name = "blend"
    kind: ClassVar[Kind] = "network"
    probabilistic = True

    def __init__(
        self,
        members: Sequence[Recommender],
        weights: Sequence[BlendWeights],
        scales: Array,
        counts: Longs,
    ) -> None:
        from model.blend.scorer import BlendScorer

        self.members, self.weights = list(members), list(weights)
        self.scales, self.counts = scales, counts
        self.reads_buyer = any(member.reads_buyer for member in members)
        self.reads_times = any(member.reads_times for member in members)
        self._scorer = BlendScorer(members, weights, scales)

    @property
    def dense_members(self) -> list[Recommender]:
        """The members that are no sparse baselines."""
        return [member for member in self.members if not isinstance(member, SparseBaseline)]

    def scores(self, histories: Histories) -> Floats:
        """Return the scores, float32 [histories, products]."""
        return self._concatenate(histories, self.score_batches(histories, BATCH))

    def score_batches(
        self, histories: Histories, batch_size: int
    ) -> Iterator[tuple[slice, Floats]]:
        """Yield batches of rows and their scores, float32 [rows, products]."""

        def dense(rows: slice) -> list[Floats]:
            return [
                member.scores(member.read(histories).select(rows)) for member in self.dense_members
            ]

        def personal(member: SparseBaseline) -> sparse.csr_matrix:
            return member.personal_scores(member.read(histories))

        return self._scorer.score_batches(
            histories, self._strata(histories), dense, personal, batch_size
        )

    def combine(
        self,
        histories: Histories,
        dense_scores: Sequence[Floats],
        personal: PersonalScores,
    ) -> Floats:
        """Return the scores, given those of ``dense_members``, and those of sparse baselines."""

        def dense(rows: slice) -> list[Floats]:
            return [scores[rows] for scores in dense_scores]

        batches = self._scorer.score_batches(
            histories, self._strata(histories), dense, personal, BATCH
        )
        return self._concatenate(histories, batches)

    def _strata(self, histories: Histories) -> Longs:
        if len(self.weights) > 1:
            return strata(histories, self.counts)
        return np.zeros(len(histories), dtype=np.int64)

    def _concatenate(self, histories: Histories, batches: Iterable[tuple[slice, Floats]]) -> Floats:
        if not len(histories):
            return self.members[0].scores(self.members[0].read(histories))
        return np.concatenate([scores for _rows, scores in batches])

    @property
    def shares(self) -> dict[str, tuple[float, float]]:
        """Each member's weights for new and for repeat products, by name; the mean over strata."""
        names = [*(member.name for member in self.members), "mixture"]
        new, repeat = (
            np.mean([getattr(stratum, attribute) for stratum in self.weights], axis=0)
            for attribute in ("new", "repeat")
        )
        return {
            name: (float(of_new), float(of_repeat))
            for name, of_new, of_repeat in zip(names, new, repeat, strict=True)
        }

    def save(self, run: RunFolder) -> None:
        """Write the baselines among the members and all weights into one file of the run."""
        about: list[dict[str, Any]] = []
        arrays: dict[str, Any] = {}
        for i, member in enumerate(self.members):
            entry: dict[str, Any] = {"name": member.name, "baseline": isinstance(member, Baseline)}
            if isinstance(member, Baseline):
                entry |= {"settings": member.settings, "reads_all": member.reads_all}
                arrays |= {f"{i}/{key}": array for key, array in to_arrays(member.state)}
            about.append(entry)
        for key, attribute in ARRAYS.items():
            arrays[key] = np.array([getattr(stratum, attribute) for stratum in self.weights])
        arrays["scales"] = self.scales
        if len(self.weights) > 1:
            arrays["counts"] = self.counts
        arrays["about"] = np.array(json.dumps(about))

        def fill(file: Any) -> None:
            with file.open("wb") as stream:
                np.savez_compressed(stream, **arrays)

        run.write(BLEND, fill)

    @classmethod
    def load(cls, run: RunFolder, network: Recommender) -> "Blend":
        """Return the blend that a run stored; ``network`` is the run's own.

        Raises
        ------
        BadInput
            Where an earlier version wrote the file in another form, or a member belongs to a
            package that is no longer installed.
        """
        with np.load(run.file(BLEND), allow_pickle=False) as file:
            if not set(ARRAYS) <= set(file.files):
                raise BadInput(
                    _("An earlier version wrote the blend of run {run}; train it again.").format(
                        run=run.path.name
                    )
                )
            members: list[Recommender] = []
            for i, entry in enumerate(json.loads(str(file["about"]))):
                if not entry["baseline"]:
                    members.append(network)
                    continue
                if entry["name"] not in BASELINES:
                    raise BadInput(
                        _(
                            "The blend of run {run} needs the baseline {name}; install the package"
                            " that provides it, or train the run again."
                        ).format(run=run.path.name, name=entry["name"])
                    )
                member = BASELINES.load(entry["name"])(**entry["settings"])
                member.reads_all = entry.get("reads_all", False)
                keys = [key for key in file.files if key.startswith(f"{i}/")]
                member.state = from_arrays({key.partition("/")[2]: file[key] for key in keys})
                members.append(member)
            columns = zip(
                *(np.atleast_2d(file[key]) for key in ("pool", "new", "own")),
                np.atleast_1d(file["again"]),
                strict=True,
            )
            weights = [
                BlendWeights(mixture, new, repeat, float(intercept))
                for mixture, new, repeat, intercept in columns
            ]
            counts = file["counts"] if len(weights) > 1 else np.zeros(0, dtype=np.int64)
            return cls(members, weights, file["scales"], counts)


def to_log_scale(member: Recommender, scores: Floats, scale: float) -> Floats:
    """Return a member's scores on the log scale, in a new array.

    Log-probabilities where the member is probabilistic, else log(1 + 10 × score / scale).
    """
    if member.probabilistic:
        result: Floats = (scores - log_sum_exp(scores)).astype(np.float32)
    else:
        result = np.log1p(np.maximum(scores, 0) * np.float32(10 / scale)).astype(np.float32)
    return result
