"""The page of rules of a placement."""

from data.validation import SettingSpec, as_json, specs
from docs.reference.markdown import anchor, heading, literal, table
from docs.reference.markdown import page as whole_page
from model.serving.rules.rules_numpy import CAPS, REMOVALS
from model.serving.rules.settings import Rules

PURPOSE = (
    "A placement has these rules. `vitrina placement set DATASET NAME --rule KEY=VALUE` sets them,"
    " or `--rules FILE` with a JSON object. A value that is not allowed is refused with a sentence"
    " that says what is."
)
ORDER = """
A list is made in this order, in the same way on the page, through HTTP, in files of lists and in
bundles.

1. Products that a rule removes leave the whole ranking, so that the list stays full. A product
   counts for the first rule that removes it: {removals}.
2. The probability of a boosted product is multiplied by its factors.
3. Pinned products that no rule removes stand at their positions. The others follow by probability,
   ties by their order in the catalogue.
4. A product that exceeds a maximum ({caps}) is passed over; pinned products count first.

A list is shorter than asked only where every other product is removed or would exceed a maximum.
What each rule removed is counted in every answer."""
DETAILS = """
**Bought again and again.** A category, the whole path, is bought again and again where at least
`again_share` of the buyers who bought any product of it did so on two or more days (UTC). Counted
are the events before the run's validation targets, where its protocol splits by time.

**Times.** A purchase counts as recent to the microsecond: its time is less than `recent_days` × 24
hours before the asking time. Where a history is given without times, its products were bought just
now; where no asking time is given, the end of the log asks.

**Prices.** The band is relative to the median price, in the catalogue of the run, of what the
history bought. Where no such price is known the band removes nothing, else also products without a
price.

**Names.** A category, brand or pinned product that the dataset does not have is refused. Lists of
products may name others; how many the model does not know is counted in every answer.

**Bundles.** A bundle holds the rules of its export: what is in stock is of that moment."""


def page() -> str:
    """Return every rule by group, with its default and what it takes."""
    parts = [
        heading("In which order", "order"),
        ORDER.strip().format(
            removals=", ".join(map(literal, REMOVALS)), caps=", ".join(map(literal, CAPS))
        ),
    ]
    groups: dict[str, list[SettingSpec]] = {}
    for spec in specs(Rules).values():
        groups.setdefault(spec.group, []).append(spec)
    for group, members in groups.items():
        parts.append(f"## {group}")
        parts += [_rule(spec) for spec in members]
    parts += [heading("What they mean exactly", "meaning"), DETAILS.strip()]
    return whole_page("Rules of a placement", PURPOSE, *parts)


def _rule(spec: SettingSpec) -> str:
    facts = table(
        ["key", "default", "takes"],
        [[literal(spec.key), literal(as_json(spec.default)) or "nothing", spec.allowed()]],
    )
    return "\n\n".join([heading(spec.label, anchor(spec.key), 3), spec.help, facts])
