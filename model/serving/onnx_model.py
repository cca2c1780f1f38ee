"""Inference of a finished run's network with onnxruntime, and the models that a run serves."""

from typing import ClassVar

from data.checksums import is_there
from data.errors import BadInput, damaged_unless_read
from data.i18n import _
from data.preparation.sequences import Floats
from model.baselines.base import Kind, Recommender
from model.blend.blend import Blend
from model.run_files import BLEND, MODEL
from model.run_folder import RunFolder
from model.sequences.asking import ASKING_TIME
from model.sequences.buyer_attributes import BUYER
from model.sequences.features import CONTEXT
from model.sequences.histories import Histories
from model.sequences.inputs import serving_inputs
from model.sequences.repeats import CANDIDATE_INPUTS

FEATURE_INPUT = CANDIDATE_INPUTS[-1]


class OnnxRecommender(Recommender):
    """The network of a finished run.

    Parameters
    ----------
    run : RunFolder
    threads : int
        Threads of a prediction; 0 for all cores.

    Attributes
    ----------
    candidate_features : int
        Features of a candidate that a repeat head reads, the first of all; 0 without one.

    Raises
    ------
    BadInput
        Where the run has no finished model.
    Damaged
        Where its model cannot be read.
    """

    kind: ClassVar[Kind] = "network"
    probabilistic = True

    def __init__(self, run: RunFolder, threads: int = 0) -> None:
        config = run.config()
        self.name = config.network
        self.length = config.sequence_length
        file = run.path / MODEL
        if not is_there(file):
            raise BadInput(
                _("Run {run} has no finished model yet; wait until its training has ended.").format(
                    run=run.path.name
                )
            )
        import onnxruntime  # 16 MB that a server does not need before its first prediction

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        with damaged_unless_read(run.damage(MODEL)):
            self._session = onnxruntime.InferenceSession(
                str(run.file(MODEL)), options, providers=["CPUExecutionProvider"]
            )
        inputs = {tensor.name: tensor for tensor in self._session.get_inputs()}
        self._inputs = tuple(inputs)
        self.reads_buyer = BUYER in inputs
        self.reads_times = not inputs.keys().isdisjoint(
            {*CONTEXT, ASKING_TIME, CANDIDATE_INPUTS[0]}
        )
        self.candidate_features = inputs[FEATURE_INPUT].shape[-1] if self.reads_candidates else 0

    @property
    def reads_candidates(self) -> bool:
        """Whether the network has a repeat head, which reads the whole history."""
        return CANDIDATE_INPUTS[0] in self._inputs

    @property
    def reads_asking_time(self) -> bool:
        """Whether the scores depend on the time of asking."""
        return ASKING_TIME in self._inputs

    def scores(self, histories: Histories) -> Floats:
        """Return the logits, float32 [histories, products]."""
        batch = serving_inputs(histories, self._inputs, self.length)
        if self.reads_candidates:  # a run of an earlier version reads fewer features
            batch[FEATURE_INPUT] = batch[FEATURE_INPUT][:, :, : self.candidate_features]
        logits: Floats = self._session.run(None, {name: batch[name] for name in self._inputs})[0]
        return logits


def load_recommenders(run: RunFolder, threads: int = 0) -> list[Recommender]:
    """Return the models of a run: the one that it serves first, its network last.

    Parameters
    ----------
    run : RunFolder
    threads : int
        Threads of a prediction; 0 for all cores.

    Returns
    -------
    list of Recommender
        The blend and the network, or the network alone where it is not blended.
    """
    network = OnnxRecommender(run, threads)
    if not is_there(run.path / BLEND):
        return [network]
    return [Blend.load(run, network), network]
