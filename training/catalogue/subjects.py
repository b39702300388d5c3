"""How the audit log calls the rows of the catalogue."""

from sqlalchemy import select

from training.catalogue.models import (
    COURSE_KIND_LABELS,
    COURSE_STATUS_LABELS,
    MODE_LABELS,
    Course,
    CourseEdition,
    Priority,
)
from training.core.subjects import plain_rows, register_subject

register_subject(Priority, "Priority", plain_rows(Priority, Priority.name))
register_subject(
    Course,
    "Course",
    plain_rows(Course, Course.title, Course.slug),
    endpoint="catalogue.desk_course",
    argument="slug",
    references=(Course.code, Course.slug),
    search=Course.search_text,
    labels={"minimum": "Fewest people", "valid_months": "Counts for months", "audience": "For whom"},
    words=(COURSE_KIND_LABELS, MODE_LABELS, COURSE_STATUS_LABELS),
)
register_subject(
    CourseEdition,
    "Edition of a course",
    select(CourseEdition.id, Course.title, Course.slug).join(Course, Course.id == CourseEdition.course_id),
    endpoint="catalogue.desk_course",
    argument="slug",
    references=(Course.code, Course.slug),
)
