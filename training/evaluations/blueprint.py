"""The pages of evaluations; the views modules of this stage add theirs to it."""

from flask import Blueprint

blueprint = Blueprint("evaluations", __name__)
