"""What the worker does about access needs: it takes the words away when their time is over, as was promised."""

from datetime import timedelta

from sqlalchemy import or_, select

from training.bookings.models import LIVE, Booking
from training.bookings.models_needs import BookingNeed
from training.bookings.operations_needs import remove_need
from training.core import clock
from training.core.database import reading
from training.core.policies import register_figure
from training.core.settings import register_setting, setting_value
from training.core.transaction import for_each, unit_of_work
from training.core.viewer import WORKER
from training.schedule.models import CourseSession
from training.web.formats import count

NEED_DAYS = register_setting(
    "bookings.need-days",
    "Days after a session after which what people told of their needs is removed",
    14,
    hint="Counted from the end of the last part. What somebody asked to keep for later stays until they delete it.",
    most=90,
)

register_figure("keep needs", lambda: count(setting_value(NEED_DAYS), "day"))


def remove_old_needs() -> int:
    """Take away the words of sessions that are long enough over, and of bookings that have ended; returns how many."""
    past = clock.now() - timedelta(days=setting_value(NEED_DAYS))
    with reading(), unit_of_work() as session:
        due = session.scalars(
            select(BookingNeed.booking_id)
            .join(Booking, Booking.id == BookingNeed.booking_id)
            .join(CourseSession, CourseSession.id == Booking.session_id)
            .where(BookingNeed.removed_at.is_(None))
            .where(or_(CourseSession.ends_at <= past, Booking.state.not_in(LIVE)))
            .order_by(BookingNeed.id)
        ).all()
    return for_each(due, lambda booking_id: remove_need(WORKER, booking_id))
