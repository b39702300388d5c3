"""Many processes at once against one database, each with connections of its own."""

import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Barrier

from flask import Flask

from training.core.database import db
from training.core.refusal import Refused
from training.core.transaction import in_unit_of_work

Deed = Callable[[], object]


@dataclass(frozen=True)
class Outcome:
    """What one deed came to: what it returned as text, why it was refused, or the error it died of."""

    returned: str = ""
    refused: str = ""
    error: str = ""


def run_at_once(app: Flask, deeds: Sequence[Sequence[Deed]]) -> list[Outcome]:
    """Start one process for each list of deeds, let them all begin at the same moment, and return every outcome."""
    db.session.remove()
    db.engine.dispose()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(len(deeds))
    receivers: list[Connection] = []
    processes: list[ForkProcess] = []
    for own in deeds:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(app, own, barrier, sender))
        process.start()
        sender.close()
        receivers.append(receiver)
        processes.append(process)
    outcomes = [outcome for receiver in receivers for outcome in receiver.recv()]
    for process in processes:
        process.join(20)
        assert process.exitcode == 0
    for receiver in receivers:
        receiver.close()
    return outcomes


def _work(app: Flask, deeds: Sequence[Deed], barrier: Barrier, sender: Connection) -> None:
    with app.app_context():
        # Forked from the test process: its connections are not ours to use, nor to close.
        db.engine.dispose(close=False)
        barrier.wait(30)
        sender.send([_outcome(deed) for deed in deeds])
        db.session.remove()
        db.engine.dispose()
    sender.close()


def _outcome(deed: Deed) -> Outcome:
    try:
        return Outcome(returned=str(in_unit_of_work(deed)))
    except Refused as refusal:
        return Outcome(refused=refusal.sentence)
    except Exception:  # noqa: BLE001 - whatever it was, the test must hear of it
        return Outcome(error=traceback.format_exc())
