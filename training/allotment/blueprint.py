"""The pages of limits and allotments."""

from flask import Blueprint

blueprint = Blueprint("allotment", __name__)
