"""A client to ask with, and the proof that a refusal changed nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from labeling.models import AuditEvent, Project, User

Answer = Any
"""A response of the test client, which has `json()` besides."""

ROOT = "/api/v1"
_IGNORED_TABLES = {"django_session"}
_ROW = "to_jsonb(row) - 'last_login' - 'last_used_at'"
"""A row without the columns that may differ."""


@dataclass
class Api:
    """Speaks for one person, by session or by token."""

    client: Client
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, verb: str, path: str, body: Any = None) -> Answer:
        content = b"" if body is None else json.dumps(body).encode()
        return self.send(verb, path, content)

    def send(self, verb: str, path: str, content: bytes, content_type: str = "application/json") -> Answer:
        address = path if path.startswith("/") else f"{ROOT}/{path}"
        return self.client.generic(verb, address, content, content_type, headers=self.headers)

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.call("POST", path, {} if body is None else body)

    def put(self, path: str, body: Any) -> Answer:
        return self.call("PUT", path, body)

    def patch(self, path: str, body: Any) -> Answer:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def upload(self, project: Project, content: bytes, name: str = "photo.jpg") -> Answer:
        file = SimpleUploadedFile(name, content, content_type="application/octet-stream")
        address = f"{ROOT}/projects/{project.slug}/photos"
        return self.client.post(address, {"file": file}, headers=self.headers)


As = Callable[[User], Api]
"""The fixture `api`: who asks -> the client that asks for them."""


def expect_refusal(answer: Answer, status: int, code: str | None = None) -> dict[str, Any]:
    """Asserts the status and the one shape; returns the body."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/json"
    body = json.loads(answer.content)
    assert set(body) == {"error", "message", "fields"}
    assert isinstance(body["error"], str)
    assert isinstance(body["fields"], dict)
    assert body["message"].strip()
    assert code is None or body["error"] == code
    return body


@contextmanager
def unchanged() -> Iterator[None]:
    """Asserts that no row of any table and no file under the data folder differs afterwards."""
    before = _state()
    yield
    after = _state()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert not changed


@contextmanager
def audited(*verbs: str) -> Iterator[None]:
    """Asserts that exactly these events were recorded."""
    newest = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    yield
    recorded = list(AuditEvent.objects.filter(id__gt=newest).order_by("id").values_list("verb", flat=True))
    assert recorded == list(verbs)


def _state() -> dict[str, str]:
    root = Path(settings.DATA_DIR)
    files = {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }
    return _fingerprint_tables() | files


def _fingerprint_tables() -> dict[str, str]:
    """Name and hash of every table; one question for all of them, as it is asked hundreds of times."""
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table: model._meta.pk.column for model in models}
    questions = [
        f"SELECT '{table}', md5(string_agg(({_ROW})::text, ' ' ORDER BY \"{key}\")) FROM \"{table}\" AS row"
        for table, key in tables.items()
        if table not in _IGNORED_TABLES
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(questions))
        return dict(cursor.fetchall())
