"""`manage.py register_bundle`: a bundle from this machine as a model version."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from labeling.management.base import MemberCommand
from labeling.models import Project, User
from labeling.operations.members import BASE_BUNDLE
from labeling.operations.model_versions import register_base_bundle


class Command(MemberCommand):
    help = "Register a bundle as a model version; a project's first goes into service."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("bundle", nargs="?", type=Path, default=BASE_BUNDLE, help="its folder")

    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        version = register_base_bundle(
            project=project, bundle_dir=options["bundle"], by=by, now=timezone.now()
        )
        self.say(f"{version.name} is {version.get_state_display()}: {version.digest}")
