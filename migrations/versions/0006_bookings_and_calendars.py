"""Bookings in all their states, groups, limits, waits, changes, calendars, and texts of messages."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox_position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(length=200), nullable=False),
        sa.Column("validity", sa.Integer(), nullable=False),
        sa.Column("last_uid", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_position")),
        sa.UniqueConstraint("mailbox", name=op.f("uq_mailbox_position_mailbox")),
    )
    op.create_table(
        "message_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("subject <> '' AND body <> ''", name=op.f("ck_message_text_says_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_text")),
        sa.UniqueConstraint("kind", name=op.f("uq_message_text_kind")),
    )
    op.create_table(
        "period_done",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("period", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_done")),
        sa.UniqueConstraint("kind", "subject", "period", name=op.f("uq_period_done_kind_subject_period")),
    )
    op.create_table(
        "school_holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_school_holiday_period_runs_forward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_holiday")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=200), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    with op.batch_alter_table("calendar_feed") as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_calendar_feed_live",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "agency_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column(
            "agreement",
            sa.Enum(
                "none", "declared", "asked", name="agreement", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_agency_agreement_agency_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_agreement")),
        sa.UniqueConstraint("agency_id", name=op.f("uq_agency_agreement_agency_id")),
    )
    op.create_table(
        "course_equivalent",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("stands_for_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("course_id <> stands_for_id", name=op.f("ck_course_equivalent_not_for_itself")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_equivalent_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["stands_for_id"], ["course.id"], name=op.f("fk_course_equivalent_stands_for_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "stands_for_id", name=op.f("pk_course_equivalent")),
    )
    with op.batch_alter_table("course_equivalent") as batch_op:
        batch_op.create_index(batch_op.f("ix_course_equivalent_stands_for_id"), ["stands_for_id"], unique=False)

    op.create_table(
        "course_prerequisite",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("requires_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("course_id <> requires_id", name=op.f("ck_course_prerequisite_not_before_itself")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_prerequisite_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["requires_id"], ["course.id"], name=op.f("fk_course_prerequisite_requires_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "requires_id", name=op.f("pk_course_prerequisite")),
    )
    with op.batch_alter_table("course_prerequisite") as batch_op:
        batch_op.create_index(batch_op.f("ix_course_prerequisite_requires_id"), ["requires_id"], unique=False)

    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("workforce_group_id", sa.Integer(), nullable=True),
        sa.Column("job_role", sa.String(length=200), nullable=False),
        sa.Column("every_months", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "workforce_group_id IS NOT NULL OR job_role <> ''", name=op.f("ck_requirement_says_of_whom")
        ),
        sa.CheckConstraint("every_months IS NULL OR every_months >= 1", name=op.f("ck_requirement_every_so_often")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_requirement_period_runs_forward")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_requirement_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workforce_group_id"], ["workforce_group.id"], name=op.f("fk_requirement_workforce_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
    )
    with op.batch_alter_table("requirement") as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_requirement_workforce_group_id"), ["workforce_group_id"], unique=False)

    op.create_table(
        "trainer_course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_trainer_course_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_trainer_course_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainer_course")),
        sa.UniqueConstraint("person_id", "course_id", name=op.f("uq_trainer_course_person_id_course_id")),
    )
    with op.batch_alter_table("trainer_course") as batch_op:
        batch_op.create_index(batch_op.f("ix_trainer_course_course_id"), ["course_id"], unique=False)

    op.create_table(
        "course_wait",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("employment_id", sa.Integer(), nullable=True),
        sa.Column("tell_new_dates", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_wait_course_id")),
        sa.ForeignKeyConstraint(
            ["employment_id"], ["employment.id"], name=op.f("fk_course_wait_employment_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_course_wait_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_wait")),
        sa.UniqueConstraint("ref", name=op.f("uq_course_wait_ref")),
    )
    with op.batch_alter_table("course_wait") as batch_op:
        batch_op.create_index(batch_op.f("ix_course_wait_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_wait_employment_id"), ["employment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_wait_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_course_wait_live",
            ["course_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "agency_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("sector_id", sa.Integer(), nullable=True),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(agency_id IS NULL) <> (sector_id IS NULL)", name=op.f("ck_agency_limit_one_group")),
        sa.CheckConstraint("least > 0 OR most IS NOT NULL", name=op.f("ck_agency_limit_limits_something")),
        sa.CheckConstraint(
            "least >= 0 AND (most IS NULL OR most >= least)", name=op.f("ck_agency_limit_least_within_most")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_limit_agency_id")),
        sa.ForeignKeyConstraint(["sector_id"], ["sector.id"], name=op.f("fk_agency_limit_sector_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk_agency_limit_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_limit")),
        sa.UniqueConstraint("session_id", "agency_id", name=op.f("uq_agency_limit_session_id_agency_id")),
        sa.UniqueConstraint("session_id", "sector_id", name=op.f("uq_agency_limit_session_id_sector_id")),
    )
    with op.batch_alter_table("agency_limit") as batch_op:
        batch_op.create_index(batch_op.f("ix_agency_limit_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agency_limit_sector_id"), ["sector_id"], unique=False)

    op.create_table(
        "allotment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=200), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied", sa.JSON(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["course_session.id"], name=op.f("fk_allotment_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment")),
        sa.UniqueConstraint("session_id", name=op.f("uq_allotment_session_id")),
    )
    op.create_table(
        "group_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("skips", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("skips >= 0", name=op.f("ck_group_booking_skips_not_negative")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_group_booking_agency_id")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_group_booking_asked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["session_id"], ["course_session.id"], name=op.f("fk_group_booking_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_booking")),
        sa.UniqueConstraint("ref", name=op.f("uq_group_booking_ref")),
    )
    with op.batch_alter_table("group_booking") as batch_op:
        batch_op.create_index(batch_op.f("ix_group_booking_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_booking_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_booking_session_id"), ["session_id"], unique=False)

    op.create_table(
        "reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("in-person", "online", name="way", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("name_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("places >= 1", name=op.f("ck_reservation_at_least_one")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_reservation_agency_id")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_reservation_asked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["session_id"], ["course_session.id"], name=op.f("fk_reservation_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint("ref", name=op.f("uq_reservation_ref")),
    )
    with op.batch_alter_table("reservation") as batch_op:
        batch_op.create_index(batch_op.f("ix_reservation_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reservation_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(
            "ix_reservation_open",
            ["session_id"],
            unique=False,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_reservation_session_id"), ["session_id"], unique=False)

    op.create_table(
        "session_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent_reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "silent_reason = '' OR told_at IS NOT NULL", name=op.f("ck_session_change_silent_is_settled")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_session_change_changed_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk_session_change_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_change")),
    )
    with op.batch_alter_table("session_change") as batch_op:
        batch_op.create_index(batch_op.f("ix_session_change_changed_by_id"), ["changed_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_change_session_id"), ["session_id"], unique=False)
        batch_op.create_index("ix_session_change_tell_at", ["tell_at"], unique=False)
        batch_op.create_index(
            "uq_session_change_untold",
            ["session_id"],
            unique=True,
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )

    op.create_table(
        "trainer_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "lead",
                "co-trainer",
                "shadow",
                "observer",
                name="trainer_part",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk_trainer_search_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainer_search")),
    )
    with op.batch_alter_table("trainer_search") as batch_op:
        batch_op.create_index(batch_op.f("ix_trainer_search_session_id"), ["session_id"], unique=False)
        batch_op.create_index(
            "uq_trainer_search_open",
            ["session_id", "part"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "allotment_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("allotment_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("has_place", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("overridden_reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_allotment_result_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["allotment_id"], ["allotment.id"], name=op.f("fk_allotment_result_allotment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_allotment_result_booking_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment_result")),
        sa.UniqueConstraint("allotment_id", "position", name=op.f("uq_allotment_result_allotment_id_position")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_allotment_result_booking_id")),
    )
    op.create_table(
        "booking_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "settled_by_id IS NULL OR settled_at IS NOT NULL", name=op.f("ck_booking_warning_settled_has_moment")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_warning_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_booking_warning_settled_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_warning")),
        sa.UniqueConstraint("booking_id", "kind", name=op.f("uq_booking_warning_booking_id_kind")),
    )
    with op.batch_alter_table("booking_warning") as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_warning_settled_at"), ["settled_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_warning_settled_by_id"), ["settled_by_id"], unique=False)

    op.create_table(
        "first_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=200), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("is_new_person", sa.Boolean(), nullable=False),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_first_booking_tries_not_negative")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_first_booking_booking_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_booking")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_first_booking_booking_id")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_first_booking_key_hash")),
    )
    op.create_table(
        "calendar_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "accepted",
                "tentative",
                "declined",
                name="participation",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_calendar_reply_sequence_not_negative")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["calendar_entry.id"], name=op.f("fk_calendar_reply_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_reply")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_calendar_reply_entry_id")),
    )
    with op.batch_alter_table("booking") as batch_op:
        batch_op.add_column(
            sa.Column(
                "declined_by",
                sa.Enum(
                    "manager",
                    "lead",
                    "allotment",
                    "officer",
                    name="declined_by",
                    native_enum=False,
                    create_constraint=True,
                    length=40,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "way",
                sa.Enum("in-person", "online", name="way", native_enum=False, create_constraint=True, length=40),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reservation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("moves_from_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("course_wait_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("preference", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("goes_first", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("fair_rank", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("agreement_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("agreement_reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("agreement_passed_on_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("deputy_name", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("deputy_address", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("coming_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("coming_said_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_booking_agreement_until", ["agreement_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_course_wait_id"), ["course_wait_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_booking_held_until", ["held_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_moves_from_id"), ["moves_from_id"], unique=False)
        batch_op.create_index("ix_booking_offered_until", ["offered_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_reservation_id"), ["reservation_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_booking_group_id"), "group_booking", ["group_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_booking_moves_from_id"), "booking", ["moves_from_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_booking_reservation_id"), "reservation", ["reservation_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_booking_course_wait_id"), "course_wait", ["course_wait_id"], ["id"])

    with op.batch_alter_table("course") as batch_op:
        batch_op.alter_column("agreement", existing_type=sa.VARCHAR(length=40), nullable=True)

    with op.batch_alter_table("course_session") as batch_op:
        batch_op.add_column(sa.Column("online_capacity", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "list_order",
                sa.Enum("asking", "fairness", name="list_order", native_enum=False, create_constraint=True, length=40),
                nullable=False,
                server_default="asking",
            )
        )
        batch_op.add_column(sa.Column("applications_close_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("allotted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("limits_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_course_session_publish_at", ["publish_at"], unique=False)

    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("bounce", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("policy_version") as batch_op:
        batch_op.add_column(sa.Column("figures", sa.JSON(), nullable=False, server_default="{}"))

    with op.batch_alter_table("trainer_assignment") as batch_op:
        batch_op.add_column(sa.Column("search_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_trainer_assignment_search_id"), ["search_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_trainer_assignment_search_id"), "trainer_search", ["search_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("venue") as batch_op:
        batch_op.add_column(sa.Column("signal", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("contact_name", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("contact_address", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("day_cost_pence", sa.Integer(), nullable=True))

    op.execute("UPDATE booking SET declined_by = 'officer' WHERE state = 'declined'")
    settle_defaults()


def settle_defaults() -> None:
    """Rows that were there have their values; from here on the application gives each its own, under the new rules."""
    with op.batch_alter_table("booking") as batch_op:
        batch_op.alter_column("goes_first", server_default=None)
        batch_op.alter_column("deputy_name", server_default=None)
        batch_op.alter_column("deputy_address", server_default=None)
        batch_op.drop_constraint(batch_op.f("ck_booking_cancelled_by"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_booking_cancelled_by"),
            "cancelled_by IN ('person', 'manager', 'lead', 'officer', 'called-off', 'moved', 'other-date')",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_booking_declined_by_somebody"), "(state = 'declined') = (declined_by IS NOT NULL)"
        )
        batch_op.create_check_constraint(batch_op.f("ck_booking_not_moved_from_itself"), "moves_from_id <> id")
        batch_op.create_check_constraint(
            batch_op.f("ck_booking_preference_of_a_wait"), "preference IS NULL OR course_wait_id IS NOT NULL"
        )

    with op.batch_alter_table("course_session") as batch_op:
        batch_op.alter_column("list_order", server_default=None)
        batch_op.create_check_constraint(
            batch_op.f("ck_course_session_ways_only_where_hybrid"), "online_capacity IS NULL OR mode = 'hybrid'"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_course_session_online_capacity_not_negative"),
            "online_capacity IS NULL OR online_capacity >= 0",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_course_session_applications_close_after_opening"),
            "applications_close_at IS NULL OR booking_opens_at IS NULL OR applications_close_at > booking_opens_at",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_course_session_allotted_after_window"),
            "allotted_at IS NULL OR applications_close_at IS NOT NULL",
        )

    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.alter_column("bounce", server_default=None)

    with op.batch_alter_table("policy_version") as batch_op:
        batch_op.alter_column("figures", server_default=None)

    with op.batch_alter_table("venue") as batch_op:
        batch_op.alter_column("signal", server_default=None)
        batch_op.alter_column("contact_name", server_default=None)
        batch_op.alter_column("contact_address", server_default=None)
        batch_op.create_check_constraint(
            batch_op.f("ck_venue_cost_not_negative"), "day_cost_pence IS NULL OR day_cost_pence >= 0"
        )


def downgrade() -> None:
    op.execute("UPDATE course SET agreement = 'declared' WHERE agreement IS NULL")
    op.execute("UPDATE booking SET cancelled_by = 'person' WHERE cancelled_by IN ('moved', 'other-date')")
    with op.batch_alter_table("venue") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_venue_cost_not_negative"), type_="check")
        batch_op.drop_column("day_cost_pence")
        batch_op.drop_column("contact_address")
        batch_op.drop_column("contact_name")
        batch_op.drop_column("signal")

    with op.batch_alter_table("trainer_assignment") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_trainer_assignment_search_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_trainer_assignment_search_id"))
        batch_op.drop_column("search_id")

    with op.batch_alter_table("policy_version") as batch_op:
        batch_op.drop_column("figures")

    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.drop_column("bounce")
        batch_op.drop_column("bounced_at")

    with op.batch_alter_table("course_session") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_course_session_ways_only_where_hybrid"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_course_session_online_capacity_not_negative"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_course_session_applications_close_after_opening"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_course_session_allotted_after_window"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_course_session_list_order"), type_="check")
        batch_op.drop_index("ix_course_session_publish_at")
        batch_op.drop_column("publish_at")
        batch_op.drop_column("limits_until")
        batch_op.drop_column("allotted_at")
        batch_op.drop_column("applications_close_at")
        batch_op.drop_column("list_order")
        batch_op.drop_column("online_capacity")

    with op.batch_alter_table("course") as batch_op:
        batch_op.alter_column("agreement", existing_type=sa.VARCHAR(length=40), nullable=False)

    with op.batch_alter_table("booking") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_booking_declined_by_somebody"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_booking_not_moved_from_itself"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_booking_preference_of_a_wait"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_booking_declined_by"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_booking_way"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_booking_cancelled_by"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_booking_cancelled_by"),
            "cancelled_by IN ('person', 'manager', 'lead', 'officer', 'called-off')",
        )
        batch_op.drop_constraint(batch_op.f("fk_booking_course_wait_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_booking_reservation_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_booking_moves_from_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_booking_group_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_booking_reservation_id"))
        batch_op.drop_index("ix_booking_offered_until")
        batch_op.drop_index(batch_op.f("ix_booking_moves_from_id"))
        batch_op.drop_index("ix_booking_held_until")
        batch_op.drop_index(batch_op.f("ix_booking_group_id"))
        batch_op.drop_index(batch_op.f("ix_booking_course_wait_id"))
        batch_op.drop_index("ix_booking_agreement_until")
        batch_op.drop_column("coming_said_at")
        batch_op.drop_column("coming_asked_at")
        batch_op.drop_column("deputy_address")
        batch_op.drop_column("deputy_name")
        batch_op.drop_column("agreement_passed_on_at")
        batch_op.drop_column("agreement_reminded_at")
        batch_op.drop_column("agreement_asked_at")
        batch_op.drop_column("fair_rank")
        batch_op.drop_column("goes_first")
        batch_op.drop_column("preference")
        batch_op.drop_column("course_wait_id")
        batch_op.drop_column("moves_from_id")
        batch_op.drop_column("reservation_id")
        batch_op.drop_column("group_id")
        batch_op.drop_column("way")
        batch_op.drop_column("declined_by")

    op.drop_table("calendar_reply")
    op.drop_table("first_booking")
    with op.batch_alter_table("booking_warning") as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_warning_settled_by_id"))
        batch_op.drop_index(batch_op.f("ix_booking_warning_settled_at"))

    op.drop_table("booking_warning")
    op.drop_table("allotment_result")
    with op.batch_alter_table("trainer_search") as batch_op:
        batch_op.drop_index(
            "uq_trainer_search_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_trainer_search_session_id"))

    op.drop_table("trainer_search")
    with op.batch_alter_table("session_change") as batch_op:
        batch_op.drop_index(
            "uq_session_change_untold",
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )
        batch_op.drop_index("ix_session_change_tell_at")
        batch_op.drop_index(batch_op.f("ix_session_change_session_id"))
        batch_op.drop_index(batch_op.f("ix_session_change_changed_by_id"))

    op.drop_table("session_change")
    with op.batch_alter_table("reservation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_reservation_session_id"))
        batch_op.drop_index(
            "ix_reservation_open",
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_reservation_asked_by_id"))
        batch_op.drop_index(batch_op.f("ix_reservation_agency_id"))

    op.drop_table("reservation")
    with op.batch_alter_table("group_booking") as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_booking_session_id"))
        batch_op.drop_index(batch_op.f("ix_group_booking_asked_by_id"))
        batch_op.drop_index(batch_op.f("ix_group_booking_agency_id"))

    op.drop_table("group_booking")
    op.drop_table("allotment")
    with op.batch_alter_table("agency_limit") as batch_op:
        batch_op.drop_index(batch_op.f("ix_agency_limit_sector_id"))
        batch_op.drop_index(batch_op.f("ix_agency_limit_agency_id"))

    op.drop_table("agency_limit")
    with op.batch_alter_table("course_wait") as batch_op:
        batch_op.drop_index(
            "uq_course_wait_live",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_course_wait_person_id"))
        batch_op.drop_index(batch_op.f("ix_course_wait_employment_id"))
        batch_op.drop_index(batch_op.f("ix_course_wait_course_id"))

    op.drop_table("course_wait")
    with op.batch_alter_table("trainer_course") as batch_op:
        batch_op.drop_index(batch_op.f("ix_trainer_course_course_id"))

    op.drop_table("trainer_course")
    with op.batch_alter_table("requirement") as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_workforce_group_id"))
        batch_op.drop_index(batch_op.f("ix_requirement_course_id"))

    op.drop_table("requirement")
    with op.batch_alter_table("course_prerequisite") as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_prerequisite_requires_id"))

    op.drop_table("course_prerequisite")
    with op.batch_alter_table("course_equivalent") as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_equivalent_stands_for_id"))

    op.drop_table("course_equivalent")
    op.drop_table("agency_agreement")
    with op.batch_alter_table("calendar_feed") as batch_op:
        batch_op.drop_index(
            "uq_calendar_feed_live",
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_calendar_feed_person_id"))

    op.drop_table("calendar_feed")
    op.drop_table("school_holiday")
    op.drop_table("period_done")
    op.drop_table("message_text")
    op.drop_table("mailbox_position")
