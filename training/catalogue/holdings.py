"""What the tables of the catalogue hold about people: nothing."""

from training.core.holdings import Holding, register_holding

HELD = (
    Holding(table="priority", label="Priorities", plain=("name",)),
    Holding(
        table="course",
        label="Courses",
        plain=("slug", "code", "title", "sort_key", "search_text", "summary", "aims"),
    ),
    Holding(table="course_audience", label="Whom courses are for"),
    Holding(table="course_prerequisite", label="What to have done before a course"),
    Holding(table="course_equivalent", label="Courses accepted in place of others"),
    Holding(table="requirement", label="Who must have done a course", plain=("job_role", "source")),
    Holding(table="course_edition", label="Editions of courses", plain=("label",)),
    Holding(table="outcome_statement", label="Outcome statements", plain=("text",)),
)
for held in HELD:
    register_holding(held)
