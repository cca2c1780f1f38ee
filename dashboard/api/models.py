"""What the HTTP interface takes and gives, and its OpenAPI description, from one set of models."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

PREFIX = "/api/v1"
LONGEST_HISTORY = 10_000
MOST_ITEMS = 1_000


def _whole(value: object) -> object:
    """Take 10.0 for 10, which are one number in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]


class Question(BaseModel):
    """What to rank: the next products of a known buyer, or after a history that is given."""

    model_config = ConfigDict(extra="forbid", strict=True)

    run: str = Field(description="A finished run.", min_length=1, max_length=200)
    user: str | None = Field(None, description="A buyer of the run's dataset.", max_length=200)
    history: list[str] | None = Field(
        None, description="Product ids, the oldest first.", max_length=LONGEST_HISTORY
    )
    k: Whole = Field(10, description="How many products to return.", ge=1, le=MOST_ITEMS)
    exclude_seen: bool = Field(False, description="Leave out what the buyer already bought.")


class Item(BaseModel):
    """One ranked product."""

    rank: int
    product: str
    probability: float
    brand: str | None
    category: str | None
    price: float | None
    repeat: bool = Field(description="Whether the history holds the product.")


class Ranking(BaseModel):
    """The answer to a question."""

    run: str
    user: str | None
    history: list[str]
    unknown: list[str] = Field([], description="Products of the history that the run never saw.")
    items: list[Item]


class RunSummary(BaseModel):
    """A training, as far as a caller needs to choose one."""

    run: str
    state: str
    dataset: str
    preset: str | None
    epochs_done: int
    ready: bool = Field(description="Whether it can be asked for recommendations.")


class RunList(BaseModel):
    """Every training, the newest first."""

    runs: list[RunSummary]


class Problem(BaseModel):
    """Why a request was not answered: one sentence, what is wrong and what to do."""

    error: str


_REFUSALS = {
    "400": "The request is not of the form that is described here.",
    "401": "The token is missing or wrong.",
    "404": "There is no such run, buyer or product.",
    "413": "The request is too large.",
    "415": "The request is not JSON.",
    "429": "Too many requests; try again after the seconds that Retry-After says.",
}


def description(version: str, *, token: bool) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of the interface, with or without a token to send."""
    models = (Question, Item, Ranking, RunSummary, RunList, Problem)
    schemas: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    schemas["Question"]["oneOf"] = [
        {
            "required": [given],
            "properties": {given: {"not": {"type": "null"}}, other: {"type": "null"}},
        }
        for given, other in (("user", "history"), ("history", "user"))
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
            "/runs": {"get": _operation("listRuns", "Every training.", "RunList", listing)},
            "/recommendations": {
                "post": _operation("recommend", "Ranked next products.", "Ranking", refusals)
                | {"requestBody": {"required": True, "content": _json("Question")}}
            },
        },
        "components": {"schemas": schemas, "securitySchemes": guards},
    }


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _operation(name: str, summary: str, answer: str, refusals: Sequence[str]) -> dict[str, Any]:
    responses = {"200": {"description": summary, "content": _json(answer)}}
    for code in refusals:
        responses[code] = {"description": _REFUSALS[code], "content": _json("Problem")}
    return {"operationId": name, "summary": summary, "responses": responses}
