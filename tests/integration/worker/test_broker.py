"""The broker stops and comes back: what was uploaded meanwhile is read."""

from __future__ import annotations

import json
import secrets
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from labeling.models import Photo
from labeling.operations.tokens import create_token
from labeling.states import PhotoState
from services import servers, valkey
from tests import processes
from tests.conftest import People
from tests.integration.worker.conftest import SEEDS
from tests.photos import render_photo
from tests.processes import TestProcess, wait_for

Start = Callable[..., TestProcess]


class Broker:
    """A Valkey of the test's own, which it may stop."""

    def __init__(self, folder: Path) -> None:
        port = servers.find_free_port()
        self.server = valkey.Valkey(folder / "broker", folder / "valkey.log", port, secrets.token_urlsafe(16))
        self.start()

    def start(self) -> None:
        self.process = valkey.start(self.server)

    def kill(self) -> None:
        servers.stop_process(self.process, stop_signal=signal.SIGKILL)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    broker.kill()


def post_photo(url: str, token: str, content: bytes) -> tuple[int, float]:
    """Upload through the API; the status, and the seconds that it took."""
    mark = uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{mark}--\r\n".encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={mark}"}
    begun = time.monotonic()
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
        json.load(answer)
        return answer.status, time.monotonic() - begun


def test_uploads_are_taken_without_a_broker_and_read_when_it_is_back(
    broker: Broker, world: People, start_worker: Start, start_beat: Start, tmp_path: Path
) -> None:
    variables = {"VINLOOP_BROKER_URL": broker.server.url}
    _, token = create_token(
        user=world.annotator, name="uploads", scopes=["upload"], expires_at=None, now=timezone.now()
    )
    web, url = processes.start_web(log=tmp_path / "web.log", variables=variables)
    try:
        start_worker("worker", **variables)
        start_beat(**variables)
        broker.kill()
        address = f"{url}/api/v1/projects/{world.project.slug}/photos"
        contents = [render_photo(next(SEEDS), width=320, height=120) for _ in range(10)]
        answers = [post_photo(address, token, content) for content in contents]
    finally:
        web.kill()
    assert [status for status, _ in answers] == [201] * 10
    assert max(seconds for _, seconds in answers) < 10
    assert Photo.objects.filter(state=PhotoState.QUEUED).count() == 10
    broker.start()
    wait_for(
        lambda: Photo.objects.filter(state=PhotoState.READY).count() == 10,
        seconds=120,
        what="all ten photos are read",
    )
