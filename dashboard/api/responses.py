"""Responses of the HTTP interface as pydantic models."""

from typing import Any

from pydantic import BaseModel, Field


class Item(BaseModel):
    """One ranked product."""

    rank: int
    product: str
    title: str | None = Field(description="The product's title, where the dataset has one.")
    probability: float
    brand: str | None
    category: str | None
    price: float | None
    repeat: bool = Field(description="Whether the product was bought in the history.")
    model_rank: int = Field(description="Its rank by probability, before rules.")
    rules: list[str] = Field([], description="The rules that moved it up.")


class LeftOutItem(BaseModel):
    """A product among the first k by probability that is not in the list under rules."""

    product: str
    model_rank: int
    rule: str = Field(description="Why; moved where others were moved up before it.")


class AppliedPlacement(BaseModel):
    """The placement whose rules applied, or the rules of the request, and what they did."""

    name: str = Field(description="Empty for the rules of the request.")
    number: int = Field(
        description="Version of the rules; each change counts one up. 0 for those of the request."
    )
    rules: dict[str, Any] = Field(description="The rules that are set.")
    unknown: dict[str, int] = Field(
        description="How many products each rule names that the model does not know."
    )
    removed: dict[str, int] = Field(
        description="How many products each rule removed, or passed over in the list."
    )
    left_out: list[LeftOutItem]


class Ranking(BaseModel):
    """The response: ranked products."""

    run: str
    user: str | None
    history: list[str]
    types: list[str | None] = Field(
        [], description="Event types of the history, where the run reads several."
    )
    buyer: list[str] = Field(
        [], description="The attributes of the buyer that the model knows and reads."
    )
    unknown: list[str] = Field(
        [], description="Products of the history that the run has never seen in training."
    )
    items: list[Item]
    placement: AppliedPlacement | None = Field(
        None, description="The rules that applied; null without any."
    )


class Answer(BaseModel):
    """The answer for one buyer of many: a ranking, or a sentence."""

    ranking: Ranking | None = Field(description="Null where there is an error.")
    error: str | None = Field(description="Why there is no ranking, and what to do.")


class ManyAnswers(BaseModel):
    """The response for many buyers: an answer for each, in the order of the request."""

    run: str
    answers: list[Answer]


class PlacementEntry(BaseModel):
    """A placement of a dataset."""

    dataset: str
    name: str
    number: int = Field(description="Version of the rules; each change counts one up.")
    rules: dict[str, Any] = Field(description="The rules that are set.")
    user: str | None = Field(description="Who set them.")
    time: float = Field(description="Since when, in seconds since 1970 UTC.")
    run: str | None = Field(
        description="The model in service: its own, or else that of the dataset."
    )


class PlacementList(BaseModel):
    """Every placement, by dataset and name."""

    placements: list[PlacementEntry]


class ServedModel(BaseModel):
    """The model in service of a dataset or placement."""

    dataset: str
    run: str
    number: int = Field(description="Number of the promotion; each change counts one up.")
    user: str | None = Field(description="Who put it into service.")
    time: float = Field(description="Since when, in seconds since 1970 UTC.")
    placement: str = Field(
        description="The placement whose own model it is; empty for the dataset."
    )


class ServedModelList(BaseModel):
    """The model in service of each dataset, the newest first."""

    models: list[ServedModel]


class RunSummary(BaseModel):
    """A training run in a list."""

    run: str
    state: str
    dataset: str
    preset: str | None
    epochs_done: int
    ready: bool = Field(description="Whether it has a model that can recommend.")


class RunList(BaseModel):
    """Every training run, newest first."""

    runs: list[RunSummary]


class Problem(BaseModel):
    """Why a request was refused, and what to do, in one sentence."""

    error: str
