"""How endpoints are described in the OpenAPI document."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.serializers import BaseSerializer

from webapp.api.outputs import ErrorOutput

Serializer = type[BaseSerializer[Any]]
ALWAYS = (401, 403)


def describe(
    *,
    answers: dict[int, Serializer | None],
    takes: Serializer | None = None,
    errors: tuple[int, ...] = (404,),
    parameters: list[OpenApiParameter] | None = None,
    **options: Any,
) -> Callable[..., Any]:
    """The decorator of a verb: what it takes, what it answers, and how it may refuse."""
    taken = (400, 413, 415) if takes else ()
    refusals = dict.fromkeys(sorted({*ALWAYS, *taken, *errors}), ErrorOutput)
    return extend_schema(request=takes, responses={**answers, **refusals}, parameters=parameters, **options)
