"""The filters of reports, in the address."""

from training.catalogue.models import MODE_LABELS
from training.reports.filters import LEVEL_LABELS, RECKONING_LABELS, Asked, Choices, slug_of
from training.web.fields import SelectField
from training.web.forms import FilterForm


class DeliveryFilters(FilterForm):
    """What narrows the delivery report."""

    year = SelectField("Year", first=None, required=False)
    course = SelectField("Course", first="All courses", required=False)
    mode = SelectField("Mode", first="All modes", required=False)

    def offer(self, offered: Choices, asked: Asked) -> None:
        """Fill the choices, and choose what was asked for."""
        self.year.choices = {str(year): str(year) for year in offered.years}
        self.course.choices = {course.slug: course.title for course in offered.courses}
        self.mode.choices = {mode.value: label for mode, label in MODE_LABELS.items()}
        for name, value in asked.as_arguments().items():
            if name in self:
                self[name].data = value


class AgencyFilters(DeliveryFilters):
    """What narrows the agency report, and what its rows are."""

    sector = SelectField("Sector", first="All sectors", required=False)
    level = SelectField("A row for each", first=None, required=False)
    agencies = SelectField("Agencies", first=None, required=False)

    def offer(self, offered: Choices, asked: Asked) -> None:
        self.sector.choices = {slug_of(sector.name): sector.name for sector in offered.sectors}
        self.level.choices = {level.value: label for level, label in LEVEL_LABELS.items()}
        self.agencies.choices = {way.value: label for way, label in RECKONING_LABELS.items()}
        super().offer(offered, asked)
