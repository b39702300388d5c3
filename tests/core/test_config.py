"""What an installation must be told, and what it says when it was not."""

from pathlib import Path

import pytest

from training.config import DEVELOPMENT_KEY, Config, ConfigError

PRODUCTION = {
    "MUSTER_ENV": "production",
    "MUSTER_DATABASE_URL": "postgres://muster@db/muster",
    "MUSTER_SECRET_KEY": "a-random-text-of-more-than-32-characters",
    "MUSTER_BASE_URL": "https://training.partnership.example/",
    "MUSTER_MAIL_FROM": "Training <training@partnership.example>",
    "MUSTER_SMTP_URL": "smtp://mail.example:587",
}


def test_development_needs_nothing() -> None:
    config = Config.from_environment({"PORT": "5070"})
    assert config.base_url == "http://127.0.0.1:5070"
    assert config.database_url.startswith("sqlite:///")
    assert config.mail_folder is not None
    assert not config.is_production


@pytest.mark.parametrize(
    "name", ["MUSTER_DATABASE_URL", "MUSTER_SECRET_KEY", "MUSTER_BASE_URL", "MUSTER_MAIL_FROM", "MUSTER_SMTP_URL"]
)
def test_production_names_what_is_missing(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_environment({key: value for key, value in PRODUCTION.items() if key != name})
    with pytest.raises(ConfigError, match=name):
        Config.from_environment({**PRODUCTION, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MUSTER_ENV", "live"),
        ("MUSTER_SECRET_KEY", DEVELOPMENT_KEY),
        ("MUSTER_SECRET_KEY", "short"),
        ("MUSTER_BASE_URL", "training.partnership.example"),
        ("MUSTER_BASE_URL", "http://training.partnership.example"),
        ("MUSTER_MAIL_FROM", "Training"),
        ("MUSTER_DATABASE_URL", "mysql://db"),
        ("MUSTER_PROXIES", "one"),
        ("MUSTER_IMAP_URL", "https://mail.example"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_environment({**PRODUCTION, name: value})


def test_production_keeps_no_mail_and_reads_the_rest() -> None:
    config = Config.from_environment({**PRODUCTION, "MUSTER_MAIL_FOLDER": "/srv/mail", "MUSTER_PROXIES": "2"})
    assert config.mail_folder is None
    assert config.proxies == 2
    assert config.database_url == "postgresql+psycopg://muster@db/muster"
    assert config.base_url == "https://training.partnership.example"
    assert (config.mail_name, config.mail_address, config.mail_domain) == (
        "Training", "training@partnership.example", "partnership.example",
    )  # fmt: skip


def test_the_mail_folder_of_development_can_be_chosen() -> None:
    assert Config.from_environment({"MUSTER_MAIL_FOLDER": "/srv/mail"}).mail_folder == Path("/srv/mail")


def test_a_mailbox_is_read_only_where_one_is_set_and_its_password_is_not_shown() -> None:
    assert Config.from_environment(PRODUCTION).imap_url is None
    assert Config.from_environment({**PRODUCTION, "MUSTER_IMAP_URL": ""}).imap_url is None
    url = "imaps://training:s3cret@mail.example/INBOX"
    config = Config.from_environment({**PRODUCTION, "MUSTER_IMAP_URL": url})
    assert config.imap_url == url
    assert "s3cret" not in repr(config)
    with pytest.raises(ConfigError) as refused:
        Config.from_environment({**PRODUCTION, "MUSTER_IMAP_URL": "imap.mail.example:s3cret"})
    assert "s3cret" not in str(refused.value)
