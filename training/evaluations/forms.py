"""The form of one evaluation, made from the questions of its stage."""

from collections.abc import Callable
from typing import Any

from wtforms import Field

from training.evaluations.models import Question, QuestionKind, Stage
from training.evaluations.operations import OUTCOME_RANGE
from training.evaluations.rules import looks_personal
from training.web.fields import Choice, HiddenField, RadioField, TextAreaField
from training.web.forms import Form

LOOKED_AGAIN = "yes"
Binding = Callable[[Form], Field]


class AnswersForm(Form):
    """What all evaluations share; the questions are fields added by `answers_form`."""

    looked_again = HiddenField()
    questions: tuple[Question, ...] = ()

    def field_of(self, question: Question) -> Any:
        """The field that asks `question`."""
        return self[name_of(question)]

    def answers(self) -> dict[int, int | str]:
        """What was answered, by question; what was left open is left out."""
        return {
            question.id: self.field_of(question).data
            for question in self.questions
            if not self.field_of(question).blank
        }

    def warn_of_names(self) -> bool:
        """Ask once to look again at text that seems to name somebody; whether it was asked now."""
        if self.looked_again.data == LOOKED_AGAIN:
            return False
        for question in self.questions:
            value = self.field_of(question).data
            seen = looks_personal(value) if isinstance(value, str) and not question.choices else None
            if seen:
                self.add_error(
                    f"This looks as if it held {seen}. Take it out if it is about a child or a family. "
                    "If it is not, send your answers again",
                    name_of(question),
                )
                self.looked_again.data = LOOKED_AGAIN
        return self.looked_again.data == LOOKED_AGAIN


def name_of(question: Question) -> str:
    """The name of the field that asks `question`."""
    return f"q{question.position}"


def answers_form(stage: Stage, questions: list[Question], intentions: list[str]) -> AnswersForm:
    """The form for these questions; at impact each intention comes back, and no more than there were."""
    asked: list[Question] = []
    fields: dict[str, Any] = {}
    coming_back = iter(intentions)
    for question in questions:
        label = question.text
        if stage is Stage.IMPACT and question.kind is QuestionKind.INTENTION:
            intention = next(coming_back, None)
            if intention is None:
                continue
            label = f"You wanted to do this: “{intention}”. {question.text}"
        asked.append(question)
        fields[name_of(question)] = _field(question, label)
    kind = type("EditionAnswersForm", (AnswersForm,), {**fields, "questions": tuple(asked)})
    form: AnswersForm = kind()
    return form


def _field(question: Question, label: str) -> Field:
    ask = f"an answer to “{label}”"
    required = question.is_required
    if question.kind is QuestionKind.OUTCOME:
        tens = [Choice(str(number), str(number)) for number in OUTCOME_RANGE]
        return RadioField(label, ask=ask, choices=tens, coerce=int, required=required)
    if question.kind is QuestionKind.RATING:
        fives = [Choice(str(number), text) for number, text in enumerate(question.choices, start=1)]
        return RadioField(label, ask=ask, choices=fives, coerce=int, required=required, hint=question.hint)
    if question.choices:
        texts = [Choice(text, text) for text in question.choices]
        return RadioField(label, ask=ask, choices=texts, required=required, hint=question.hint)
    rows = 2 if question.kind is QuestionKind.INTENTION else 4
    most = 300 if question.kind is QuestionKind.INTENTION else 2000
    return TextAreaField(label, ask=ask, max_length=most, rows=rows, required=required, hint=question.hint)
