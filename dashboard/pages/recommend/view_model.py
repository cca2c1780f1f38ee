"""Everything that the page says for one query: history, ranking and explanation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.explanations import others, reason, strongest
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.side_by_side import Side
from dashboard.services.recommendations import buyers, predictors
from dashboard.services.recommendations.catalogue import Shelf, among
from dashboard.services.recommendations.co_purchases import followed
from dashboard.services.recommendations.comparison_models import voice
from dashboard.services.recommendations.ranking import Outlook, effects, look_ahead
from dashboard.services.recommendations.what_if import Entry, History, apply, undone
from data.errors import BadInput
from data.home import Home
from model.serving.predictor import Predictor


@dataclass(frozen=True)
class Scene:
    """What there is to show.

    Attributes
    ----------
    query : Query
    run : Run
    entries : tuple of Entry
        What the model is given, oldest first.
    hidden : tuple of Entry
        What the query hides of the record, oldest first.
    recorded : int
        Length of the buyer's record; 0 for a basket.
    outlook : Outlook
    read : int
        How many of the latest entries the model reads.
    unknown : tuple of str
        Products of the history that the model does not know.
    effects : mapping or None
        What each entry does for the product that is explained.
    because : str
        The sentence that explains it.
    priced : bool
        Whether the model reads the price of an event.
    beside : pair of Side or None
        The two lists that stand side by side, where the query asks for it.
    trouble : str
        Why one of them could not be asked.
    """

    query: Query
    run: Run
    entries: History
    hidden: History
    recorded: int
    outlook: Outlook
    read: int
    unknown: tuple[str, ...]
    effects: Mapping[str, float] | None
    because: str
    priced: bool
    beside: tuple[Side, Side] | None = None
    trouble: str = ""


def scene(home: Home, query: Query) -> Scene:
    """Return what a query shows.

    Raises
    ------
    BadInput
        Where the run has no model, its dataset does not know the buyer, or the edits of the
        history cannot be read.
    """
    run = Runs(home).get(query.run)
    model = predictors.predictor(home, query.run)
    record = buyers.history(home, run, query.user) if query.user else ()
    kept = len(record) - min(query.hide, len(record))
    given, hidden = record[:kept], record[kept:]

    def describe(product: str) -> Entry:
        known = model.describe(product)
        return Entry("", product, brand=known.brand, category=known.category, price=known.price)

    entries = apply(given, query.edit, describe)
    # A buyer's ranking is compared with that of the record, a basket's with the step before.
    before = given if query.user else apply((), undone(query.edit), describe)
    dataset = buyers.dataset_of(home, run) if query.days else None
    shelf = Shelf(query.category, query.low, query.high, query.days)

    def looked(asked: Predictor, compared: History | None) -> Outlook:
        return look_ahead(
            asked,
            entries,
            k=query.size,
            only_new=query.new,
            truth=hidden[0].product if hidden else None,
            before=compared,
            among=among(asked, shelf, dataset),
            mix=query.mix,
        )

    outlook = looked(model, before if query.edit else None)

    def side(key: str) -> Side:
        if not key:
            return Side(run.label or run.run, outlook)
        asked = voice(home, query.run, key)
        return Side(asked.name, looked(asked.model, None), asked.probable)

    beside, trouble = None, ""
    if query.beside:
        try:
            beside = side(query.compare), side(query.beside)
        except BadInput as error:
            trouble = str(error)
    explained = effects(model, entries, query.why) if query.why else None
    found = Scene(
        query=query,
        run=run,
        entries=entries,
        hidden=hidden,
        recorded=len(record),
        outlook=outlook,
        read=model.length,
        unknown=_unknown(model, entries),
        effects=explained,
        because="",
        priced="price" in model.features,
        beside=beside,
        trouble=trouble,
    )
    if explained is None:
        return found
    said = reason(model, entries, explained, outlook, query.why)
    return replace(found, because=f"{said} {_elsewhere(home, found)}".strip())


def _elsewhere(home: Home, found: Scene) -> str:
    """Say what other buyers did who bought what speaks for the product most."""
    key = strongest(found.effects or {})
    entry = next((one for one in found.entries if one.key == key), None)
    if entry is None:
        return ""
    product = found.query.why
    try:
        evidence = followed(home, found.run, entry.product, product, but=found.query.user)
    except BadInput:
        return ""  # without the dataset nobody knows what others did
    return others(evidence, entry.title or entry.product, product)


def _unknown(model: Predictor, entries: History) -> tuple[str, ...]:
    found = dict.fromkeys(entry.product for entry in entries if not model.knows(entry.product))
    return tuple(found)
