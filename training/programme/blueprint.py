"""The pages of the programme; the views modules of this stage add theirs to it."""

from flask import Blueprint

blueprint = Blueprint("programme", __name__)
