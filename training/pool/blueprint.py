"""The blueprint to which all pages of the training pool belong."""

from flask import Blueprint

blueprint = Blueprint("pool", __name__)
