"""The application as the guards look at it: its addresses and views, without a database."""

import pytest
from flask import Flask

from tests.installations import config_for
from training import create_app


@pytest.fixture(scope="session")
def application() -> Flask:
    """The application, to be looked at only."""
    return create_app(config_for("sqlite://"))
