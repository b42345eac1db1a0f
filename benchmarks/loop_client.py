"""A person at work over the API of a running system: logged in as in the browser, refused like anybody."""

from __future__ import annotations

import http.cookiejar
import io
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

LONGEST_REQUEST = 600.0
"""Seconds."""
BETWEEN_LOOKS = 2.0
"""Seconds between two looks at what a worker does."""


class Refused(RuntimeError):
    """The server refused what was asked for; the message is its own."""


class Client:
    """The session of one person. Raises Refused, and OSError where the server cannot be reached."""

    def __init__(self, address: str, *, username: str, password: str) -> None:
        self._address = address.rstrip("/")
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self._send("GET", "/login/")
        fields = {"username": username, "password": password, "csrfmiddlewaretoken": self._csrf_token()}
        form = urllib.parse.urlencode(fields).encode()
        self._send("POST", "/login/", form, "application/x-www-form-urlencoded")
        self.get("projects")  # refused where the password was wrong

    def get(self, path: str, **query: object) -> Any:
        """The answer to a GET below /api/v1/."""
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        return _decode(self._send("GET", f"/api/v1/{path}{asked}"))

    def post(self, path: str, **body: object) -> Any:
        """The answer to a POST below /api/v1/; None where there is nothing to say."""
        return _decode(self._send("POST", f"/api/v1/{path}", json.dumps(body).encode(), "application/json"))

    def put(self, path: str, **body: object) -> Any:
        return _decode(self._send("PUT", f"/api/v1/{path}", json.dumps(body).encode(), "application/json"))

    def list(self, path: str, **query: object) -> Iterator[Any]:
        """The items of all pages of a list."""
        page = self.get(path, **query)
        yield from page["items"]
        while page.get("next_cursor"):
            page = self.get(path, **query, after=page["next_cursor"])
            yield from page["items"]

    def upload(self, path: str, name: str, content: bytes) -> Any:
        """The answer to a file that is sent as the field `file` of a form."""
        boundary = "vinloop-benchmark-boundary"
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return _decode(
            self._send("POST", f"/api/v1/{path}", body, f"multipart/form-data; boundary={boundary}")
        )

    def fetch(self, path: str) -> bytes:
        """The file at a path of the server."""
        return self._send("GET", path)

    def _send(self, verb: str, path: str, body: bytes | None = None, content_type: str = "") -> bytes:
        headers = {"Referer": self._address, "X-CSRFToken": self._csrf_token()}
        if content_type:
            headers["Content-Type"] = content_type
        request = urllib.request.Request(self._address + path, data=body, headers=headers, method=verb)  # noqa: S310
        try:
            with self._opener.open(request, timeout=LONGEST_REQUEST) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise Refused(
                f"{verb} {path}: {error.code} {error.read().decode(errors='replace')[:500]}"
            ) from error

    def _csrf_token(self) -> str:
        return next((cookie.value or "" for cookie in self._cookies if cookie.name == "csrftoken"), "")


def _decode(content: bytes) -> Any:
    return json.loads(content) if content else None


def pack(paths: Sequence[Path]) -> bytes:
    """The files as a ZIP, by their names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    return target.getvalue()


def wait(look: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """What `look` finds as soon as it finds anything. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {seconds:.0f} s: {what}.")
        time.sleep(BETWEEN_LOOKS)
    return found
