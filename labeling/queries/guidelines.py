"""A project's guidelines, and how much of them is news to a member."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from labeling.models import Guideline, GuidelineReading, Project, User
from labeling.policies import Capability, NotFound, check_can


@dataclass(frozen=True, slots=True)
class GuidelineState:
    """The newest version, if there is one, and the one that a member has read; 0 where none."""

    newest: Guideline | None
    read: int

    @property
    def is_news(self) -> bool:
        return self.newest is not None and self.newest.number > self.read


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line that one version has and the other has not."""

    is_new: bool
    text: str


def get_guideline_state(*, project: Project, user: User) -> GuidelineState:
    """Raises NotFound where the person is no member."""
    check_can(user, Capability.VIEW, project)
    newest = Guideline.objects.filter(project=project).select_related("author").order_by("-number").first()
    reading = GuidelineReading.objects.filter(project=project, user=user).first()
    return GuidelineState(newest, reading.number if reading else 0)


def list_guidelines(*, project: Project) -> list[Guideline]:
    """Every version, newest first."""
    rows = Guideline.objects.filter(project=project).select_related("author")
    return list(rows.order_by("-number"))


def get_guideline(*, project: Project, number: int) -> Guideline:
    """Raises NotFound."""
    row = Guideline.objects.filter(project=project, number=number).select_related("author").first()
    if row is None:
        raise NotFound
    return row


def compare_guidelines(before: Guideline, after: Guideline) -> list[ChangedLine]:
    """The lines that came and went, in their order; what stayed is left out."""
    lines = difflib.ndiff(before.text.splitlines(), after.text.splitlines())
    marked = [line for line in lines if line[0] in "+-" and line[2:].strip()]
    return [ChangedLine(line[0] == "+", line[2:]) for line in marked]
