"""Sign-up is closed: a person is invited by a link that works once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from labeling import policies
from labeling.errors import DomainError
from labeling.models import Invitation, Membership, Project, Role, User
from labeling.operations import audit
from labeling.operations.inputs import clean_name
from labeling.operations.members import AlreadyMember, insert_invited
from labeling.operations.transitions import Conflict

VALID_FOR = timedelta(days=7)
NO_INVITATION = "There is no such invitation. Check that the link is whole, or ask for a new one."


class InvitationClosed(Conflict):
    """The link was used already, or is too old."""

    code = "invitation_closed"
    default_message = "This invitation was used already or is too old. Ask for a new one."


class InvalidAccount(DomainError):
    """The username is taken or odd, or the password too weak; `fields` says which."""

    code = "invalid_account"


def invite_member(
    *, project: Project, role: Role | str, name: str, by: User, now: datetime
) -> tuple[Invitation, str]:
    """An invitation and its token, which is shown this once. Raises Forbidden, NotFound, InvalidName."""
    policies.check_can(by, policies.Capability.MANAGE_MEMBERS, project)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            project=project,
            role=Role(role).value,
            name=clean_name(name, limit=150),
            token_sha256=_hash(token),
            invited_by=by,
            created_at=now,
            expires_at=now + VALID_FOR,
        )
        facts = {"name": invitation.name, "role": invitation.role}
        audit.record(project=project, actor=by, verb="member.invited", on=invitation, now=now, data=facts)
    return invitation, token


def get_open_invitation(*, token: str, now: datetime) -> Invitation:
    """Raises NotFound, InvitationClosed."""
    related = Invitation.objects.select_related("project", "invited_by")
    invitation = related.filter(token_sha256=_hash(token)).first()
    if invitation is None:
        raise policies.NotFound(NO_INVITATION)
    if not invitation.is_open(now):
        raise InvitationClosed
    return invitation


def accept_invitation(*, token: str, username: str, password: str, now: datetime) -> User:
    """A new person with the role of the invitation. Raises NotFound, InvitationClosed, InvalidAccount."""
    invitation = get_open_invitation(token=token, now=now)
    user = _check_account(username, password)
    try:
        with transaction.atomic():
            _close(invitation, now)
            user.save()
            _let_in(invitation, user, now)
    except IntegrityError as error:
        raise _taken() from error
    return user


def join_by_invitation(*, token: str, user: User, now: datetime) -> Membership:
    """The role of the invitation for somebody who has an account.

    Raises NotFound, InvitationClosed, AlreadyMember.
    """
    invitation = get_open_invitation(token=token, now=now)
    try:
        with transaction.atomic():
            _close(invitation, now)
            return _let_in(invitation, user, now)
    except IntegrityError as error:
        raise AlreadyMember(f"You are in {invitation.project.name} already.") from error


def _close(invitation: Invitation, now: datetime) -> None:
    """Whoever changes the row has the invitation; of two at once one finds it taken."""
    if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=now):
        raise InvitationClosed


def _let_in(invitation: Invitation, user: User, now: datetime) -> Membership:
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    audit.record(
        project=invitation.project,
        actor=user,
        verb="invitation.accepted",
        on=invitation,
        now=now,
        data={"user": user.username},
    )
    return insert_invited(invitation=invitation, user=user, now=now)


def _check_account(username: str, password: str) -> User:
    user = User(username=User.normalize_username(username.strip()))
    fields: dict[str, str] = {}
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        fields["username"] = " ".join(error.messages)
    try:
        validate_password(password, user)
    except ValidationError as error:
        fields["password"] = " ".join(error.messages)
    if fields:
        raise InvalidAccount(" ".join(fields.values()), fields=fields)
    if User.objects.filter(username__iexact=user.username).exists():
        raise _taken()
    user.set_password(password)
    return user


def _taken() -> InvalidAccount:
    message = "This username is taken. If it is yours, log in and open the link again."
    return InvalidAccount(message, fields={"username": message})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
