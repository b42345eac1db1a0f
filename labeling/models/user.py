"""People."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person who logs in. What they may do in a project is said by their Membership."""

    editor_keys = models.JSONField(
        default=dict, blank=True, help_text="Keys of the editor that differ from the defaults, by command."
    )

    def __str__(self) -> str:
        return self.get_full_name() or self.username
