"""The network of a finished run, and what it serves: through onnxruntime alone."""

from typing import ClassVar

from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import Floats
from model.baselines.base import Kind, Recommender
from model.blend.blend import FILE, Blend
from model.run_folder import RunFolder
from model.sequences.histories import Histories


class OnnxRecommender(Recommender):
    """The network of a finished run.

    Parameters
    ----------
    run : RunFolder
    threads : int, optional
        Threads of a prediction; all cores where it is left out.
    """

    kind: ClassVar[Kind] = "network"
    probabilistic = True

    def __init__(self, run: RunFolder, threads: int = 0) -> None:
        config = run.config()
        self.name = config.network
        self.length = config.sequence_length
        file = run.path / "model.onnx"
        if not file.exists():
            raise BadInput(
                _("Run {run} has no finished model yet; wait until its training has ended.").format(
                    run=run.path.name
                )
            )
        import onnxruntime  # 16 MB that a server does not need before somebody asks for a ranking

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = tuple(one.name for one in self._session.get_inputs())

    def scores(self, histories: Histories) -> Floats:
        """Return a score for every product; their softmax are probabilities."""
        features = tuple(name for name in self._inputs if name != "length")
        batch = histories.latest(self.length).padded(features)
        found: Floats = self._session.run(None, {name: batch[name] for name in self._inputs})[0]
        return found


def load_recommenders(run: RunFolder, threads: int = 0) -> list[Recommender]:
    """Return what a run serves, first, and the network alone where that is not the same.

    Parameters
    ----------
    run : RunFolder
    threads : int
        Threads of a prediction; 0 for all cores.
    """
    network = OnnxRecommender(run, threads)
    if not (run.path / FILE).exists():
        return [network]
    return [Blend.load(run, network), network]
