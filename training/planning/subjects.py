"""How the audit log calls the rows of the training plan."""

from sqlalchemy import String, cast, select

from training.catalogue.models import Course
from training.core.database import db
from training.core.subjects import plain_rows, register_subject
from training.planning.models import PlanLine, TrainingPlan

YEAR = "Year from April " + cast(TrainingPlan.starts, String)

register_subject(TrainingPlan, "Training plan", plain_rows(TrainingPlan, YEAR))
register_subject(
    PlanLine,
    "Line of the plan",
    select(PlanLine.id, Course.title, db.null()).join(Course, Course.id == PlanLine.course_id),
    references=(Course.code,),
)
