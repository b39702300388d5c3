"""An installation whose key everybody knows answers on its own machine only."""

from dataclasses import replace

import pytest
from flask import Flask

from tests.engines.permission import databases_allowed
from tests.installations import config_for
from training import create_app
from training.config import DEVELOPMENT_KEY
from training.web.security import is_this_machine


@pytest.fixture
def trial() -> Flask:
    """The application as somebody runs it who has set nothing."""
    settings = replace(config_for("sqlite://"), environment="development", secret_key=DEVELOPMENT_KEY)
    with databases_allowed():
        return create_app(settings)


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000", "muster.localhost"])
def test_this_machine_is_answered(trial: Flask, host: str) -> None:
    assert is_this_machine(host)
    with databases_allowed():
        assert trial.test_client().get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["training.council.example", "10.0.0.5", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", ""]
)
def test_nobody_else_is(trial: Flask, host: str) -> None:
    assert not is_this_machine(host)
    with databases_allowed():
        answer = trial.test_client().get("/healthz", headers={"Host": host})
    assert answer.status_code == 421
    assert "MUSTER_ENV=production" in answer.get_data(as_text=True)


def test_a_key_of_ones_own_lifts_it() -> None:
    with databases_allowed():
        app = create_app(replace(config_for("sqlite://"), environment="development"))
        assert app.test_client().get("/healthz", headers={"Host": "muster.lan"}).status_code == 200
