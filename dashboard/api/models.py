"""Requests and responses of the HTTP interface as pydantic models, and its OpenAPI description."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

PREFIX = "/api/v1"
LONGEST_HISTORY = 10_000
LONGEST_ID = 10_000
MOST_ITEMS = 1_000
MOST_ATTRIBUTES = 1_000


def _whole(value: object) -> object:
    """Convert 10.0 to 10, which are the same number in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: object) -> object:
    """Convert an ISO text to a time, which JSON has no type for."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


Moment = Annotated[datetime, BeforeValidator(_moment)]
Whole = Annotated[int, BeforeValidator(_whole)]


class HistoryEvent(BaseModel):
    """An event of a history: what was done with which product."""

    model_config = ConfigDict(extra="forbid", strict=True)

    product: str = Field(description="Product id.")
    type: str | None = Field(
        None, description="Event type, such as view; by default the type that the run predicts."
    )


def _event(value: object) -> object:
    """Convert a product id to an event."""
    return HistoryEvent(product=value, type=None) if isinstance(value, str) else value


Event = Annotated[HistoryEvent, BeforeValidator(_event, json_schema_input_type=str | HistoryEvent)]


class Question(BaseModel):
    """A request: rank the next products of a known buyer, or after a given history."""

    model_config = ConfigDict(extra="forbid", strict=True)

    run: str | None = Field(None, description="A finished run.", min_length=1, max_length=200)
    dataset: str | None = Field(
        None,
        description="Instead of run: the model in service of this dataset.",
        min_length=1,
        max_length=200,
    )
    placement: str = Field(
        "",
        description="A placement of the dataset: its rules apply and, where a dataset is named, its"
        " own model in service answers.",
        max_length=200,
    )
    user: str | None = Field(
        None, description="A buyer of the run's dataset.", max_length=LONGEST_ID
    )
    history: list[Event] | None = Field(
        None,
        description="Product ids, or events with their type, the oldest first: a JSON array with "
        "one string for each id, in which commas and every other character stand for themselves.",
        max_length=LONGEST_HISTORY,
    )
    at: Moment | None = Field(
        None,
        description="Rank as of this time: of a user, from the events before it; after a history,"
        " for networks that know when they are asked. UTC if it has no zone.",
    )
    buyer: dict[str, str | float | None] | None = Field(
        None,
        description="Attributes of the buyer by name, such as the age, for models that read them;"
        " of a user they stand in place of those in the table of buyers, and null is not known.",
        max_length=MOST_ATTRIBUTES,
    )
    k: Whole = Field(10, description="How many products to return.", ge=1, le=MOST_ITEMS)
    exclude_seen: bool = Field(False, description="Leave out products that were bought.")


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
    """The placement whose rules applied, and what they did."""

    name: str
    number: int = Field(description="Version of the rules; each change counts one up.")
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
        None, description="The placement whose rules applied; null without one."
    )


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


_REFUSALS = {
    "400": "The request does not match this description.",
    "401": "The token is missing or wrong.",
    "404": "There is no such run, buyer or product.",
    "413": "The request is too large.",
    "415": "The request is not JSON.",
    "429": "Too many requests; try again after the seconds in Retry-After.",
}


def description(version: str, *, token: bool) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of the interface, with or without a bearer token."""
    models = (
        *(HistoryEvent, Question, Item, Ranking, RunSummary, RunList),
        *(ServedModel, ServedModelList, PlacementEntry, PlacementList, Problem),
    )
    schemas: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    schemas["Question"]["allOf"] = [
        {"oneOf": [_only("user", ["history"]), _only("history", ["user"])]},
        {"oneOf": [_only("run", ["dataset"]), _only("dataset", ["run"])]},
    ]
    refusals = [code for code in _REFUSALS if token or code != "401"]
    listing = [code for code in refusals if code in {"401", "429"}]
    guards = {"token": {"type": "http", "scheme": "bearer"}} if token else {}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vitrina", "version": version},
        "servers": [{"url": PREFIX}],
        "security": [{name: []} for name in guards],
        "paths": {
            "/runs": {"get": _operation("listRuns", "Every training run.", "RunList", listing)},
            "/models": {
                "get": _operation(
                    "listModels", "The models in service.", "ServedModelList", listing
                )
            },
            "/placements": {
                "get": _operation("listPlacements", "The placements.", "PlacementList", listing)
            },
            "/recommendations": {
                "post": _operation("recommend", "Ranked next products.", "Ranking", refusals)
                | {"requestBody": {"required": True, "content": _json("Question")}}
            },
        },
        "components": {"schemas": schemas, "securitySchemes": guards},
    }


def _only(present: str, absent: Sequence[str]) -> dict[str, Any]:
    """Return a JSON schema for an object that has one property and not the others."""
    return {
        "required": [present],
        "properties": {present: {"not": {"type": "null"}}}
        | {name: {"type": "null"} for name in absent},
    }


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _operation(name: str, summary: str, response: str, refusals: Sequence[str]) -> dict[str, Any]:
    responses = {"200": {"description": summary, "content": _json(response)}}
    for code in refusals:
        responses[code] = {"description": _REFUSALS[code], "content": _json("Problem")}
    return {"operationId": name, "summary": summary, "responses": responses}
