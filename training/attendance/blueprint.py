"""The pages of attendance; the views modules of this stage add theirs to it."""

from flask import Blueprint

blueprint = Blueprint("attendance", __name__)
