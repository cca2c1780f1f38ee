"""Requests to the HTTP interface as pydantic models."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from data.errors import BadInput
from data.i18n import _
from data.validation import as_json, specs
from model.serving.rules.settings import Rules

LONGEST_HISTORY = 10_000
LONGEST_ID = 10_000
MOST_ITEMS = 1_000
MOST_ATTRIBUTES = 1_000
MOST_BUYERS = 100
"""Buyers of one request."""


def _whole(value: object) -> object:
    """Convert 10.0 to 10, which are the same number in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: object) -> object:
    """Convert an ISO text to a time, which JSON has no type for."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


Moment = Annotated[datetime, BeforeValidator(_moment)]
Whole = Annotated[int, BeforeValidator(_whole)]


_TOGETHER = "together"
"""Type of the error about keys that do not go together; its message is a whole sentence."""


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


RuleSettings = create_model(
    "RuleSettings",
    __config__=ConfigDict(extra="forbid", strict=True),
    __doc__="Rules that apply to one request and are saved nowhere; each default is no rule.",
    **{
        name: (
            {tuple: list[str], int: Whole}.get(spec.kind, spec.kind),
            Field(as_json(spec.default), ge=spec.low, le=spec.high, description=spec.help),
        )
        for name, spec in specs(Rules).items()
        if name != "stock_file"  # a request names no file of the server
    },  # type: ignore[call-overload] # it wants each field as an argument
)


def _rules(value: object) -> object:
    """Return the rules of a request that are set; raise what pydantic reports as their error."""
    if value is None:
        return None
    try:
        rules = RuleSettings.model_validate(value).model_dump(exclude_unset=True)
        Rules.from_dict(rules)  # checks those that depend on each other
    except (ValidationError, BadInput) as error:
        words = first_error(error) if isinstance(error, ValidationError) else str(error)
        raise PydanticCustomError("rules", "{words}", {"words": words.rstrip(".")}) from None
    return rules


OwnRules = Annotated[
    dict[str, Any] | None,
    BeforeValidator(_rules, json_schema_input_type=RuleSettings | None),
]


def _refusal(sentence: str) -> PydanticCustomError:
    """Return the error of a request whose keys do not go together."""
    return PydanticCustomError(_TOGETHER, "{sentence}", {"sentence": sentence})


class Model(BaseModel):
    """A request: which model ranks, under which rules, and how many products it returns."""

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
    rules: OwnRules = Field(
        None, description="Instead of a placement: rules that apply to this request alone."
    )
    k: Whole = Field(10, description="How many products to return.", ge=1, le=MOST_ITEMS)
    exclude_seen: bool = Field(False, description="Leave out products that were bought.")

    @model_validator(mode="after")
    def _check_model(self) -> Self:
        if (self.run is None) == (self.dataset is None):
            raise _refusal(_("Give either run or dataset, not both."))
        if self.placement and self.rules is not None:
            raise _refusal(_("Give either placement or rules, not both."))
        return self


class Buyer(BaseModel):
    """A buyer of the log, or a given history, and when to rank."""

    model_config = ConfigDict(extra="forbid", strict=True)

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

    @model_validator(mode="after")
    def _check_buyer(self) -> Self:
        if (self.user is None) == (self.history is None):
            raise _refusal(_("Give either user or history, not both."))
        return self


class Question(Buyer, Model):
    """A request: rank the next products of a known buyer, or after a given history."""


class ManyQuestions(Model):
    """A request: rank the next products of many buyers, or after many histories."""

    buyers: list[Any] = Field(
        description="Each a Buyer. One that cannot be answered gets a sentence in its place and"
        " does not keep the others from theirs.",
        min_length=1,
        max_length=MOST_BUYERS,
    )


def first_error(error: ValidationError) -> str:
    """Return the error of the first invalid field as one sentence."""
    problem = error.errors(include_url=False)[0]
    if problem["type"] == _TOGETHER:
        return problem["msg"]
    field = ".".join(map(str, problem["loc"])) or _("the request")
    return _("{field}: {problem}.").format(field=field, problem=problem["msg"])
