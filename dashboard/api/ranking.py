"""Questions about rankings, as requests hold them, and their answers."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from dashboard.api.requests import Buyer, ManyQuestions, Model, Question, first_error
from dashboard.api.responses import Answer, ManyAnswers, Ranking
from dashboard.services.recommendations.recommend import Recommendations
from dashboard.services.runs import model_in_service
from data.errors import BadInput
from data.home import Home
from data.i18n import _


def read_body(body: bytes) -> Question:
    """Return the question of a body; raise ValidationError where it holds none."""
    return Question.model_validate_json(body)


def read_many(body: bytes) -> ManyQuestions:
    """Return the questions of a body; raise ValidationError where it holds none."""
    return ManyQuestions.model_validate_json(body)


def read_query(query: MultiDict[str, str]) -> Question:
    """Return the question of an address; ``history`` may stand there several times.

    Raises
    ------
    ValidationError
        Where the query holds none.
    BadRequest
        Where another key stands there twice.
    """
    values: dict[str, Any] = {}
    for name, texts in query.lists():
        if name != "history" and len(texts) > 1:
            raise BadRequest(_("{name} stands twice in the address.").format(name=name))
        values[name] = texts if name == "history" else _READERS.get(name, str)(texts[0])
    return Question.model_validate(values)


def _number(text: str) -> object:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS else text


_MOST_DIGITS = 10
_READERS: dict[str, Callable[[str], object]] = {
    "k": _number,
    "exclude_seen": lambda text: {"true": True, "false": False}.get(text, text),
}
"""What reads the keys of an address that are no texts; what they cannot read is refused."""


def answer(home: Home, question: Question) -> Ranking:
    """Return the ranking for a question; raise BadInput with a sentence where there is none."""
    return _ranking(_recommendations(home, question), question, question)


def answer_many(home: Home, questions: ManyQuestions) -> ManyAnswers:
    """Return the answers for many buyers, each as it would be alone.

    Raises
    ------
    BadInput
        Where none can be answered: there is no such run or placement, or the rules are wrong.
    """
    recommendations = _recommendations(home, questions)

    def answer(question: object) -> Answer:
        try:
            ranking = _ranking(recommendations, questions, Buyer.model_validate(question))
        except ValidationError as error:
            return Answer(ranking=None, error=first_error(error))
        except BadInput as error:
            return Answer(ranking=None, error=str(error))
        return Answer(ranking=ranking, error=None)

    return ManyAnswers(
        run=recommendations.served.name, answers=[answer(question) for question in questions.buyers]
    )


def _recommendations(home: Home, model: Model) -> Recommendations:
    run = model_in_service.chosen_run(home, model.run, model.dataset, model.placement)
    return Recommendations.of(home, run, model.placement, model.rules)


def _ranking(recommendations: Recommendations, model: Model, buyer: Buyer) -> Ranking:
    settings = (model.k, model.exclude_seen)
    known: Any = {"at": buyer.at, "buyer": buyer.buyer}
    if buyer.user is not None:
        result = recommendations.for_user(buyer.user, *settings, **known)
    else:
        history = [(event.type, event.product) for event in buyer.history or []]
        result = recommendations.for_history(history, *settings, **known)
    return Ranking.model_validate(result)
