"""What ``vitrina mcp`` offers to assistants: five functions that read, and change nothing.

The docstrings of the functions are what an assistant reads about them.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from dashboard.services.datasets import library
from dashboard.services.recommendations import buyers, recommend
from dashboard.services.recommendations.effects import leave_one_out_effects
from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.runs import comparison, model_in_service, records
from data.errors import BadInput
from data.home import Home
from data.i18n import _


class AssistantTools:
    """Functions over one home; each raises BadInput with a sentence where it cannot answer.

    Parameters
    ----------
    home : Home
    """

    def __init__(self, home: Home) -> None:
        self._home = home

    def datasets(self) -> dict[str, Any]:
        """List the datasets: rows, events, purchases, buyers, products, first and last event."""
        return {"datasets": library.summaries(self._home)}

    def runs(self, dataset: str = "") -> dict[str, Any]:
        """List the trainings, newest first, of one dataset or of all, and the models in service."""
        runs = [
            record for record in records.records(self._home) if dataset in ("", record["dataset"])
        ]
        promotions = model_in_service.current(self._home)
        return {"runs": runs, "in_service": [asdict(promotion) for promotion in promotions]}

    def compare(self, runs: list[str]) -> dict[str, Any]:
        """Compare up to six trainings by the test metrics of the models that they serve.

        ``differences`` are each later run minus the first one, on the same targets, with paired
        95 % intervals; ``warnings`` say why figures cannot be compared.
        """
        compared = comparison.compare(self._home, runs)
        return {
            "models": compared.evaluations,
            "settings": dict(compared.differences),
            "differences": {
                run: asdict(pair) for run, pair in comparison.paired(self._home, compared).items()
            },
            "warnings": [*compared.warnings, *compared.problems],
        }

    def recommend(
        self,
        *,
        run: str = "",
        dataset: str = "",
        user: str = "",
        history: list[str] | None = None,
        k: int = 10,
        placement: str = "",
        at: datetime | None = None,
        buyer: dict[str, str | float] | None = None,
    ) -> dict[str, Any]:
        """Rank the next products of a buyer of the log, or after a history of product ids.

        Name a run, or a dataset whose model in service is meant; and a user, or a history with the
        oldest product first. ``buyer`` are attributes by name, such as the age, for models that
        read them; they stand in place of those of the log's table of buyers. Probabilities are over
        the whole catalogue.
        """
        run = self._run(run, dataset, placement)
        if (not user) == (history is None):
            raise BadInput(_("Give either user or history, not both."))
        if history is None:
            return recommend.for_user(
                self._home, run, user, k, at=at, buyer=buyer, placement=placement
            )
        events = recommend.typed_history(self._home, run, history)
        return recommend.for_history(
            self._home, run, events, k, at=at, buyer=buyer, placement=placement
        )

    def explain(self, product: str, user: str, run: str = "", dataset: str = "") -> dict[str, Any]:
        """Say how each event of a buyer's history changes the probability of a product.

        ``effect`` is the logarithm of the probability minus that without the event: above 0 the
        event makes the product more probable. Only events that the model reads are listed.
        """
        served = serve_run(self._home, self._run(run, dataset))
        if product not in served.model.catalogue:
            raise BadInput(_("The model does not know {product}.").format(product=product))
        history = buyers.history(served, user)
        effects = leave_one_out_effects(
            served.model,
            history,
            product,
            served.end_of_log,
            buyers.recorded_values(served, user),
        )
        return {
            "run": served.name,
            "user": user,
            "product": asdict(served.model.catalogue.describe(product)),
            "events": [
                {
                    "product": event.product,
                    "title": event.title,
                    "type": event.type,
                    "time": event.time and event.time.isoformat(),
                    "effect": effects[event.key],
                }
                for event in history
                if event.key in effects
            ],
        }

    def _run(self, run: str, dataset: str, placement: str = "") -> str:

        return model_in_service.chosen_run(self._home, run or None, dataset or None, placement)
