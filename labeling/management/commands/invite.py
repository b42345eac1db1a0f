"""`manage.py invite`: a link by which a person joins."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from labeling.management.base import MemberCommand
from labeling.models import Project, Role, User
from labeling.operations.invitations import invite_member


class Command(MemberCommand):
    help = "Invite a person into a project. The link is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--name", required=True, help="who is invited: a name or an address")

    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        invitation, token = invite_member(
            project=project, role=options["role"], name=options["name"], by=by, now=timezone.now()
        )
        self.say(f"{invitation.name} joins at /invitations/{token}/ until {invitation.expires_at:%Y-%m-%d}.")
