"""The pages of custody: merging people, retention, and what is held about one person."""

from flask import Blueprint

blueprint = Blueprint("custody", __name__)
