"""Comments on a photo or on one of its characters, and the members whom they name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from labeling import policies
from labeling.mentions import find_mentions
from labeling.models import Comment, Mention, Task, User
from labeling.operations import audit
from labeling.operations.inputs import clean_comment, clean_comment_index


def add_comment(*, task: Task, author: User, text: str, now: datetime, index: int | None = None) -> Comment:
    """Say something about the photo, or about the character at `index` (0 to 16).

    Raises InvalidComment, NotFound.
    """
    policies.check_can(author, policies.Capability.VIEW, task.project)
    with transaction.atomic():
        comment = Comment.objects.create(
            task=task,
            author=author,
            index=clean_comment_index(index),
            revision=task.revision,
            text=clean_comment(text),
            created_at=now,
        )
        _mention(comment, now)
        _record("comment.added", comment, author, now)
    return comment


def edit_comment(*, comment: Comment, by: User, text: str, now: datetime) -> Comment:
    """Say it differently; that it was edited shows. Raises InvalidComment, Forbidden, NotFound."""
    _check_own(comment, by)
    with transaction.atomic():
        comment.text, comment.edited_at = clean_comment(text), now
        comment.save(update_fields=["text", "edited_at"])
        _mention(comment, now)
        _record("comment.edited", comment, by, now)
    return comment


def delete_comment(*, comment: Comment, by: User, now: datetime) -> None:
    """That there was one stays in the audit trail; what it said does not. Raises Forbidden, NotFound."""
    _check_own(comment, by)
    with transaction.atomic():
        _record("comment.deleted", comment, by, now)
        comment.delete()


def read_mention(*, mention: Mention, by: User, now: datetime) -> Mention:
    """Take it off one's list. It concerns nobody else, so it makes no audit event. Raises NotFound."""
    if mention.user_id != by.pk:
        raise policies.NotFound
    Mention.objects.filter(pk=mention.pk, read_at=None).update(read_at=now)
    mention.refresh_from_db(fields=["read_at"])
    return mention


def _check_own(comment: Comment, by: User) -> None:
    policies.check_can(by, policies.Capability.VIEW, comment.task.project)
    if comment.author_id != by.pk:
        raise policies.Forbidden("Only its author can change or delete a comment.")


def _mention(comment: Comment, now: datetime) -> None:
    """Make the rows follow the text; whoever is still named keeps what they have read."""
    members = User.objects.filter(memberships__project=comment.task.project, is_active=True)
    by_name = {user.username: user for user in members.exclude(pk=comment.author_id)}
    named = [by_name[name] for name in find_mentions(comment.text, by_name)]
    comment.mentions.exclude(user__in=named).delete()
    for user in named:
        Mention.objects.get_or_create(comment=comment, user=user, defaults={"created_at": now})


def _record(verb: str, comment: Comment, by: User, now: datetime) -> None:
    facts: dict[str, Any] = {"comment": comment.pk}
    if comment.index is not None:
        facts["position"] = comment.index + 1
    audit.record(project=comment.task.project, actor=by, verb=verb, on=comment.task, now=now, data=facts)
