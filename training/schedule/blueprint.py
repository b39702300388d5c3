"""The pages of the schedule; the views modules of this stage add theirs to it."""

from flask import Blueprint

blueprint = Blueprint("schedule", __name__)
