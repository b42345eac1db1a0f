"""`manage.py promote_version`: put a model version into service, or the previous one again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from labeling.management.base import MemberCommand
from labeling.management.commands.request_run import find_version
from labeling.models import Project, User
from labeling.operations import model_versions


class Command(MemberCommand):
    help = "Put a model version into service. Workers take it up with their next photo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--model-version", help="such as v2")
        which.add_argument("--rollback", action="store_true", help="the one before the champion")
        parser.add_argument(
            "--no-reread",
            dest="reread",
            action="store_false",
            help="leave open tasks with the readings they show",
        )
        parser.add_argument("--reason", default="", help="why, where the gate did not pass")

    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        now = timezone.now()
        if options["rollback"]:
            promotion = model_versions.rollback(project=project, by=by, now=now, reread=options["reread"])
        else:
            version = find_version(project, options["model_version"])
            promotion = model_versions.promote_version(
                version=version,
                by=by,
                now=now,
                override_reason=options["reason"],
                reread=options["reread"],
            )
        self.say(f"{promotion.model_version.name} is in service.")
