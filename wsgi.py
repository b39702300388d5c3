"""The web application as a server such as gunicorn starts it."""

from training import create_app
from training.config import Config

app = create_app(Config.from_environment())
