"""The icons of the pages: strokes on a 16 x 16 grid, drawn for VINloop."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_PATHS = {
    "home": "M2.5 7.2 8 2.5l5.5 4.7M4 6.5v7h8v-7M6.7 13.5v-4h2.6v4",
    "photos": "M2 4.5h12v9H2zM2 11l3.2-3 2.6 2.4 2.4-2.1L14 11.6M4.5 2.5h7M5.3 7a.6.6 0 1 0 0-.1z",
    "annotate": "M3 13h2.4l7.4-7.4-2.4-2.4L3 10.6zM9 4.6 11.4 7M8.5 13.5h5",
    "review": "M14 8a6 6 0 1 1-2.5-4.9M5.3 7.7l2.4 2.4L14 3.8",
    "queue": "M2.5 3.5h2v2h-2zM7 4.5h6.5M2.5 7.2h2v2h-2zM7 8.2h6.5M2.5 11h2v2h-2zM7 12h6.5",
    "raise": "M8 13V3.5M4 7.5l4-4 4 4",
    "lower": "M8 3v9.5M4 8.5l4 4 4-4",
    "datasets": "M8 2 14 5 8 8 2 5zM2.5 8 8 10.8 13.5 8M2.5 11 8 13.8 13.5 11",
    "runs": "M1.5 8.5h3L6.5 3l3 10 2-4.5h3",
    "models": "M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.6 5 8 8.1 13.4 5M8 8.1v6",
    "members": (
        "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c.3-2.7 2-4 4.5-4s4.2 1.3 4.5 4"
        "M10.5 2.8a2.4 2.4 0 0 1 0 4.5M12 9.8c1.5.5 2.3 1.8 2.5 3.7"
    ),
    "balance": "M8 2.5v11M5 13.5h6M3 4.5h10M3 4.5 1.2 9a2 2 0 0 0 3.6 0zM13 4.5 11.2 9a2 2 0 0 0 3.6 0z",
    "quality": "M2.5 2v11.5h11M5.5 11V8M8.5 11V4.5M11.5 11V6.5",
    "lesson": "M5.5 3h-2v11h9V3h-2M5.5 2h5v2.5h-5zM5.5 9.3l1.8 1.8 3.2-3.7",
    "download": "M8 2.5V11M4.5 7.5 8 11l3.5-3.5M2.5 11v2.5h11V11",
    "key": "M5.5 13.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM7.7 8.3l5.8-5.8M10.8 5.2l2.2 2.2",
    "sign-out": "M6.5 2.5h-4v11h4M6.5 8h7.5M11 5l3 3-3 3",
    "upload": "M8 11V2.5M4.5 6 8 2.5 11.5 6M2.5 10.5v3h11v-3",
    "search": "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3 14 14",
    "clock": "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.7V8l2.3 1.6",
    "check": "m3 8.5 3.3 3.3L13 4.6",
    "cross": "m4 4 8 8m0-8-8 8",
    "alert": "M8 2 14.5 13.5h-13zM8 6.5v3.3M8 11.6v.1",
    "info": "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.3v3.5M8 5v.1",
    "arrow": "M3 8h10M9 4l4 4-4 4",
    "back": "M13 8H3M7 4 3 8l4 4",
    "repeat": "M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 2v3h-3",
    "undo": "M5.5 3 2.5 6l3 3M2.8 6H9a4 4 0 0 1 0 8H6",
    "pause": "M5.5 3.5v9M10.5 3.5v9",
    "flag": "M4 14V2.5h8l-2 3 2 3H4",
    "eye-off": "M2 8c1.5-2.7 3.5-4 6-4s4.5 1.3 6 4c-1.5 2.7-3.5 4-6 4S3.5 10.7 2 8zM3 13 13 3",
    "lock": "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
    "plus": "M8 3v10M3 8h10",
    "trash": "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9M7 7.5v3.5M9 7.5v3.5",
    "sun": (
        "M8 10.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3"
        "M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9"
    ),
    "moon": "M13 9.8A5.7 5.7 0 0 1 6.2 3 5.7 5.7 0 1 0 13 9.8z",
    "system": "M2 3h12v8H2zM6 14h4M8 11v3",
    "dice": "M3 3h10v10H3zM5.7 5.7h.1M10.3 5.7h.1M8 8h.1M5.7 10.3h.1M10.3 10.3h.1",
    "dot": "M8 9.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
    "ring": "M8 13A5 5 0 1 0 8 3a5 5 0 0 0 0 10z",
    "half": "M8 13A5 5 0 1 0 8 3a5 5 0 0 0 0 10zM8 3v10",
    "skip": "M3 4l5 4-5 4zM9 4l4 4-4 4z",
    "archive": "M2 3h12v3H2zM3 6v7.5h10V6M6.5 9h3",
    "book": (
        "M8 4.2C6.6 3 4.6 2.8 2 3v9.5c2.6-.2 4.6 0 6 1.2 1.4-1.2 3.4-1.4 6-1.2V3c-2.6-.2-4.6 0-6 1.2z"
        "M8 4.2v9.5"
    ),
    "sheet": "M2 3h5v3H2zM9 3h5v3H9zM2 9.5h5v3H2zM9.3 11.2l1.7 1.7 3.2-3.6",
    "wand": "M2.5 13.5 10 6M9 3v2.4M13 7h-2.4M12.3 3.7l-1.6 1.6M5.5 2.5v2M4.5 3.5h2M13 11v2M12 12h2",
    "comment": "M2.5 3h11v8H8l-3.5 3v-3h-2z",
    "history": "M2.3 8a5.7 5.7 0 1 0 1.6-4L2.3 5.6M2.3 2.6v3h3M8 5v3.2l2.2 1.4",
    "external": "M6.5 3.5h-4v10h10v-4M9 2.5h4.5V7M13.5 2.5 7.5 8.5",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon beside a word that says the same: hidden from screen readers."""
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" '
        'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" '
        'focusable="false">'
        '<path d="{}"/></svg>',
        mark_safe(_PATHS[name]),  # noqa: S308  (a constant of this file)
    )


@register.simple_tag
def logo(size: int = 22) -> SafeString:
    """The mark of VINloop: a V in a loop."""
    return format_html(
        '<svg viewBox="0 0 32 32" width="{0}" height="{0}" fill="none" stroke="currentColor" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        '<path d="M28 16a12 12 0 1 1-3.8-8.7M25 2.5v5.2h-5.2" stroke-width="3"/>'
        '<path d="m10.8 12 5.2 9.4L21.2 12" stroke-width="3.2"/></svg>',
        size,
    )
