"""The message to somebody whom a lead's staff list named, with the link by which they agree or say no."""

from datetime import timedelta

from training.config import installation
from training.core import clock
from training.core.links import create_link, register_purpose
from training.core.messages import Audience, register_kind
from training.core.outbox import Recipient, enqueue
from training.people.models import Employment
from training.web.formats import day

LISTED_BY_AGENCY = register_purpose("listed-by-agency", timedelta(days=30), is_unasked=True)
"""About an employment that a staff list began: the person agrees, or says that they do not work there."""

LISTED = register_kind(
    "people-listed",
    "Agency: put on its staff list",
    "((agency)) has put you on its list for training",
    """
Hello ((name)),

The training lead of ((agency)) has put you on the list of the people who work there, from ((from)). We keep the list \
so that training reaches the right people; its lead sees your name, your role and what training you have in date.

Please say whether that is right. You do not need an account:

((link))

If the link cannot be opened, type the code ((code)) at ((code page))

The link and the code work for 30 days. What we keep about you and why: ((privacy page))
""",
    to=Audience.PERSON,
)


def tell_listed(employment: Employment) -> None:
    """Tell the person that the list names them; nothing where they have no address."""
    person, agency = employment.person, employment.agency
    if person.address is None or agency is None:
        return
    fresh = create_link(LISTED_BY_AGENCY, employment.id)
    base = installation().base_url
    values = {
        "name": person.given_name,
        "agency": agency.name,
        "from": day(employment.from_on),
        "link": fresh.address,
        "code": fresh.code,
        "code page": f"{base}/link",
        "privacy page": f"{base}/privacy",
    }
    enqueue(
        LISTED,
        values,
        # With the moment: where a file was undone, the next employment may get the same key.
        key=f"{LISTED.name}:{employment.id}:{clock.now().isoformat()}",
        stream=f"account:{person.id}",
        about=f"employment:{employment.id}",
        to=Recipient(person.name, person.address, person.id),
        secrets=fresh.secrets,
    )
