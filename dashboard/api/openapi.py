"""The OpenAPI description of the HTTP interface."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.api.requests import Buyer, HistoryEvent, ManyQuestions, Question, RuleSettings
from dashboard.api.responses import (
    Answer,
    Item,
    ManyAnswers,
    PlacementEntry,
    PlacementList,
    Problem,
    Ranking,
    RunList,
    RunSummary,
    ServedModel,
    ServedModelList,
)

PREFIX = "/api/v1"
_MODELS = (
    *(Question, ManyQuestions, Buyer, HistoryEvent, RuleSettings),
    *(Ranking, Item, ManyAnswers, Answer),
    *(RunSummary, RunList, ServedModel, ServedModelList, PlacementEntry, PlacementList, Problem),
)
_REFUSALS = {
    "400": "The request does not match this description.",
    "401": "The token is missing or wrong.",
    "404": "There is no such run, buyer or product.",
    "413": "The request is too large.",
    "415": "The request is not JSON.",
    "429": "Too many requests; try again after the seconds in Retry-After.",
    "503": "The database cannot be reached; try again after the seconds in Retry-After.",
}
_LISTING = ("401", "429", "503")
_QUERY = ("401", "400", "404", "429", "503")
_UNCHANGED = "Nothing has changed since the response whose ETag If-None-Match has."
_ETAG = {
    "description": "Changes whenever the response does; send it as If-None-Match.",
    "schema": {"type": "string"},
}


def description(version: str, *, token: bool) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of the interface, with or without a bearer token."""
    guards = {"token": {"type": "http", "scheme": "bearer"}} if token else {}
    schemas = _schemas()
    listings = (
        ("/runs", "listRuns", "Every training run.", "RunList"),
        ("/models", "listModels", "The models in service.", "ServedModelList"),
        ("/placements", "listPlacements", "The placements.", "PlacementList"),
    )
    paths: dict[str, Any] = {
        path: {"get": _get(name, summary, _json(response), _LISTING)}
        for path, name, summary, response in listings
    }
    summary = "Ranked next products of a buyer of the log, or after a history."
    paths["/recommendations"] = {
        "get": _get("getRecommendations", summary, _json("Ranking"), _QUERY)
        | {"parameters": _parameters(schemas["Question"]["properties"])},
        "post": _post("recommend", "Ranked next products.", "Question", "Ranking"),
    }
    paths["/recommendations/batch"] = {
        "post": _post(
            "recommendMany",
            "Ranked next products of many buyers; of each a ranking or a sentence.",
            "ManyQuestions",
            "ManyAnswers",
        )
    }
    source = {"text/x-python": {"schema": {"type": "string"}}}
    paths["/client.py"] = {"get": _get("client", "The client for Python.", source, _LISTING)}
    if not token:
        for operation in (method for path in paths.values() for method in path.values()):
            operation["responses"].pop("401")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vitrina", "version": version},
        "servers": [{"url": PREFIX}],
        "security": [{name: []} for name in guards],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": guards},
    }


def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for model in _MODELS:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    one_model = {"oneOf": [_only("run", "dataset"), _only("dataset", "run")]}
    one_buyer = {"oneOf": [_only("user", "history"), _only("history", "user")]}
    schemas["Question"]["allOf"] = [one_buyer, one_model, _PLACEMENT_OR_RULES]
    schemas["ManyQuestions"]["allOf"] = [one_model, _PLACEMENT_OR_RULES]
    buyers = schemas["ManyQuestions"]["properties"]["buyers"]
    buyers["items"] = {"anyOf": [{"$ref": "#/components/schemas/Buyer"}, {}]}
    schemas["Buyer"]["allOf"] = [one_buyer]
    return schemas


_PLACEMENT_OR_RULES = {
    "not": {
        "required": ["placement", "rules"],
        "properties": {"placement": {"minLength": 1}, "rules": {"type": "object"}},
    }
}


def _only(present: str, absent: str) -> dict[str, Any]:
    """Return a JSON schema for an object that has one property and not the other."""
    return {
        "required": [present],
        "properties": {present: {"not": {"type": "null"}}, absent: {"type": "null"}},
    }


def _parameters(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the keys of a question that an address can hold, as parameters of its query."""
    return [
        {
            "name": name,
            "in": "query",
            "description": about["description"],
            "schema": _text_schema(name, about),
        }
        for name, about in properties.items()
        if name not in {"rules", "buyer"}
    ]


def _text_schema(name: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter: no null, and of events their products alone."""
    schema = next(
        (variant for variant in about.get("anyOf", []) if variant.get("type") != "null"), about
    )
    schema = {key: value for key, value in schema.items() if key not in ("description", "title")}
    if name == "history":
        schema["items"] = {"type": "string", "description": "A product id."}
    return schema


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _get(
    name: str, summary: str, content: Mapping[str, Any], refusals: Sequence[str]
) -> dict[str, Any]:
    """Return an operation whose response has an ETag."""
    operation = _operation(name, summary, content, refusals)
    operation["responses"]["200"]["headers"] = {"ETag": _ETAG}
    operation["responses"]["304"] = {"description": _UNCHANGED}
    return operation


def _post(name: str, summary: str, request: str, response: str) -> dict[str, Any]:
    """Return an operation with a body."""
    body = {"required": True, "content": _json(request)}
    return _operation(name, summary, _json(response), list(_REFUSALS)) | {"requestBody": body}


def _operation(
    name: str, summary: str, content: Mapping[str, Any], refusals: Sequence[str]
) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": summary, "content": content}}
    for code in refusals:
        responses[code] = {"description": _REFUSALS[code], "content": _json("Problem")}
    return {"operationId": name, "summary": summary, "responses": responses}
