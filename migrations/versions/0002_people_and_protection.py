"""People, agencies and the protection of data: accounts, standing, merges, needs, limits, policies, imports."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fee_band",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_band")),
        sa.UniqueConstraint("name", name=op.f("uq_fee_band_name")),
    )
    op.create_table(
        "limit_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("subject_hash", sa.String(length=200), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 1", name=op.f("ck_limit_count_tried_at_least_once")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_count")),
        sa.UniqueConstraint(
            "kind", "subject_hash", "begins_at", name=op.f("uq_limit_count_kind_subject_hash_begins_at")
        ),
    )
    with op.batch_alter_table("limit_count") as batch_op:
        batch_op.create_index(batch_op.f("ix_limit_count_begins_at"), ["begins_at"], unique=False)

    op.create_table(
        "address_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("becomes_primary", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("address = lower(address)", name=op.f("ck_address_claim_lower_case")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_address_claim_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_claim")),
    )
    with op.batch_alter_table("address_claim") as batch_op:
        batch_op.create_index("ix_address_claim_person", ["person_id"], unique=False)

    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reading",
                "ready",
                "refused",
                "applied",
                "discarded",
                "undone",
                name="batch_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name=op.f("ck_batch_undone_has_moment")),
        sa.CheckConstraint(
            "(state IN ('applied', 'undone')) <= (applied_at IS NOT NULL)", name=op.f("ck_batch_applied_has_moment")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_batch_asked_by_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("ref", name=op.f("uq_batch_ref")),
    )
    with op.batch_alter_table("batch") as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_asked_by_id"), ["asked_by_id"], unique=False)

    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_merge_two_people")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_merge_done_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_merge_kept_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["person.id"], name=op.f("fk_merge_merged_id")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["person.id"], name=op.f("fk_merge_undone_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
        sa.UniqueConstraint("ref", name=op.f("uq_merge_ref")),
    )
    with op.batch_alter_table("merge") as batch_op:
        batch_op.create_index(batch_op.f("ix_merge_done_by_id"), ["done_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_merge_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_merge_undone_by_id"), ["undone_by_id"], unique=False)
        batch_op.create_index(
            "uq_merge_merged_once",
            ["merged_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "person_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("support", sa.Text(), nullable=False),
        sa.Column("diet", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_need_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_need")),
        sa.UniqueConstraint("person_id", name=op.f("uq_person_need_person_id")),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "privacy",
                "terms",
                "accessibility",
                name="policy_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_policy_version_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_policy_version_published_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_policy_version_kind_number")),
    )
    with op.batch_alter_table("policy_version") as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_version_published_by_id"), ["published_by_id"], unique=False)

    op.create_table(
        "retention_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_class", sa.String(length=200), nullable=False),
        sa.Column("older_than", sa.Date(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.CheckConstraint("removed >= 0", name=op.f("ck_retention_run_removed_not_negative")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_retention_run_asked_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    with op.batch_alter_table("retention_run") as batch_op:
        batch_op.create_index(batch_op.f("ix_retention_run_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_retention_run_ran_at"), ["ran_at"], unique=False)

    op.create_table(
        "agency_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_agency_alias_agency_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_alias")),
        sa.UniqueConstraint("folded", name=op.f("uq_agency_alias_folded")),
    )
    with op.batch_alter_table("agency_alias") as batch_op:
        batch_op.create_index(batch_op.f("ix_agency_alias_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "agency_duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                "safeguarding-partner",
                "relevant-agency",
                "section-11",
                "section-175",
                name="duty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_agency_duty_agency_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_duty")),
        sa.UniqueConstraint("agency_id", "duty", name=op.f("uq_agency_duty_agency_id_duty")),
    )
    op.create_table(
        "agency_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("fee_band_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_agency_membership_period_runs_forward")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_agency_membership_agency_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["fee_band_id"], ["fee_band.id"], name=op.f("fk_agency_membership_fee_band_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_membership")),
    )
    with op.batch_alter_table("agency_membership") as batch_op:
        batch_op.create_index(batch_op.f("ix_agency_membership_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agency_membership_fee_band_id"), ["fee_band_id"], unique=False)
        batch_op.create_index(
            "uq_agency_membership_current",
            ["agency_id"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL"),
            postgresql_where=sa.text("to_on IS NULL"),
        )

    op.create_table(
        "batch_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "add",
                "change",
                "leave",
                "same",
                "problem",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("journal", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_row_batch_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_row")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_batch_row_batch_id_number")),
    )
    op.create_table(
        "headcount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("workforce_group_id", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("staff >= 0", name=op.f("ck_headcount_staff_not_negative")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_headcount_agency_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workforce_group_id"], ["workforce_group.id"], name=op.f("fk_headcount_workforce_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount")),
        sa.UniqueConstraint(
            "agency_id",
            "workforce_group_id",
            "counted_on",
            name=op.f("uq_headcount_agency_id_workforce_group_id_counted_on"),
        ),
    )
    with op.batch_alter_table("headcount") as batch_op:
        batch_op.create_index(batch_op.f("ix_headcount_workforce_group_id"), ["workforce_group_id"], unique=False)

    op.create_table(
        "lead_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("as_deputy", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "granted",
                "declined",
                "withdrawn",
                name="request_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('granted', 'declined')) = (decided_at IS NOT NULL)",
            name=op.f("ck_lead_request_decision_has_moment"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_lead_request_agency_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_lead_request_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_lead_request_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_request")),
        sa.UniqueConstraint("ref", name=op.f("uq_lead_request_ref")),
    )
    with op.batch_alter_table("lead_request") as batch_op:
        batch_op.create_index(batch_op.f("ix_lead_request_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_request_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_request_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_lead_request_open",
            ["person_id", "agency_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )

    op.create_table(
        "merge_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=200), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["merge.id"], name=op.f("fk_merge_step_merge_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_step")),
    )
    with op.batch_alter_table("merge_step") as batch_op:
        batch_op.create_index(batch_op.f("ix_merge_step_merge_id"), ["merge_id"], unique=False)

    op.create_table(
        "outside_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_outside_identity_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_outside_identity_issuer_subject")),
    )
    with op.batch_alter_table("outside_identity") as batch_op:
        batch_op.create_index(batch_op.f("ix_outside_identity_account_id"), ["account_id"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=200), nullable=False),
        sa.Column("extensions", sa.Text(), nullable=True),
        sa.Column("create_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lastuse_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("usage", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_passkey_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_passkey_user_id_name")),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("way", sa.String(length=200), nullable=False),
        sa.Column("has_second_factor", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_sign_in_key_hash")),
    )
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_account_id"), ["account_id"], unique=False)

    op.create_table(
        "booking_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("support", sa.Text(), nullable=False),
        sa.Column("diet", sa.Text(), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_by_id", sa.Integer(), nullable=True),
        sa.Column("met_how", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "removed_at IS NULL OR (support = '' AND diet = '' AND met_how = '')",
            name=op.f("ck_booking_need_removed_is_empty"),
        ),
        sa.CheckConstraint("(met_at IS NULL) <= (met_by_id IS NULL)", name=op.f("ck_booking_need_met_by_has_moment")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_need_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["met_by_id"], ["person.id"], name=op.f("fk_booking_need_met_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_need")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_booking_need_booking_id")),
    )
    with op.batch_alter_table("booking_need") as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_need_met_at"), ["met_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_need_met_by_id"), ["met_by_id"], unique=False)

    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed_because", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("dormant_told_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("us_totp_secrets", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("tf_primary_method", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("tf_totp_secret", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("tf_phone_number", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("fs_webauthn_user_handle", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("mf_recovery_codes", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("totp_counter", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_account_fs_webauthn_user_handle"), ["fs_webauthn_user_handle"])

    with op.batch_alter_table("agency") as batch_op:
        batch_op.add_column(sa.Column("ended_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_agency_successor_id"), ["successor_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_agency_successor_id"), "agency", ["successor_id"], ["id"])

    with op.batch_alter_table("booking") as batch_op:
        batch_op.add_column(sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("terms_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_booking_terms_id"), ["terms_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_booking_terms_id"), "policy_version", ["terms_id"], ["id"])

    with op.batch_alter_table("employment") as batch_op:
        batch_op.add_column(sa.Column("manager_confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("has_no_manager", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column(
                "standing",
                sa.Enum(
                    "asked",
                    "by-address",
                    "vouched",
                    "refused",
                    name="standing",
                    native_enum=False,
                    create_constraint=True,
                    length=40,
                ),
                nullable=False,
                server_default="vouched",
            )
        )
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("settled_by_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_employment_settled_by_id"), ["settled_by_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_employment_settled_by_id"), "person", ["settled_by_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_person_merged_into_id"), "person", ["merged_into_id"], ["id"])

    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.add_column(sa.Column("is_deputy", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("trainer_assignment") as batch_op:
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("answer", sa.Text(), nullable=False, server_default=""))

    op.execute("UPDATE account SET closed_at = created_at WHERE NOT active")
    settle_defaults()


def settle_defaults() -> None:
    """Rows that were there have their values; from here on the application gives each its own, under the new rules."""
    with op.batch_alter_table("account") as batch_op:
        batch_op.alter_column("closed_because", server_default=None)
        batch_op.create_check_constraint(op.f("ck_account_closed_has_moment"), "active OR closed_at IS NOT NULL")

    with op.batch_alter_table("agency") as batch_op:
        batch_op.create_check_constraint(op.f("ck_agency_not_its_own_successor"), "successor_id <> id")
        batch_op.create_check_constraint(
            op.f("ck_agency_succeeded_has_ended"), "successor_id IS NULL OR ended_on IS NOT NULL"
        )

    with op.batch_alter_table("employment") as batch_op:
        batch_op.alter_column("has_no_manager", server_default=None)
        batch_op.alter_column("standing", server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_employment_no_manager_no_address"), "NOT has_no_manager OR manager_address = ''"
        )
        batch_op.create_check_constraint(
            op.f("ck_employment_confirmed_manager_has_address"),
            "manager_confirmed_at IS NULL OR manager_address <> ''",
        )

    with op.batch_alter_table("person") as batch_op:
        batch_op.create_check_constraint(op.f("ck_person_not_merged_into_itself"), "merged_into_id <> id")

    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.alter_column("is_deputy", server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_role_grant_deputies_are_leads"), "NOT is_deputy OR role = 'agency-lead'"
        )

    with op.batch_alter_table("trainer_assignment") as batch_op:
        batch_op.alter_column("answer", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("trainer_assignment") as batch_op:
        batch_op.drop_column("answer")
        batch_op.drop_column("answered_at")

    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_role_grant_deputies_are_leads"), type_="check")
        batch_op.drop_column("is_deputy")

    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_person_not_merged_into_itself"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_person_merged_into_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_person_merged_into_id"))
        batch_op.drop_column("anonymised_at")
        batch_op.drop_column("merged_into_id")

    with op.batch_alter_table("employment") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_employment_no_manager_no_address"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_employment_confirmed_manager_has_address"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_employment_standing"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_employment_settled_by_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_employment_settled_by_id"))
        batch_op.drop_column("settled_by_id")
        batch_op.drop_column("settled_at")
        batch_op.drop_column("standing")
        batch_op.drop_column("has_no_manager")
        batch_op.drop_column("manager_confirmed_at")

    with op.batch_alter_table("booking") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_booking_terms_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_booking_terms_id"))
        batch_op.drop_column("terms_id")
        batch_op.drop_column("agreed_at")

    with op.batch_alter_table("agency") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_agency_not_its_own_successor"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_agency_succeeded_has_ended"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_agency_successor_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_agency_successor_id"))
        batch_op.drop_column("successor_id")
        batch_op.drop_column("ended_on")

    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_account_closed_has_moment"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_account_fs_webauthn_user_handle"), type_="unique")
        batch_op.drop_column("totp_counter")
        batch_op.drop_column("mf_recovery_codes")
        batch_op.drop_column("fs_webauthn_user_handle")
        batch_op.drop_column("tf_phone_number")
        batch_op.drop_column("tf_totp_secret")
        batch_op.drop_column("tf_primary_method")
        batch_op.drop_column("us_totp_secrets")
        batch_op.drop_column("dormant_told_at")
        batch_op.drop_column("last_seen_at")
        batch_op.drop_column("closed_because")
        batch_op.drop_column("closed_at")

    with op.batch_alter_table("booking_need") as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_need_met_by_id"))
        batch_op.drop_index(batch_op.f("ix_booking_need_met_at"))

    op.drop_table("booking_need")
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_account_id"))

    op.drop_table("sign_in")
    op.drop_table("passkey")
    with op.batch_alter_table("outside_identity") as batch_op:
        batch_op.drop_index(batch_op.f("ix_outside_identity_account_id"))

    op.drop_table("outside_identity")
    with op.batch_alter_table("merge_step") as batch_op:
        batch_op.drop_index(batch_op.f("ix_merge_step_merge_id"))

    op.drop_table("merge_step")
    with op.batch_alter_table("lead_request") as batch_op:
        batch_op.drop_index(
            "uq_lead_request_open", sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'")
        )
        batch_op.drop_index(batch_op.f("ix_lead_request_person_id"))
        batch_op.drop_index(batch_op.f("ix_lead_request_decided_by_id"))
        batch_op.drop_index(batch_op.f("ix_lead_request_agency_id"))

    op.drop_table("lead_request")
    with op.batch_alter_table("headcount") as batch_op:
        batch_op.drop_index(batch_op.f("ix_headcount_workforce_group_id"))

    op.drop_table("headcount")
    op.drop_table("batch_row")
    with op.batch_alter_table("agency_membership") as batch_op:
        batch_op.drop_index(
            "uq_agency_membership_current",
            sqlite_where=sa.text("to_on IS NULL"),
            postgresql_where=sa.text("to_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_agency_membership_fee_band_id"))
        batch_op.drop_index(batch_op.f("ix_agency_membership_agency_id"))

    op.drop_table("agency_membership")
    op.drop_table("agency_duty")
    with op.batch_alter_table("agency_alias") as batch_op:
        batch_op.drop_index(batch_op.f("ix_agency_alias_agency_id"))

    op.drop_table("agency_alias")
    with op.batch_alter_table("retention_run") as batch_op:
        batch_op.drop_index(batch_op.f("ix_retention_run_ran_at"))
        batch_op.drop_index(batch_op.f("ix_retention_run_asked_by_id"))

    op.drop_table("retention_run")
    with op.batch_alter_table("policy_version") as batch_op:
        batch_op.drop_index(batch_op.f("ix_policy_version_published_by_id"))

    op.drop_table("policy_version")
    op.drop_table("person_need")
    with op.batch_alter_table("merge") as batch_op:
        batch_op.drop_index(
            "uq_merge_merged_once",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_merge_undone_by_id"))
        batch_op.drop_index(batch_op.f("ix_merge_kept_id"))
        batch_op.drop_index(batch_op.f("ix_merge_done_by_id"))

    op.drop_table("merge")
    with op.batch_alter_table("batch") as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_asked_by_id"))

    op.drop_table("batch")
    with op.batch_alter_table("address_claim") as batch_op:
        batch_op.drop_index("ix_address_claim_person")

    op.drop_table("address_claim")
    with op.batch_alter_table("limit_count") as batch_op:
        batch_op.drop_index(batch_op.f("ix_limit_count_begins_at"))

    op.drop_table("limit_count")
    op.drop_table("fee_band")
