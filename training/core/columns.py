"""Column types and mixins that behave the same on SQLite and PostgreSQL."""

import secrets
import unicodedata
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum, Integer, String, TypeDecorator
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from training.core import clock

# No vowels, so that no words appear; nothing that is misheard or misread on the telephone.
REFERENCE_ALPHABET = "23456789BCDFGHJKMNPQRTVWXZ"


class Instant(TypeDecorator[datetime]):
    """A moment: aware and in UTC on the Python side, whatever the engine keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be kept")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def text_enum(kind: type[StrEnum]) -> Enum:
    """A text column that holds one of the values of `kind`, with a CHECK named after the enum."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=max(40, *(len(member.value) for member in kind)),
        values_callable=_values,
        name=snake_case(kind.__name__),
        validate_strings=True,
    )


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def snake_case(name: str) -> str:
    """`BookingState` as `booking_state`: how a class is called in the database."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def new_reference(prefix: str = "", length: int = 4) -> str:
    """A short reference to say on the telephone, such as `WT-7K3M`; unique only once the database has taken it."""
    code = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(length))
    return f"{prefix}-{code}" if prefix else code


def folded(*texts: str | None) -> str:
    """`texts` as one lower-case line without accents: what search and sorting compare on both engines."""
    joined = " ".join(text for text in texts if text).replace("’", "'").casefold()
    if joined.isascii():
        return " ".join(joined.split())
    decomposed = unicodedata.normalize("NFKD", joined)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


class Identified:
    """A surrogate key that never leaves the database."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)


class Dated:
    """When the row was made."""

    created_at: Mapped[datetime] = mapped_column(Instant, default=clock.now, sort_order=90)


class Changed:
    """When the row was last changed, for what is read elsewhere and kept there (calendars, caches)."""

    changed_at: Mapped[datetime] = mapped_column(Instant, default=clock.now, onupdate=clock.now, sort_order=90)


class Versioned:
    """A number that rises at each change, so that a form opened before somebody else's change is noticed.

    SQLAlchemy adds it to every UPDATE's WHERE and raises StaleDataError when the row has moved on.
    """

    row_version: Mapped[int] = mapped_column(Integer, default=1, sort_order=91)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version}


ShortText = String(200)
"""Names and titles; longer texts are `Text`."""
