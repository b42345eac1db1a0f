"""What every endpoint has in common."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, cast

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from labeling.models import User
from webapp.api.exceptions import PayloadTooLarge
from webapp.api.permissions import HasScope

FORM_OVERHEAD = 64 * 1024
"""Bytes of a form besides its file: boundaries, headers, names."""


class ApiThrottle(UserRateThrottle):
    """Enough for a person who saves drafts while uploading, too little to hammer.

    Counted in the memory of each web process, so that the true limit grows with their number.
    """

    rate = "1800/min"


class ApiView(APIView):
    """An endpoint: reads the input, makes one call to the domain, writes the answer.

    `scopes` says for each verb which scopes let a personal token use it; one of them is enough.
    """

    scopes: ClassVar[Mapping[str, Collection[str]]] = {}
    permission_classes = [IsAuthenticated, HasScope]
    throttle_classes = [ApiThrottle]
    metadata_class = None

    @property
    def default_response_headers(self) -> dict[str, str]:
        # What one person may see, no cache between keeps for the next.
        answers = {"Vary": "Authorization, Cookie", "Cache-Control": "private, no-store"}
        return {**super().default_response_headers, **answers}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before authentication: looking for a CSRF token in a form would read the whole of it.
        self._check_size(request)
        super().initial(request, *args, **kwargs)

    def largest_body(self, request: Request) -> int:
        """In bytes."""
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    def _check_size(self, request: Request) -> None:
        announced = str(request.META.get("CONTENT_LENGTH") or "0")
        if not announced.isdecimal():
            raise ParseError("Content-Length is not a number.")
        # WSGI never hands over more than Content-Length, so the announced size is also the true one.
        limit = self.largest_body(request)
        if int(announced) > limit:
            raise PayloadTooLarge(f"Up to {limit // 1024} KiB are taken here.")


def read_input(form: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """The checked body. Raises ValidationError."""
    reader = form(data=request.data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def read_query(form: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """The checked parameters of the address. Raises ValidationError."""
    reader = form(data=request.query_params.dict())
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def current_user(request: Request) -> User:
    """Who asks; the permission classes have made sure that it is somebody."""
    return cast(User, request.user)
