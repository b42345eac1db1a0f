"""Comments on tasks, and the mentions that wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from labeling.mentions import Piece, split_mentions
from labeling.models import Comment, Mention, Project, Task, User
from labeling.policies import Capability, NotFound, check_can
from labeling.queries.annotations import READ_ONCE
from labeling.queries.blindness import HIDDEN_NAME, Veil, find_veil

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment as one viewer sees it; `names` are the members whom its text names."""

    id: int
    index: int | None
    revision: int
    text: str
    names: tuple[str, ...]
    author: User
    is_mine: bool
    created_at: datetime
    edited_at: datetime | None

    @property
    def pieces(self) -> list[Piece]:
        return split_mentions(self.text, self.names)

    @property
    def position(self) -> int | None:
        """Of the character that it is about, counted from 1."""
        return None if self.index is None else self.index + 1


@dataclass(frozen=True, slots=True)
class ShownMention:
    """A mention of the viewer, with the comment that names them."""

    id: int
    task: Task
    comment: ShownComment


def list_comments(*, task: Task, viewer: User | AnonymousUser) -> list[ShownComment]:
    """The comments on a task, oldest first; one's own alone while it waits for an independent reading.

    Raises NotFound.
    """
    check_can(viewer, Capability.VIEW, task.project)
    rows = Comment.objects.filter(task=task).select_related("author").prefetch_related("mentions__user")
    if task.state in READ_ONCE:
        rows = rows.filter(author_id=viewer.pk)
    veil = find_veil(viewer=viewer, task=task)
    return [show_comment(row, viewer, veil) for row in rows.order_by("id")]


def get_comment(*, user: User | AnonymousUser, comment_id: int, project: Project | None = None) -> Comment:
    """With `project`, one of another project is not found: addresses name both. Raises NotFound."""
    row = Comment.objects.select_related("task__project", "author").filter(pk=comment_id).first()
    if row is None or (project and row.task.project_id != project.pk):
        raise NotFound
    check_can(user, Capability.VIEW, row.task.project)
    return row


def get_mention(*, user: User, mention_id: int, project: Project | None = None) -> Mention:
    """One's own, in a project that one is in. Raises NotFound."""
    rows = Mention.objects.select_related("comment__task__project")
    row = rows.filter(pk=mention_id, user=user).first()
    if row is None or (project and row.comment.task.project_id != project.pk):
        raise NotFound
    check_can(user, Capability.VIEW, row.comment.task.project)
    return row


def count_unread_mentions(*, project: Project, user: User) -> int:
    return Mention.objects.filter(comment__task__project=project, user=user, read_at=None).count()


def list_unread_mentions(*, project: Project, user: User, limit: int = 20) -> list[ShownMention]:
    """The mentions of a person that they have not marked as read, newest first."""
    rows = Mention.objects.filter(comment__task__project=project, user=user, read_at=None)
    rows = rows.select_related("comment__task__photo", "comment__task__project", "comment__author")
    rows = rows.prefetch_related("comment__mentions__user").order_by("-id")
    return [_show_mention(row, user) for row in rows[:limit]]


def show_comment(comment: Comment, viewer: User | AnonymousUser, veil: Veil) -> ShownComment:
    """A comment as this viewer sees it: who is hidden is named neither above it nor in it."""
    names = {mention.user.username: False for mention in comment.mentions.all()}
    names |= dict.fromkeys(veil.hidden.values(), True)
    pieces = split_mentions(comment.text, names)
    return ShownComment(
        id=comment.pk,
        index=comment.index,
        revision=comment.revision,
        text="".join(HIDDEN_NAME if piece.name and names[piece.name] else piece.text for piece in pieces),
        names=tuple(name for name, is_hidden in names.items() if not is_hidden),
        author=User(username=HIDDEN_NAME) if veil.covers(comment.author_id) else comment.author,
        is_mine=comment.author_id == viewer.pk,
        created_at=comment.created_at,
        edited_at=comment.edited_at,
    )


def _show_mention(mention: Mention, viewer: User) -> ShownMention:
    task = mention.comment.task
    veil = find_veil(viewer=viewer, task=task)
    return ShownMention(mention.pk, task, show_comment(mention.comment, viewer, veil))
