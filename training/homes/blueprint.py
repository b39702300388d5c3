"""The blueprint of the front pages."""

from flask import Blueprint

blueprint = Blueprint("homes", __name__)
