"""People."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person who logs in. What they may do in a project is said by their Membership."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username
