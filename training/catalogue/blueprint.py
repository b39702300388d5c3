"""The pages of the catalogue; the views modules of this stage add theirs to it."""

from flask import Blueprint

blueprint = Blueprint("catalogue", __name__)
