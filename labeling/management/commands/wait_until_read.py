"""`manage.py wait_until_read`: returns when the workers have read every photo, or the time is over."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from labeling.models import Photo
from labeling.queries.pages import UNREAD


class Command(BaseCommand):
    help = "Wait until no photo waits to be read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=120.0, help="how long to wait at most (120)")

    def handle(self, *args: Any, **options: Any) -> None:
        deadline = time.monotonic() + options["seconds"]
        while (left := Photo.objects.filter(state__in=UNREAD).count()) and time.monotonic() < deadline:
            time.sleep(0.5)
        self.stdout.write(f"Photos that wait to be read: {left}." if left else "Every photo is read.")
