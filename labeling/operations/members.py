"""Projects, and who is in them with which role."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from labeling import policies
from labeling.models import Invitation, Membership, Project, Role, Task, User
from labeling.operations import audit
from labeling.operations.inputs import clean_name
from labeling.operations.leases import end_leases_of_member
from labeling.operations.model_versions import register_base_bundle
from labeling.operations.transitions import Conflict
from labeling.queries.task_filters import OPEN_STATES

BASE_BUNDLE = Path(settings.BASE_DIR) / "bundles" / "base"
"""The bundle that comes with VINloop."""


class AlreadyMember(Conflict):
    """The person is in the project already."""

    code = "already_member"


class LastAdmin(Conflict):
    """A project keeps an admin: somebody must be able to let others in."""

    code = "last_admin"
    default_message = "This is the project's last admin. Make somebody else an admin first."


def create_project(*, name: str, by: User, now: datetime, base_bundle: Path | None = BASE_BUNDLE) -> Project:
    """A project with `by` as its admin and the bundle in service; superusers and admins of any project may.

    Raises Forbidden, InvalidName, InvalidBundle.
    """
    is_admin = Membership.objects.filter(user=by, role=Role.ADMIN).exists()
    if not by.is_active or not (by.is_superuser or is_admin):
        raise policies.Forbidden("Only admins create projects.")
    cleaned = clean_name(name)
    with transaction.atomic():
        project = Project.objects.create(name=cleaned, slug=_find_free_slug(cleaned), created_at=now)
        facts = {"name": cleaned}
        audit.record(project=project, actor=by, verb="project.created", on=project, now=now, data=facts)
        _insert_member(project, by, Role.ADMIN, by, now)
    if base_bundle is not None:
        register_base_bundle(project=project, bundle_dir=base_bundle, by=by, now=now)
    return project


def add_member(*, project: Project, user: User, role: Role | str, by: User, now: datetime) -> Membership:
    """Raises AlreadyMember, Forbidden, NotFound."""
    policies.check_can(by, policies.Capability.MANAGE_MEMBERS, project)
    try:
        with transaction.atomic():
            return _insert_member(project, user, Role(role), by, now)
    except IntegrityError as error:
        raise AlreadyMember(f"{user} is in this project already.") from error


def change_role(*, membership: Membership, role: Role | str, by: User, now: datetime) -> Membership:
    """Raises LastAdmin, Forbidden, NotFound."""
    project = membership.project
    policies.check_can(by, policies.Capability.MANAGE_MEMBERS, project)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        membership.refresh_from_db()
        before, after = membership.role, Role(role)
        if before == Role.ADMIN and after != Role.ADMIN:
            _check_not_last_admin(membership)
        membership.role = after.value
        membership.save(update_fields=["role"])
        end_leases_of_member(project=project, user=membership.user, by=by, now=now)
        facts: dict[str, Any] = {"user": membership.user.username, "from": before, "to": after.value}
        if policies.Capability.ANNOTATE not in policies.CAPABILITIES[after]:
            facts["unassigned"] = _free_assigned_tasks(membership, now)
        audit.record(
            project=project, actor=by, verb="member.role_changed", on=membership, now=now, data=facts
        )
    return membership


def remove_member(*, membership: Membership, by: User, now: datetime) -> None:
    """Raises LastAdmin, Forbidden, NotFound. What the person did stays, under their name."""
    project = membership.project
    policies.check_can(by, policies.Capability.MANAGE_MEMBERS, project)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if membership.role == Role.ADMIN:
            _check_not_last_admin(membership)
        end_leases_of_member(project=project, user=membership.user, by=by, now=now)
        facts = {
            "user": membership.user.username,
            "role": membership.role,
            "unassigned": _free_assigned_tasks(membership, now),
        }
        audit.record(project=project, actor=by, verb="member.removed", on=membership, now=now, data=facts)
        membership.delete()


def insert_invited(*, invitation: Invitation, user: User, now: datetime) -> Membership:
    """The membership that an accepted invitation brings; the invitation was the permission."""
    return _insert_member(invitation.project, user, Role(invitation.role), invitation.invited_by, now)


def _insert_member(project: Project, user: User, role: Role, by: User, now: datetime) -> Membership:
    membership = Membership.objects.create(project=project, user=user, role=role.value, created_at=now)
    facts = {"user": user.username, "role": role.value}
    audit.record(project=project, actor=by, verb="member.added", on=membership, now=now, data=facts)
    return membership


def _free_assigned_tasks(membership: Membership, now: datetime) -> int:
    """What waited for somebody who leaves waits for whoever is free; returns how much that was."""
    mine = Task.objects.filter(project=membership.project, assignee=membership.user, state__in=OPEN_STATES)
    return mine.update(assignee=None, updated_at=now)


def _check_not_last_admin(membership: Membership) -> None:
    admins = Membership.objects.filter(project=membership.project, role=Role.ADMIN, user__is_active=True)
    if not admins.exclude(pk=membership.pk).exists():
        raise LastAdmin


def _find_free_slug(name: str) -> str:
    base = slugify(name)[:80] or "project"
    taken = set(Project.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
