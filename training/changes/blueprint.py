"""The pages of deeds on a session; the views modules of this stage add theirs to it."""

from flask import Blueprint

blueprint = Blueprint("changes", __name__)
