"""What the commands share: they act as a person in a project, and a refusal is one line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.errors import DomainError
from labeling.models import Project, User
from labeling.policies import NotFound
from labeling.queries.members import find_person
from labeling.queries.projects import get_project


class DomainCommand(BaseCommand):
    """A command that turns refusals of the domain into one line and exit code 1."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DomainError as error:
            raise CommandError(error.message) from error


class MemberCommand(DomainCommand, ABC):
    """A command of a member of a project. Subclasses implement `act`."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, help="the project's short name in its address")
        parser.add_argument("--by", required=True, help="the user name of the person who does this")

    def handle(self, *args: Any, **options: Any) -> None:
        person = self._find(options["by"])
        self.act(project=get_project(user=person, slug=options["project"]), by=person, options=options)

    @abstractmethod
    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        """What the command does."""

    def say(self, line: str) -> None:
        self.stdout.write(line)

    def _find(self, username: str) -> User:
        try:
            return find_person(username=username)
        except NotFound as error:
            raise CommandError(f"Nobody logs in as {username}.") from error
