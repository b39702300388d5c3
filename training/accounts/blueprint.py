"""The one blueprint of accounts, on which every module of views puts its pages."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
