"""The web application as a server such as gunicorn starts it; an old database stops the start."""

from training import create_app
from training.config import Config
from training.web.health import refuse_old_database

app = create_app(Config.from_environment())
refuse_old_database(app)
