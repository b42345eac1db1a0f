"""Links of the navigation, and filters that live in the address."""

from typing import Any

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from webapp.templatetags.icons import icon

register = template.Library()

_CHILDREN = {
    "photo": "photos",
    "run": "runs",
    "round": "rounds",
    "round-revoke": "rounds",
    "model": "models",
    "gate": "models",
    "drift": "models",
    "run-schedule": "runs",
    "quality-person": "quality",
    "dataset": "datasets",
    "dataset-difference": "datasets",
    "transfers": "datasets",
    "transfer": "datasets",
    "photo-history": "photos",
    "guidelines-edit": "guidelines",
    "queue-act": "queue",
    "order": "queue",
    "policy": "quality",
}


@register.simple_tag(takes_context=True)
def nav_link(
    context: RequestContext, name: str, symbol: str, word: str, count: int = 0, mark: str = ""
) -> SafeString:
    """One place to go; `count` says how much waits there, `mark` says something in a word."""
    request = context["request"]
    here = request.resolver_match.url_name if request.resolver_match else ""
    arguments = [context["project"].slug] if name != "tokens" else []
    return format_html(
        '<a class="nav-link" href="{}" title="{}"{}>{}<span class="nav-label">{}</span>{}</a>',
        reverse(name, args=arguments),
        word,
        SafeString(' aria-current="page"') if name in (here, _CHILDREN.get(here)) else "",
        icon(symbol),
        word,
        _count(count) or _mark(mark),
    )


def _count(count: int) -> SafeString | str:
    if not count:
        return ""
    return format_html(
        '<span class="count" title="{} waiting">{}</span>', count, count if count < 1000 else "999+"
    )


def _mark(word: str) -> SafeString | str:
    return format_html('<span class="count news">{}</span>', word) if word else ""


@register.simple_tag(takes_context=True)
def address(context: RequestContext, **changes: Any) -> str:
    """The address of this page with some filters changed; an empty value takes one away. Drops the cursor."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = value
    return f"?{query.urlencode()}" if query else context["request"].path
