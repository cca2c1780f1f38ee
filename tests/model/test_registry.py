"""Installed packages add networks without a change in this project."""

import subprocess
import sys
from pathlib import Path

import pytest

from model.registry import NETWORKS, Entry, Registry

NETWORK = """
from keras import layers

def fading(events, masks, config):
    hidden = layers.Dense(config.width, activation="tanh")(events)
    return layers.GRU(config.width, return_sequences=True)(hidden)
"""
ENTRY_POINTS = """
[vitrina.networks]
fading = toy_models:fading
broken = toy_models_that_do_not_exist:anything
gru = toy_models:fading
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder as ``pip install --target`` leaves it, with one small package."""
    folder = tmp_path / "site"
    metadata = folder / "toy_models-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "toy_models.py").write_text(NETWORK)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-models\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    return folder


def run(site: Path, code: str) -> str:
    """Run code in an interpreter that has the package on its path; return what it prints."""
    program = f"import sys; sys.path.append({str(site)!r})\n{code}"
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_has_a_label_and_can_be_loaded(name: str) -> None:
    assert NETWORKS.label(name)
    assert callable(NETWORKS.load(name))


def test_a_name_that_nobody_registered_is_no_model() -> None:
    assert "oracle" not in NETWORKS
    with pytest.raises(KeyError, match="oracle"):
        NETWORKS.load("oracle")


def test_an_error_of_vitrinas_own_module_is_not_called_a_package() -> None:
    registry = Registry("example.none", {"gone": Entry("model.nothing_here:body", "Gone")})
    with pytest.raises(ModuleNotFoundError, match="nothing_here"):
        registry.load_all()


def test_names_are_listed_without_importing_a_network_library(site: Path) -> None:
    printed = run(
        site,
        "from model.registry import NETWORKS\n"
        "from model.config.run_config import RunConfig\n"
        "config = RunConfig().override({'network': 'fading'})\n"
        "print(*NETWORKS)\n"
        "print(NETWORKS.label('fading'), config.network, config.columns == config.features)\n"
        "print({'keras', 'tensorflow', 'toy_models'} & set(sys.modules))",
    )
    assert printed.splitlines() == [
        " ".join([*NETWORKS, "broken", "fading"]),
        "fading fading True",
        "set()",
    ]


@pytest.mark.slow
def test_a_broken_package_is_named_and_breaks_no_other(site: Path) -> None:
    printed = run(
        site,
        "from model.registry import NETWORKS\n"
        "models, problems = NETWORKS.load_all()\n"
        "print(*models)\n"
        "print(*problems)\n"
        "print(models['gru'].__module__)",
    )
    models, problem, module = printed.splitlines()
    assert models == " ".join([*NETWORKS, "fading"])
    assert problem == (
        "The model broken of the package toy-models cannot be loaded (No module named"
        " 'toy_models_that_do_not_exist'); update or uninstall that package."
    )
    assert module == "model.networks.recurrent", "a plug-in replaces no network of Vitrina's own"


@pytest.mark.slow
def test_a_network_of_an_installed_package_is_trained_and_served(
    site: Path, tmp_path: Path
) -> None:
    printed = run(
        site,
        "from pathlib import Path\n"
        "from model.networks.data_sizes import DataSizes\n"
        "from model.networks.network import build\n"
        "from model.run_folder import RunFolder\n"
        "from model.sequences.split_data import split_prepared\n"
        "from model.serving.onnx_export import save_network\n"
        "from model.serving.onnx_model import OnnxRecommender\n"
        "from tests.model.toys import prepared, random_histories, small\n"
        "from model.training.trainer import Trainer\n"
        "from tests.model.training.test_trainer import Notes\n"
        "config = small(network='fading')\n"
        "data = split_prepared(prepared(random_histories(60, 40)), config)\n"
        f"run = RunFolder(Path({str(tmp_path)!r}) / 'run')\n"
        "run.write_json('config.json', config.as_dict())\n"
        "trainer = Trainer(config, data, run, Notes(), lambda: False)\n"
        "assert trainer.fit()\n"
        "scores = OnnxRecommender(run).scores(data.histories(data.split.test))\n"
        "print(trainer.network.serving.name)\n"
        "print(scores.shape == (len(data.split.test), data.products))",
    )
    assert printed.split() == ["fading", "True"]
