"""The rule by which the model of a dataset is trained again by itself."""

from collections.abc import Mapping
from typing import Any

from dashboard import formats
from dashboard.jobs.retraining import FILE
from dashboard.jobs.retraining_rules import Rule
from dashboard.jobs.run_handle import run_folder
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.training_series import Trial
from data.checksums import verified
from data.datasets.store import Store
from data.errors import BadInput, damaged_unless_read
from data.files import read_json
from data.home import Home
from data.i18n import _


def set_rule(
    home: Home, dataset: str, changes: Mapping[str, Any], *, off: bool = False
) -> Rule | None:
    """Set, remove or only return the rule of a dataset.

    Parameters
    ----------
    changes : mapping
        Fields of the new rule; where there are none, the rule stays as it is.
    off : bool
        Whether the rule is removed.

    Raises
    ------
    BadInput
        For an unknown dataset, a value that is not allowed, or both a rule and ``off``.
    """
    Store(home).open(dataset)
    rules = Runs(home).retraining_rules
    if off and changes:
        raise BadInput(_("Name either conditions or --off."))
    if off:
        rules.set(dataset, None)
    elif changes:
        rules.set(dataset, Rule(**changes))
    return rules.all().get(dataset)


def result(home: Home, name: str) -> Mapping[str, Any]:
    """Return the findings of an automatic training so far; empty before it began."""
    sentence = _("{file} of run {run} is damaged; start it again.")
    with damaged_unless_read(sentence.format(file=FILE, run=name)):
        try:
            content = read_json(verified(run_folder(home, name) / FILE))
        except FileNotFoundError:
            return {}
        for trial in content["trials"]:
            Trial(**trial)
    return dict(content)


def in_words(dataset: str, rule: Rule | None) -> str:
    """Return a rule as a sentence."""
    if rule is None:
        return _("Dataset {dataset} is not trained again by itself.").format(dataset=dataset)
    conditions = []
    if rule.days is not None:
        conditions.append(_("{days} days after a training").format(days=formats.value(rule.days)))
    if rule.growth is not None:
        share = formats.percent(rule.growth, 0)
        conditions.append(_("when its events have grown by {share}").format(share=share))
    if rule.lead is not None:
        lead = formats.number(rule.lead, 3)
        conditions.append(
            _("when the lead over popularity is below {lead} in NDCG@10").format(lead=lead)
        )
    sentence = _("Dataset {dataset} is trained again, once it has changed: {conditions}.")
    if rule.warm:
        sentence = _(
            "Dataset {dataset} is trained again from the weights of the model in service, once it"
            " has changed: {conditions}."
        )
    return sentence.format(dataset=dataset, conditions=_(" or ").join(conditions))
