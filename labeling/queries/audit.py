"""What happened."""

from __future__ import annotations

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from labeling.models import AuditEvent, Project, Task, User
from labeling.policies import Capability, can
from labeling.queries.annotations import JUDGED
from labeling.queries.paging import InvalidCursor, Page, clamp_limit, decode_cursor, encode_cursor
from labeling.queries.quality import get_policy

AUTHORS_VERBS = ("annotation.submitted", "task.skipped", "task.reopened", "lease.claimed", "lease.released")
"""Events that say who wrote what waits for a verdict."""

SECRET_VERBS = ("policy.set", "probe.made", "photo.known_chosen", "photo.known_dropped")


def list_audit_events(
    *,
    project: Project,
    user: User | None = None,
    object_type: str = "",
    object_id: str = "",
    after: str = "",
    limit: int = 50,
) -> Page[AuditEvent]:
    """The events of a project, or of one thing in it, newest first, as far as this person may know of them.

    Raises InvalidCursor.
    """
    rows = without_secrets(AuditEvent.objects.filter(project=project), project, user).select_related("actor")
    if get_policy(project=project).blind_review:
        rows = rows.exclude(_names_an_author(project) & ~Q(actor=user))
    if object_type:
        rows = rows.filter(object_type=object_type)
    if object_id:
        rows = rows.filter(object_id=object_id)
    if after:
        rows = rows.filter(pk__lt=_read_key(after))
    size = clamp_limit(limit)
    found = list(rows.order_by("-id")[: size + 1])
    items = found[:size]
    return Page(items, encode_cursor([items[-1].pk]) if len(found) > size else None)


def without_secrets(rows: QuerySet[AuditEvent], project: Project, user: User | None) -> QuerySet[AuditEvent]:
    """How people are measured, and by which photos, is for those who may set it."""
    if user is not None and can(user, Capability.MANAGE_POLICY, project):
        return rows
    return rows.exclude(verb__in=SECRET_VERBS)


def _names_an_author(project: Project) -> Q:
    judged = Task.objects.filter(project=project, state__in=JUDGED)
    keys = judged.values_list(Cast("pk", CharField()), flat=True)
    return Q(verb__in=AUTHORS_VERBS, object_type="task", object_id__in=keys)


def _read_key(after: str) -> int:
    (key,) = decode_cursor(after, length=1)
    if key is None or not key.isascii() or not key.isdecimal() or len(key) > 18:
        raise InvalidCursor
    return int(key)
