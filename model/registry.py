"""Models by name: where each is defined, resolved when it is first used.

To add a network, write its module and add a line to ``NETWORKS``. An installed package adds one
without a change here, by an entry point whose name is the model's::

    [project.entry-points."vitrina.networks"]
    my_network = "my_package.my_module:my_network"
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from data.errors import VitrinaError
from data.i18n import N_, _


@dataclass(frozen=True)
class Entry:
    """A model that can be chosen by name.

    Attributes
    ----------
    target : str
        ``module:attribute``; the module is not imported before the model is used.
    label : str
        What people see, marked for translation; a plug-in's is the name of its entry point.
    package : str
        The installed package that provides the model; empty where it is part of Vitrina.
    columns : tuple of str
        Columns that a network reads beside the configured features.
    check : str
        ``module:function`` without Keras: takes a configuration and raises BadInput where the
        network cannot be built from it.
    on_demand : bool
        Whether a baseline is fitted only where a person asks for it, as a model to compare a run
        with, and not beside every run.
    """

    target: str
    label: str
    package: str = ""
    columns: tuple[str, ...] = ()
    check: str = ""
    on_demand: bool = False


class Registry(Mapping[str, Entry]):
    """The models of one kind: Vitrina's own in their order, then those of installed packages.

    Parameters
    ----------
    group : str
        Entry-point group of the installed packages' models.
    entries : mapping of str to Entry
        Vitrina's own models; a plug-in cannot replace one.

    Examples
    --------
    >>> registry = Registry("example.none", {"half": Entry("fractions:Fraction", "Fraction")})
    >>> list(registry), registry.load("half")(1, 2)
    (['half'], Fraction(1, 2))
    """

    def __init__(self, group: str, entries: Mapping[str, Entry]) -> None:
        self.group = group
        self._own = dict(entries)

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        plugins = {
            point.name: Entry(
                f"{point.module}:{point.attr}", point.name, point.dist.name if point.dist else ""
            )
            for point in sorted(entry_points(group=self.group), key=lambda point: point.name)
        }
        return {**self._own, **{name: plugins[name] for name in plugins if name not in self._own}}

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def label(self, name: str) -> str:
        """Return the label of a model, in the language of this context."""
        return _(self[name].label)

    def load(self, name: str) -> Any:
        """Import a model's module and return the model.

        Raises
        ------
        KeyError
            Where there is no such model.
        VitrinaError
            Where the package that provides it cannot be imported.
        """
        entry = self[name]
        if not entry.package:
            return resolve(entry.target)
        try:
            return resolve(entry.target)
        except Exception as error:
            raise VitrinaError(
                _(
                    "The model {name} of the package {package} cannot be loaded ({error});"
                    " update or uninstall that package."
                ).format(name=name, package=entry.package, error=error)
            ) from error

    def load_all(self) -> tuple[dict[str, Any], list[str]]:
        """Return every model that can be loaded, and a sentence for each plug-in that cannot."""
        models: dict[str, Any] = {}
        problems = []
        for name in self:
            try:
                models[name] = self.load(name)
            except VitrinaError as error:
                problems.append(str(error))
        return models, problems


def resolve(target: str) -> Any:
    """Return the object that ``module:attribute`` names.

    Examples
    --------
    >>> resolve("math:tau").hex()
    '0x1.921fb54442d18p+2'
    """
    module, _colon, attribute = target.partition(":")
    result: Any = import_module(module)
    for part in attribute.split("."):
        result = getattr(result, part)
    return result


NETWORKS = Registry(
    "vitrina.networks",
    {
        "paper": Entry("model.networks.paper:body", N_("Paper")),
        "rnn": Entry("model.networks.recurrent:rnn", N_("RNN")),
        "lstm": Entry("model.networks.recurrent:lstm", N_("LSTM")),
        "gru": Entry("model.networks.recurrent:gru", N_("GRU")),
        "hrnn": Entry(
            "model.networks.hierarchical:hierarchical",
            N_("HRNN"),
            columns=("start",),
            check="model.networks.checks:more_than_one_event",
        ),
        "conv_lstm": Entry("model.networks.recurrent:convolution_lstm", N_("Conv-LSTM")),
        "sasrec": Entry(
            "model.networks.attention:sasrec",
            N_("SASRec"),
            check="model.networks.checks:heads_divide_width",
        ),
        "lru": Entry("model.networks.linear_recurrence:linear_recurrence", N_("LRU")),
        "hstu": Entry(
            "model.networks.hstu:hstu",
            N_("HSTU"),
            columns=("gap",),
            check="model.networks.checks:heads_divide_width",
        ),
        "caser": Entry("model.networks.caser:caser", N_("Caser")),
        "sr_gnn": Entry("model.networks.session_graph:sr_gnn", N_("SR-GNN"), columns=("product",)),
        "rum": Entry("model.networks.user_memory:rum", N_("RUM")),
        "rrn": Entry("model.networks.product_drift:rrn", N_("RRN"), columns=("month",)),
        "mohr": Entry("model.networks.relations:mohr", N_("MoHR"), columns=("start", "type")),
    },
)
"""Each is a function ``(events, masks, config)`` that returns the hidden state after every event;
``model.networks.network`` says more."""
