"""The pages for several people at once; the views modules of this stage add theirs to it."""

from flask import Blueprint

blueprint = Blueprint("groups", __name__)
