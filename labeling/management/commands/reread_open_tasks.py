"""`manage.py reread_open_tasks`: let the version in service read what waits untouched again."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from labeling.management.base import MemberCommand
from labeling.models import Project, User
from labeling.operations import rereadings


class Command(MemberCommand):
    help = "Let the version in service read the tasks again that nobody has touched."

    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        rereading = rereadings.request_rereading(project=project, by=by, now=timezone.now())
        self.say(f"{rereading.model_version.name} reads {rereading.total} open tasks again.")
