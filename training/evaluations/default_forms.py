"""The questions the partnership asks where an edition has no form of its own, each with its Kirkpatrick level."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.catalogue.models import OutcomeStatement
from training.evaluations.models import QuestionKind, Stage

NO_NAMES = "Please do not name children, families or colleagues."
AGREEMENT = ("Not at all", "A little", "In part", "Mostly", "Fully")
PACE = ("Much too slow", "A little slow", "About right", "A little fast", "Much too fast")
PROGRESS = ("Done", "Partly done", "Not yet", "I have had no chance to")
USE = ("Yes, several times", "Yes, once or twice", "No, the chance has not come", "No, for another reason")
BARRIERS = (
    "Nothing did",
    "No case has called for it yet",
    "My workload",
    "I need more support from my manager",
    "Our local processes do not fit",
    "I do not feel confident enough yet",
    "Something else",
)
INTENTIONS = 3


@dataclass(frozen=True)
class Asked:
    """One question before it is kept."""

    kind: QuestionKind
    level: int
    text: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    is_required: bool = True
    outcome_id: int | None = None


def default_questions(stage: Stage, outcomes: Sequence[OutcomeStatement]) -> list[Asked]:
    """What is asked at `stage` about a course with these outcome statements."""
    if stage is Stage.END:
        return [*_ratings(outcomes), *_AT_THE_END]
    if stage is Stage.IMPACT:
        return [*_ratings(outcomes), *_AT_IMPACT]
    raise ValueError(f"there is no default form for the stage {stage.value}")


def _ratings(outcomes: Sequence[OutcomeStatement]) -> list[Asked]:
    return [Asked(QuestionKind.OUTCOME, 2, outcome.text, outcome_id=outcome.id) for outcome in outcomes]


def _intention(text: str, hint: str = "") -> Asked:
    return Asked(QuestionKind.INTENTION, 3, text, hint, is_required=False)


_AT_THE_END = (
    Asked(QuestionKind.RATING, 1, "Was it relevant to your work?", choices=AGREEMENT),
    Asked(QuestionKind.RATING, 1, "Did the trainers help you to learn?", choices=AGREEMENT),
    Asked(QuestionKind.RATING, 1, "How was the pace?", choices=PACE),
    Asked(QuestionKind.RATING, 1, "Was it useful to learn with people from other agencies?", choices=AGREEMENT),
    _intention(
        "What will you do differently at work?",
        f"Up to three things. We will ask you later how they went. {NO_NAMES}",
    ),
    _intention("A second thing"),
    _intention("A third thing"),
    Asked(QuestionKind.TEXT, 1, "Is there anything else the trainers should know?", NO_NAMES, is_required=False),
)

_PROGRESS = Asked(QuestionKind.INTENTION, 3, "How did it go?", choices=PROGRESS, is_required=False)
_AT_IMPACT = (
    *(
        Asked(QuestionKind.INTENTION, 3, "How did it go?", choices=PROGRESS, is_required=False)
        for _ in range(INTENTIONS)
    ),
    Asked(QuestionKind.CHOICE, 3, "Have you used what you learned?", choices=USE),
    Asked(QuestionKind.CHOICE, 3, "What, if anything, got in the way?", choices=BARRIERS, is_required=False),
    Asked(
        QuestionKind.TEXT,
        4,
        "Can you give an example of what changed, for you or for a child or family?",
        f"A sentence or two. {NO_NAMES}",
        is_required=False,
    ),
    Asked(
        QuestionKind.TEXT,
        3,
        "What would help you to use it more?",
        NO_NAMES,
        is_required=False,
    ),
)
