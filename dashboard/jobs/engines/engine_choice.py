"""The engine that a setting names.

An installed package adds one by an entry point whose name is the engine's; what it names takes the
table of runs and returns an ``Engine``::

    [project.entry-points."vitrina.engines"]
    slurm = "my_package.my_module:SlurmEngine"
"""

import os
from importlib.metadata import entry_points

from dashboard.jobs.engines.engine import Engine
from dashboard.jobs.node import ENGINE, LOCAL
from dashboard.jobs.runs_table import Runs
from data.errors import BadInput, VitrinaError
from data.i18n import _
from model.registry import resolve

GROUP = "vitrina.engines"
_OWN = {
    LOCAL: "dashboard.jobs.engines.local:LocalEngine",
    "ray": "dashboard.jobs.engines.ray_engine:RayEngine",
}


def engine_names() -> list[str]:
    """Return the names of the engines: those of Vitrina, then those of installed packages."""
    return list(dict.fromkeys([*_OWN, *sorted(point.name for point in entry_points(group=GROUP))]))


def make_engine(runs: Runs) -> Engine:
    """Return the engine that ``VITRINA_ENGINE`` names, ready to start runs.

    Raises
    ------
    BadInput
        When there is no engine of this name, its package is not installed, it cannot be used here,
        or the table of runs is a file that processes on other machines cannot reach.
    VitrinaError
        When the package that adds it cannot be imported.
    """
    name, target = check_engine(runs)
    try:
        make = resolve(target)
    except ImportError as error:
        if name in _OWN:
            words = _("The engine {name} needs a package: pip install 'vitrina[{name}]'.")
            raise BadInput(words.format(name=name)) from error
        words = _("The engine {name} cannot be loaded ({error}); update or uninstall its package.")
        raise VitrinaError(words.format(name=name, error=error)) from error
    engine: Engine = make(runs)
    return engine


def check_engine(runs: Runs) -> tuple[str, str]:
    """Return name and target of the engine that ``VITRINA_ENGINE`` names; nothing is imported.

    Raises
    ------
    BadInput
        When there is no engine of this name, or the table of runs is a file that processes on other
        machines cannot reach.
    """
    name = os.environ.get(ENGINE) or LOCAL
    targets = {point.name: point.value for point in entry_points(group=GROUP)} | _OWN
    if name not in targets:
        raise BadInput(
            _("There is no engine called {name}; choose one of {names}.").format(
                name=name, names=", ".join(engine_names())
            )
        )
    if name != LOCAL and runs.database.is_file:
        raise BadInput(
            _(
                "The engine {name} starts runs on other machines, which need a database that they "
                "can reach; name it with --database or VITRINA_DATABASE."
            ).format(name=name)
        )
    return name, targets[name]
