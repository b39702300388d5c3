"""What the worker does for evaluations: open them after a session, and ask them when they are due.

Each finds keys without a lock, then acts in one unit of work a key, in which everything is looked at again; two
workers at once are harmless.
"""

from training.core.transaction import for_each, unit_of_work
from training.evaluations.operations import ask, open_requests
from training.evaluations.queries import requests_to_ask, sessions_to_open


def open_due_requests() -> int:
    """Open the evaluations of sessions that have finished; returns for how many people."""
    with unit_of_work():
        keys = sessions_to_open()
    return for_each(keys, open_requests)


def open_and_ask() -> int:
    """Open, then ask: who attended hears within one round of the register being closed; returns how many were asked."""
    try:
        open_due_requests()
    finally:
        asked = ask_due_requests()
    return asked


def ask_due_requests() -> int:
    """Ask what is due, by mail; returns how many messages were written."""
    with unit_of_work():
        keys = requests_to_ask()
    return for_each(keys, ask)
