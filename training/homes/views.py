"""The front page of each audience: what is next, and what needs doing."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from training.bookings.models import BOOKING_STATE_LABELS
from training.bookings.queries_programme import ProgrammeFilters, next_sessions
from training.bookings.queries_waits import own_waits
from training.core import clock
from training.core.viewer import DESK_ROLES, Role
from training.homes import (
    agency_person,
    queries_desk,
    queries_desk_asked,
    queries_front,
    queries_my,
    queries_teaching,
    queries_waiting,
    views_digests,
)
from training.homes.blueprint import blueprint
from training.planning.years import TrainingYear
from training.pool.queries_profile import courses_taught_by
from training.reports.filters import choices, read_asked
from training.reports.queries_agencies import agency_report
from training.reports.queries_delivery import delivery_report
from training.schedule.models import TRAINER_PART_LABELS
from training.schedule.queries_trainers import asked_of
from training.web import access
from training.web.access import current_viewer
from training.web.navigation import register_desk_section, register_tab

PARTS = (agency_person, views_digests)
"""Modules of the homes whose pages, or parts of other stages' pages, are known by being imported."""
READERS = (Role.OFFICER, Role.ADMINISTRATOR, Role.VIEWER, Role.AGENCY_LEAD)
HOMES = (
    (Role.OFFICER, "homes.desk"),
    (Role.ADMINISTRATOR, "homes.desk"),
    (Role.TRAINER, "homes.teaching"),
    (Role.AGENCY_LEAD, "people.agency"),
    (Role.VIEWER, "homes.reports"),
    (Role.SYSTEM, "settings.index"),
)
NEXT_SHOWN = 8
"""How many sessions the front page names."""
OF_A_SESSION = ("/sessions/*/register", "/sessions/*/feedback", "/sessions/*/needs")
"""Pages on what happened in a session: for its trainers and the desk."""
register_tab("My learning", "homes.my", Role.LEARNER, position=20, prefixes=("/my",))
register_tab("Teaching", "homes.teaching", Role.TRAINER, position=30, prefixes=("/teaching", *OF_A_SESSION))
register_tab("Desk", "homes.desk", *DESK_ROLES, position=40, prefixes=("/desk", "/agency/people/file", *OF_A_SESSION))
register_tab("Settings", "settings.index", Role.SYSTEM, position=45, prefixes=("/desk",), unless=DESK_ROLES)
register_tab("Reports", "homes.reports", *READERS, position=50, prefixes=("/reports",))
register_desk_section("Today", "homes.desk", position=10, prefixes=("/desk",))


@blueprint.get("/")
@access.public
def front() -> ResponseReturnValue:
    """What training is there for me, and when?"""
    viewer = current_viewer()
    return render_template(
        "homes/front.html",
        sessions=next_sessions(viewer, NEXT_SHOWN, ProgrammeFilters(places=True)),
        totals=queries_front.programme_totals(viewer),
    )


@blueprint.get("/start")
@access.signed_in
def start() -> ResponseReturnValue:
    """Where somebody begins who has just signed in: the home of the role that has most to do."""
    viewer = current_viewer()
    for role, endpoint in HOMES:
        if viewer.has(role):
            return redirect(url_for(endpoint))
    return redirect(url_for("homes.my"))


@blueprint.get("/my")
@access.signed_in
def my() -> ResponseReturnValue:
    """What is next, what is asked of me, what have I done?"""
    viewer = current_viewer()
    return render_template(
        "homes/my.html",
        coming=queries_my.coming_bookings(viewer),
        asked=queries_my.asked_evaluations(viewer),
        waits=own_waits(viewer),
        done=queries_my.latest_completions(viewer),
        state_labels=BOOKING_STATE_LABELS,
    )


@blueprint.get("/teaching")
@access.only(Role.TRAINER)
def teaching() -> ResponseReturnValue:
    """What do I teach next, which registers are open, what did they say?"""
    viewer = current_viewer()
    return render_template(
        "homes/teaching.html",
        registers=queries_teaching.open_registers(viewer),
        asked=asked_of(viewer),
        coming=queries_teaching.coming_sessions(viewer),
        heard=queries_teaching.heard(viewer),
        may_teach=courses_taught_by(viewer, viewer.person_id or 0),
        changed=queries_teaching.taught_before(viewer),
        part_labels=TRAINER_PART_LABELS,
    )


@blueprint.get("/desk")
@access.only(*DESK_ROLES)
def desk() -> ResponseReturnValue:
    """What needs me today?"""
    viewer = current_viewer()
    begun = queries_desk.any_session_exists(viewer)
    return render_template(
        "homes/desk.html",
        begun=begun,
        year=TrainingYear.of(clock.today()),
        registers=queries_desk.registers_not_closed(viewer),
        unsent=queries_desk.failed_messages(viewer),
        unfit=queries_desk.texts_not_sent(viewer),
        needs=queries_desk_asked.needs_not_met(viewer),
        questions=queries_desk_asked.questions_about_bookings(viewer),
        agreeing=queries_desk_asked.bookings_to_agree(viewer),
        cannot=queries_desk_asked.trainers_who_cannot(viewer),
        declined=queries_desk_asked.declined_invitations(viewer),
        unanswered=queries_desk_asked.trainers_unanswered(viewer),
        unmanaged=queries_desk_asked.managers_who_are_none(viewer),
        thin=queries_desk.thin_sessions(viewer),
        untaught=queries_desk.without_second_trainer(viewer),
        drafts=queries_desk.drafts(viewer),
        late=queries_desk.not_published_in_time(viewer),
        waiting=queries_desk.waiting_lists(viewer),
        unconfirmed=queries_desk.agencies_to_confirm(viewer),
        asking=queries_waiting.people_to_confirm(viewer),
        leads=queries_waiting.lead_requests(viewer),
        ending=queries_waiting.leads_ending(viewer),
        new_session=url_for("schedule.new_session"),
    )


@blueprint.get("/reports")
@access.only(*READERS)
def reports() -> ResponseReturnValue:
    """Which agencies came, against the plan; what ran?"""
    viewer = current_viewer()
    offered = choices(viewer)
    asked = read_asked(offered, {})
    agencies = agency_report(viewer, asked)
    return render_template(
        "homes/reports.html",
        asked=asked,
        agencies=agencies,
        delivery=delivery_report(viewer, asked, offered) if agencies.is_whole else None,
    )
