"""Guidelines: admins write a new version, members say that they have read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from labeling import policies
from labeling.errors import DomainError
from labeling.models import Guideline, GuidelineReading, Project, User
from labeling.models.guideline import LONGEST_GUIDELINE
from labeling.operations import audit
from labeling.operations.inputs import clean_line
from labeling.operations.transitions import Conflict

MAX_NOTE = 200


class InvalidGuideline(DomainError):
    """The text is missing, too long, or what it is already."""

    code = "invalid_guideline"


class StaleGuideline(Conflict):
    """Somebody has written a newer version than the one that this is based on."""

    code = "stale_guideline"
    default_message = "Somebody has saved a newer version. Take over what they changed, then save again."


def write_guideline(
    *, project: Project, by: User, text: str, base_number: int, now: datetime, note: str = ""
) -> Guideline:
    """The next version, written on top of version `base_number` (0 for the first).

    Raises InvalidGuideline, StaleGuideline, Forbidden, NotFound.
    """
    policies.check_can(by, policies.Capability.WRITE_GUIDELINES, project)
    cleaned, cleaned_note = _clean_text(text), clean_line(note)[:MAX_NOTE]
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        newest = Guideline.objects.filter(project=project).order_by("-number").first()
        current = newest.number if newest else 0
        if current != base_number:
            raise StaleGuideline(fields={"current_number": current})
        if newest and newest.text == cleaned:
            raise InvalidGuideline("Nothing has changed.", fields={"text": "unchanged"})
        made = Guideline.objects.create(
            project=project, number=current + 1, text=cleaned, note=cleaned_note, author=by, created_at=now
        )
        facts = {"number": made.number, "note": cleaned_note}
        audit.record(project=project, actor=by, verb="guidelines.written", on=made, now=now, data=facts)
        _note_reading(project, by, made.number, now)
    return made


def read_guideline(*, project: Project, by: User, number: int, now: datetime) -> GuidelineReading:
    """Say that one has read this version; an older one takes nothing back. Raises NotFound.

    The row itself says who read what when, so there is no audit event.
    """
    policies.check_can(by, policies.Capability.VIEW, project)
    if not Guideline.objects.filter(project=project, number=number).exists():
        raise policies.NotFound
    with transaction.atomic():
        return _note_reading(project, by, number, now)


def _note_reading(project: Project, by: User, number: int, now: datetime) -> GuidelineReading:
    defaults = {"number": number, "read_at": now}
    reading, _ = GuidelineReading.objects.get_or_create(project=project, user=by, defaults=defaults)
    GuidelineReading.objects.filter(pk=reading.pk, number__lt=number).update(**defaults)
    reading.refresh_from_db()
    return reading


def _clean_text(text: Any) -> str:
    """Lines without controls, one newline each."""
    lines = text.replace("\t", "    ").splitlines() if isinstance(text, str) else []
    cleaned = "\n".join(_clean_markdown_line(line) for line in lines).strip()
    if not cleaned or len(cleaned) > LONGEST_GUIDELINE:
        raise InvalidGuideline(
            f"Write 1 to {LONGEST_GUIDELINE:,} characters.", fields={"text": "missing or too long"}
        )
    return cleaned


def _clean_markdown_line(line: str) -> str:
    """Indentation means something in Markdown, so it stays."""
    indent = len(line) - len(line.lstrip(" "))
    return (" " * indent + clean_line(line)).rstrip()
