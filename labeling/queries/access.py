"""What a person may see: a thing of a project that they are no member of does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet

from labeling.models import Project
from labeling.policies import Capability, NotFound, check_can

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

Row = TypeVar("Row", bound=Model)


def get_visible(
    rows: QuerySet[Row],
    *,
    user: User | AnonymousUser,
    key: UUID | str | int,
    project: Project | None = None,
) -> Row:
    """The row of this primary key, for a member of its project. Raises NotFound.

    With `project`, a row of another one is not found either: addresses name both.
    """
    try:
        row: Any = rows.get(pk=key)
    except (ObjectDoesNotExist, ValidationError, ValueError) as error:
        raise NotFound from error
    if project is not None and row.project_id != project.pk:
        raise NotFound
    check_can(user, Capability.VIEW, row.project)
    return row
