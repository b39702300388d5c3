"""Settings of the installation, read once from the environment when the process starts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

from training.config_single_sign_on import Provider, ProviderError, providers_from

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
ENVIRONMENTS = ("development", "production", "testing")
# Long and recognisable; refused in production, where the key must be given.
DEVELOPMENT_KEY = "development-only-key-never-used-in-production"


class ConfigError(ValueError):
    """A setting is missing or wrong; the text is a sentence that names it."""


@dataclass(frozen=True)
class Config:
    """What an installation is told from outside; everything else is a setting kept in the database."""

    environment: str
    database_url: str
    secret_key: str
    base_url: str
    mail_from: str
    smtp_url: str | None
    mail_folder: Path | None
    """Where a copy of every mail is kept for `/dev/mail`; never set in production."""
    proxies: int = 0
    """How many reverse proxies stand before the web server and set X-Forwarded headers."""
    imap_url: str | None = field(default=None, repr=False)
    """The mailbox in which replies and returned messages are read; None to read none."""
    single_sign_on: tuple[Provider, ...] = ()
    """The organisations with whose own sign-in people may come."""

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def mail_name(self) -> str:
        """The name messages come from; may be empty."""
        return parseaddr(self.mail_from)[0]

    @property
    def mail_address(self) -> str:
        """The bare address messages come from, reply to and are organised by."""
        return parseaddr(self.mail_from)[1]

    @property
    def mail_domain(self) -> str:
        """The domain that message ids are made under."""
        return self.mail_address.rpartition("@")[2]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """Read `MUSTER_*` variables; raise ConfigError naming the first one that is missing or wrong.

        In production nothing has a default but the number of proxies; in development everything has one.
        """
        env = os.environ if environ is None else environ
        environment = env.get("MUSTER_ENV", "development")
        if environment not in ENVIRONMENTS:
            raise ConfigError(f"MUSTER_ENV must be one of {', '.join(ENVIRONMENTS)}, not “{environment}”.")
        defaults: dict[str, str] = {}
        if environment != "production":
            defaults = {
                "MUSTER_DATABASE_URL": f"sqlite:///{INSTANCE / 'muster.sqlite'}",
                "MUSTER_SECRET_KEY": DEVELOPMENT_KEY,
                "MUSTER_BASE_URL": f"http://127.0.0.1:{env.get('PORT') or 5000}",
                "MUSTER_MAIL_FROM": "Muster <training@partnership.example>",
                "MUSTER_MAIL_FOLDER": str(INSTANCE / "mail"),
            }

        def value(name: str, purpose: str) -> str:
            found = env.get(name) or defaults.get(name)
            if not found:
                raise ConfigError(f"Set {name}: {purpose}.")
            return found

        database_url = value("MUSTER_DATABASE_URL", "the address of the database, such as postgresql+psycopg://…")
        smtp_url = env.get("MUSTER_SMTP_URL") or None
        if environment == "production" and smtp_url is None:
            raise ConfigError("Set MUSTER_SMTP_URL: the mail server, such as smtp://user:password@mail.example:587.")
        mail_from = value("MUSTER_MAIL_FROM", "the monitored mailbox that messages come from")
        if "@" not in parseaddr(mail_from)[1]:
            raise ConfigError(
                f"MUSTER_MAIL_FROM must hold an address such as training@council.example, not “{mail_from}”."
            )
        folder = env.get("MUSTER_MAIL_FOLDER") or defaults.get("MUSTER_MAIL_FOLDER")
        config = cls(
            environment=environment,
            database_url=_database_url(database_url),
            secret_key=value("MUSTER_SECRET_KEY", "a long random text that signs cookies and links"),
            base_url=_base_url(
                value("MUSTER_BASE_URL", "the public address, such as https://training.partnership.example")
            ),
            mail_from=mail_from,
            smtp_url=smtp_url,
            mail_folder=None if environment == "production" or not folder else Path(folder),
            proxies=_whole_number("MUSTER_PROXIES", env.get("MUSTER_PROXIES") or "0"),
            imap_url=_imap_url(env.get("MUSTER_IMAP_URL")),
            single_sign_on=_providers(env, environment),
        )
        if config.is_production and not config.base_url.startswith("https://"):
            raise ConfigError(f"MUSTER_BASE_URL must begin with https:// in production, not “{config.base_url}”.")
        if config.is_production and (config.secret_key == DEVELOPMENT_KEY or len(config.secret_key) < 32):
            raise ConfigError("Set MUSTER_SECRET_KEY to a random text of at least 32 characters.")
        return config


def installation() -> Config:
    """The settings of the running application."""
    return current_app.extensions["muster"]


def _database_url(url: str) -> str:
    scheme = url.partition("://")[0]
    if scheme in ("postgres", "postgresql"):
        return "postgresql+psycopg" + url[len(scheme) :]
    if scheme not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError(f"MUSTER_DATABASE_URL must begin with sqlite: or postgresql+psycopg:, not “{scheme}”.")
    return url


def _imap_url(url: str | None) -> str | None:
    if url and not url.startswith(("imaps://", "imap://")):
        # Not repeated: a password stands in it.
        raise ConfigError(
            "MUSTER_IMAP_URL must begin with imaps:// or imap://, such as imaps://user:password@mail.example."
        )
    return url or None


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"MUSTER_BASE_URL must be an address such as https://training.example, not “{url}”.")
    return url.rstrip("/")


def _providers(env: Mapping[str, str], environment: str) -> tuple[Provider, ...]:
    try:
        return providers_from(env, is_production=environment == "production")
    except ProviderError as error:
        raise ConfigError(str(error)) from error


def _whole_number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ConfigError(f"{name} must be a whole number, not “{text}”.")
    return int(text)
