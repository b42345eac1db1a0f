"""Whether this process lives, and whether it can serve: for load balancers and container engines."""

import os

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked, so that a lost database restarts nobody."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 where requests can be served. Without the broker they can: jobs start later."""
    checks = {"database": _can_reach_database(), "storage": _can_write_storage()}
    served = all(checks.values())
    return JsonResponse(
        {"status": "ok" if served else "unavailable", **checks}, status=200 if served else 503
    )


def _can_reach_database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _can_write_storage() -> bool:
    return os.access(settings.DATA_DIR, os.W_OK)
