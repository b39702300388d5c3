"""The filters of the desk's list of sessions."""

from training.catalogue.queries import courses_by_code
from training.core import clock
from training.core.viewer import Viewer
from training.planning.years import TrainingYear
from training.schedule.models import SESSION_STATUS_LABELS, SessionStatus
from training.schedule.queries import SessionFilters, SessionOrder, years_of_sessions
from training.web.fields import SelectField, TextField
from training.web.forms import FilterForm

ORDER_LABELS = {
    SessionOrder.DATE.value: "Soonest first",
    SessionOrder.DATE_LATEST.value: "Latest first",
    SessionOrder.COURSE.value: "By course",
    SessionOrder.REF.value: "By reference",
}
ALL_YEARS = "all"


class SessionFilterForm(FilterForm):
    """Which sessions the desk wants to see, and how sorted; without a year those to come."""

    words = TextField("Words or reference", required=False)
    course = SelectField("Course", first="Any", required=False)
    status = SelectField("Status", first="Any", required=False, choices=SESSION_STATUS_LABELS, coerce=SessionStatus)
    year = SelectField("When", first="To come", required=False)
    sort = SelectField("Sorted", first="By date", required=False, choices=ORDER_LABELS, coerce=SessionOrder)

    def offer(self, viewer: Viewer) -> None:
        """Fill in the years that have sessions, and the courses."""
        years = {TrainingYear.of(clock.today()), *years_of_sessions(viewer)}
        self.year.choices = {ALL_YEARS: "All years"} | {str(year): str(year) for year in sorted(years, reverse=True)}
        self.courses = courses_by_code(viewer)
        self.course.choices = {code: title for code, (_, title) in self.courses.items()}

    @property
    def filters(self) -> SessionFilters:
        """What is looked for; a filter that cannot be read is left out."""
        key, _ = self.courses.get(self.course.data or "", (None, ""))
        asked = "" if self.year.errors else self.year.data or ""
        usual = SessionOrder.DATE_LATEST if asked else SessionOrder.DATE
        return SessionFilters(
            words=self.words.data[:200],
            status=None if self.status.errors else self.status.data,
            year=TrainingYear.parse(asked) if asked not in ("", ALL_YEARS) else None,
            course_id=key,
            from_moment=None if asked else clock.now(),
            order=usual if self.sort.errors else self.sort.data or usual,
        )
