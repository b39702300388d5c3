"""The form for an agency's headcount: one number for each workforce group, all at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from training.core import clock
from training.people.models_workforce import WorkforceGroup
from training.web.fields import DateField, NumberField
from training.web.forms import Form

MOST = 99_999
"""More people than any agency of a partnership has: a slip of the keyboard."""


class HeadcountForm(Form):
    """The day, before the groups."""

    counted_on = DateField("As on which day", ask="the day", hint="Today or earlier.")

    @property
    def groups(self) -> list[NumberField]:
        """The fields of the groups in their order."""
        return [field for field in self if isinstance(field, NumberField)]

    def staff(self) -> dict[int, int | None]:
        """What was answered, by the key of the group; None where nothing was."""
        return {int(field.short_name.removeprefix("group_")): field.data for field in self.groups}


def headcount_form(groups: Sequence[WorkforceGroup], latest: Mapping[int, int]) -> HeadcountForm:
    """The form for these groups, beginning with what was said last."""
    fields: dict[str, Any] = {
        f"group_{group.id}": NumberField(
            f"{group.number}. {group.name}",
            ask=f"the number of people of group {group.number}",
            required=False,
            most=MOST,
            width=5,
            hint=group.examples,
        )
        for group in groups
    }
    kind = type("HeadcountFormOfGroups", (HeadcountForm,), fields)
    given = {f"group_{group.id}": latest.get(group.id) for group in groups}
    return kind(data={"counted_on": clock.today(), **given})
