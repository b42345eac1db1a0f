"""A person's own tokens."""

from __future__ import annotations

from labeling.models import PersonalToken, User
from labeling.policies import NotFound


def get_token(*, user: User, token_id: int) -> PersonalToken:
    """One's own. Raises NotFound."""
    token = PersonalToken.objects.filter(user=user, pk=token_id).first()
    if token is None:
        raise NotFound
    return token


def list_tokens(*, user: User) -> list[PersonalToken]:
    """One's own, newest first, revoked ones included."""
    return list(PersonalToken.objects.filter(user=user).order_by("-created_at", "-id"))
