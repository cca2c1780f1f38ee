"""The pages of networks and baselines."""

from collections.abc import Mapping

from data.i18n import _
from docs.notes import Note
from docs.notes.models import BASELINES, BLEND, NETWORKS
from docs.reference import docstrings
from docs.reference.markdown import anchor, equation, heading, literal, page, table
from model.baselines import BASELINES as BASELINE_REGISTRY
from model.registry import NETWORKS as NETWORK_REGISTRY
from model.registry import Registry


def networks() -> str:
    """Return the page of networks."""
    return page(
        "Networks",
        "A network reads a history and gives a score to every product. Its name is the value of the"
        " setting [network](settings.md#network). Measured figures of each are in"
        " `tests/benchmarks/RESULTS.md`.",
        "In the equations x is the embedding of an event, h the hidden state after it, σ the"
        " logistic function and ∘ the product of each unit. The score of a product is the inner"
        " product of the last hidden state and the product's output embedding, plus a bias.",
        _models(NETWORK_REGISTRY, NETWORKS),
    )


def baselines() -> str:
    """Return the page of baselines."""
    return page(
        "Baselines",
        "A baseline is a simple model that is fitted by counting. Every run is evaluated beside"
        " them, on the same targets: a network that does not beat them is not worth its time. Some"
        f" are fitted only where you compare a run with them: {_on_demand()}.",
        "In the equations n is a number of training events, p a share of them, i a product of the"
        " history and j a product that is ranked; age is the number of events since.",
        _models(BASELINE_REGISTRY, BASELINES),
        heading("Blend", "blend"),
        docstrings.of("model.blend.blend:Blend"),
        note(BLEND),
    )


def _on_demand() -> str:
    """Return the baselines that are fitted on demand."""
    names = [name for name, entry in BASELINE_REGISTRY.items() if entry.on_demand]
    return ", ".join(f"[{literal(name)}](#{anchor(name)})" for name in names)


def note(text: Note) -> str:
    """Return a note: equation, when to use it, source."""
    parts = [equation(text.equation)] if text.equation else []
    parts.append(f"**When to use it.** {text.use}")
    if text.source:
        parts.append(f"**Source.** {text.source[0].upper()}{text.source[1:]}.")
    return "\n\n".join(parts)


def _models(registry: Registry, notes: Mapping[str, Note]) -> str:
    """Return a list of the models of Vitrina itself, then a part on each."""
    own = {name: entry for name, entry in registry.items() if not entry.package}
    parts = [
        table(
            ["name", "model", "defined in"],
            [
                [
                    f"[{literal(name)}](#{anchor(name)})",
                    _(entry.label),
                    literal(entry.target.partition(":")[0]),
                ]
                for name, entry in own.items()
            ],
        )
    ]
    for name, entry in own.items():
        parts += [
            heading(_(entry.label), anchor(name)),
            docstrings.of(entry.target),
            note(notes.get(name, Note(use=""))),
        ]
    return "\n\n".join(parts)
