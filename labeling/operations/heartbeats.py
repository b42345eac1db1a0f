"""Work that says nothing for minutes: a thread says meanwhile that its worker lives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0


class WorkLost(Exception):
    """The sweep took this worker for dead and gave its work to another one."""


@contextmanager
def heartbeat(write: Callable[[], None], *, what: str) -> Iterator[None]:
    """Call `write` every few seconds, from a thread, until it raises WorkLost or the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(write, stop, what), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(write: Callable[[], None], stop: threading.Event, what: str) -> None:
    try:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                close_old_connections()
                write()
            except WorkLost:
                return
            except Exception:
                logger.exception("The heartbeat of %s failed", what)
    finally:
        connection.close()
