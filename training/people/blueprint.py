"""The blueprint that all pages of people are on."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)
