"""Personal tokens for the API: shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from labeling import policies
from labeling.errors import DomainError
from labeling.models import PersonalToken, Scope, User
from labeling.operations import audit
from labeling.operations.inputs import clean_name

PREFIX = "vinloop_"
_SHOWN = len(PREFIX) + 4
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


class InvalidToken(DomainError):
    """What a token is asked to be for, or until when, makes no sense."""

    code = "invalid_token_request"


def create_token(
    *, user: User, name: str, scopes: Sequence[str], expires_at: datetime | None, now: datetime
) -> tuple[PersonalToken, str]:
    """A token and its secret, which nobody can show again. Raises InvalidToken, InvalidName."""
    wanted = sorted({scope for scope in scopes if scope in set(Scope)})
    if not wanted or len(wanted) != len(set(scopes)):
        known = ", ".join(Scope)
        raise InvalidToken(f"Choose one or more of these: {known}.", fields={"scopes": "unknown or missing"})
    if expires_at is not None and expires_at <= now:
        raise InvalidToken("The token would have expired already.", fields={"expires_at": "in the past"})
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = PersonalToken.objects.create(
            user=user,
            name=clean_name(name),
            prefix=secret[:_SHOWN],
            sha256=_hash(secret),
            scopes=wanted,
            created_at=now,
            expires_at=expires_at,
        )
        facts = {"name": token.name, "scopes": wanted}
        audit.record(project=None, actor=user, verb="token.created", on=token, now=now, data=facts)
    return token, secret


def revoke_token(*, token: PersonalToken, by: User, now: datetime) -> PersonalToken:
    """One's own only; a revoked one stays as it was revoked. Raises NotFound."""
    if token.user_id != by.pk:
        raise policies.NotFound
    with transaction.atomic():
        if PersonalToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            audit.record(project=None, actor=by, verb="token.revoked", on=token, now=now)
    token.refresh_from_db()
    return token


def find_token(secret: str, now: datetime) -> PersonalToken | None:
    """The valid token of an active person, or None. Notes its use, once a minute at most."""
    token = PersonalToken.objects.select_related("user").filter(sha256=_hash(secret)).first()
    if token is None or not token.is_valid(now) or not token.user.is_active:
        return None
    if token.last_used_at is None or now - token.last_used_at >= _USE_IS_NOTED_EVERY:
        PersonalToken.objects.filter(pk=token.pk).update(last_used_at=now)
        token.last_used_at = now
    return token


def _hash(secret: str) -> str:
    # A random secret of 256 bits needs no slow hash.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
