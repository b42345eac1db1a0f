"""What members say to each other about a task, and whom they name in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.task import Task

LONGEST_COMMENT = 1000
LAST_INDEX = 16
"""Of the 17 characters of a VIN."""


class Comment(models.Model):
    """A remark on a photo, or on the character at `index` as revision `revision` had it.

    Plain text. Only its author edits it, which shows, and deletes it.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    index = models.PositiveSmallIntegerField(null=True, blank=True, help_text="0 to 16; empty: the photo.")
    revision = models.PositiveIntegerField(help_text="The task's, when this was written.")
    text = models.CharField(max_length=LONGEST_COMMENT)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(index=None) | models.Q(index__lte=LAST_INDEX), name="comment_index"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="comment_says_something"),
        ]
        indexes = [models.Index(fields=["task", "id"], name="comment_of_task")]

    def __str__(self) -> str:
        return f"comment of {self.author_id} on {self.task_id}"


class Mention(models.Model):
    """A member whom a comment names; it waits on their home page until they have read it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mentions")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="mention_unread", condition=models.Q(read_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.comment_id}"
