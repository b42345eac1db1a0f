"""How endpoints are described in the OpenAPI document."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.serializers import Serializer

from webapp.api.outputs import ErrorOutput

Form = type[Serializer[Any]]
ALWAYS = (401, 403, 429)


def describe(
    *,
    answers: dict[int, Form | None],
    takes: Form | dict[str, Form] | None = None,
    query: Form | None = None,
    errors: tuple[int, ...] = (404,),
    **options: Any,
) -> Callable[..., Any]:
    """The decorator of a verb: what it takes, what it answers, and how it may refuse."""
    taken = (400, 413, 415) if takes else ()
    asked = (400,) if query else ()
    refusals = dict.fromkeys(sorted({*ALWAYS, *taken, *asked, *errors}), ErrorOutput)
    parameters = [query] if query else []
    return extend_schema(request=takes, responses={**answers, **refusals}, parameters=parameters, **options)
