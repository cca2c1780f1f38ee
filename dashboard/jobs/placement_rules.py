"""The rules of a placement on the catalogue of a run, kept until what they depend on changes."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from dashboard.jobs.run_handle import RunHandle
from data.datasets.dataset import Dataset
from data.file_cache import Stamp, stamp
from model.run_files import VOCABULARY
from model.run_folder import RunFolder
from model.serving.rules.resolve import ResolvedRules, resolve
from model.serving.rules.settings import Rules


@dataclass(frozen=True)
class _Key:
    """Rules on a catalogue, as the key of a cache."""

    folder: Path
    vocabulary: Stamp
    dataset_path: Path
    fingerprint: str
    rules: Rules
    stock_file: Stamp
    handle: RunHandle = field(compare=False)
    dataset: Dataset = field(compare=False)


def resolved_rules(handle: RunHandle, dataset: Dataset, rules: Rules) -> ResolvedRules:
    """Return rules on the catalogue of a run.

    Whether a category is bought again and again is counted on the events before the run's
    validation targets, where its protocol splits by time.

    Raises
    ------
    BadInput
        Where the run has no model, or what the rules name cannot be read any more.
    """
    handle.require_model()
    folder = handle.fetch()
    return _resolve(
        _Key(
            folder,
            stamp(folder / VOCABULARY),
            dataset.path,
            dataset.fingerprint,
            rules,
            stamp(Path(rules.stock_file)) if rules.stock_file else None,
            handle,
            dataset,
        )
    )


@lru_cache(maxsize=16)
def _resolve(key: _Key) -> ResolvedRules:
    return resolve(
        key.rules,
        key.dataset,
        RunFolder(key.folder).vocabulary,
        key.handle.config.preparation,
        key.handle.held_out.get("validation"),
    )
