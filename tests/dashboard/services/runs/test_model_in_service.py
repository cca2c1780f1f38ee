"""A dataset's model in service: chosen where no run is named, and compared with candidates."""

import shutil

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import service_card
from dashboard.services.runs import model_in_service
from data.errors import BadInput
from data.home import Home
from tests.dashboard.shop import RUN
from tests.dashboard.text import text_of

Shop = tuple[Home, str]


@pytest.fixture
def candidate(own_shop: Shop) -> str:
    """A second run of the shop with the model and the evaluation of the first one."""
    runs = Runs(own_shop[0])
    name = runs.create("train", "toy", runs.get(RUN).config)
    runs.request_stop(name)
    shutil.copytree(runs.folder(RUN), runs.folder(name))
    return name


def test_the_model_in_service_of_a_dataset_is_chosen(own_shop: Shop, candidate: str) -> None:
    home, run = own_shop
    with pytest.raises(BadInput, match="No model is in service for dataset toy"):
        model_in_service.chosen_run(home, None, "toy")
    for name in (run, candidate):
        model_in_service.promote(home, name)
        assert model_in_service.chosen_run(home, None, "toy") == name
    model_in_service.roll_back(home, "toy")
    assert model_in_service.chosen_run(home, None, "toy") == run
    assert model_in_service.chosen_run(home, candidate, None) == candidate


@pytest.mark.parametrize("named", [(None, None), (RUN, "toy")])
def test_one_of_run_and_dataset_is_named(shop: Shop, named: tuple[str | None, str | None]) -> None:
    with pytest.raises(BadInput, match="either a run, or a dataset"):
        model_in_service.chosen_run(shop[0], *named)


def test_a_run_without_a_model_is_not_put_into_service(own_shop: Shop) -> None:
    waiting = Runs(own_shop[0]).create("train", "toy", {})
    with pytest.raises(BadInput, match="has no model yet"):
        model_in_service.promote(own_shop[0], waiting)
    assert model_in_service.current(own_shop[0]) == []
    assert service_card.view(own_shop[0], waiting) is None


def test_a_candidate_is_compared_with_the_model_in_service(own_shop: Shop, candidate: str) -> None:
    home, run = own_shop
    model_in_service.promote(home, run, user="ana")
    standing = model_in_service.standing(home, candidate)
    assert (standing.in_service, standing.is_in_service, standing.previous) == (run, False, None)
    assert standing.difference is not None
    assert standing.difference.metrics["ndcg@10"].value == 0
    assert f"No significant difference between this run and {run}" in service_card.difference_words(
        standing.difference, run
    )
    model_in_service.promote(home, candidate)
    standing = model_in_service.standing(home, candidate)
    assert (standing.is_in_service, standing.previous, standing.seen) == (True, run, 2)


def test_the_card_of_a_run_says_what_is_in_service(own_shop: Shop, candidate: str) -> None:
    home, run = own_shop

    def shown() -> service_card.ServiceView:
        view = service_card.view(home, candidate)
        assert view is not None
        return view

    assert shown().title == "No model is in service for toy"
    assert list(shown().actions) == [service_card.PROMOTE]
    model_in_service.promote(home, run, user="ana")
    assert shown().title == f"{run} is in service for toy"
    assert "by ana" in text_of(shown().changes)
    assert list(shown().actions) == [service_card.PROMOTE]
    model_in_service.promote(home, candidate)
    assert shown().title == "This run is in service for toy"
    assert shown().seen == 2
    assert shown().actions[service_card.ROLL_BACK] == f"Roll back to {run}"
