"""How the audit log calls the rows of evaluations; what somebody answered is never in it."""

from sqlalchemy import select

from training.catalogue.models import Course, CourseEdition
from training.core.subjects import register_subject
from training.evaluations.models import STAGE_LABELS, EvaluationForm

register_subject(
    EvaluationForm,
    "Evaluation form",
    select(EvaluationForm.id, Course.title, Course.slug)
    .join(CourseEdition, CourseEdition.id == EvaluationForm.edition_id)
    .join(Course, Course.id == CourseEdition.course_id),
    endpoint="catalogue.desk_course",
    argument="slug",
    references=(Course.code,),
    words=(STAGE_LABELS,),
)
