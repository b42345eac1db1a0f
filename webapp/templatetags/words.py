"""How values are written on the pages: VINs, confidence, states, times, sizes."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from inference.metrics import align_texts
from labeling.models import Task
from webapp.acquisition_words import say_reasons
from webapp.run_words import NETWORK_WORDS
from webapp.templatetags.icons import icon

register = template.Library()

# state -> (word, icon, tone). One table for every kind of row, so that no word means two things.
STATE_WORDS = {
    "uploaded": ("Uploaded", "ring", ""),
    "queued": ("Queued", "clock", ""),
    "processing": ("Reading", "runs", "info"),
    "ready": ("Read", "check", ""),
    "failed": ("Failed", "alert", "danger"),
    "quarantined": ("Set aside", "alert", "danger"),
    "new": ("To annotate", "annotate", "accent"),
    "in_progress": ("Being annotated", "half", "info"),
    "second_reading": ("2nd reading", "annotate", "accent"),
    "in_second_reading": ("Being read again", "half", "info"),
    "conflict": ("Conflict", "balance", "warning"),
    "in_adjudication": ("Being settled", "half", "info"),
    "submitted": ("To review", "review", "accent"),
    "in_review": ("Being reviewed", "half", "info"),
    "accepted": ("Accepted", "check", "positive"),
    "rejected": ("Sent back", "undo", "warning"),
    "unreadable": ("Unreadable", "eye-off", "warning"),
    "skipped": ("Skipped", "skip", ""),
    "auto_accepted": ("Pseudo-label", "wand", ""),
    "auditing": ("Being audited", "sheet", "accent"),
    "upheld": ("Upheld", "check", "positive"),
    "revoked": ("Revoked", "undo", "warning"),
    "running": ("Running", "runs", "info"),
    "checked": ("To confirm", "flag", "accent"),
    "done": ("Done", "check", "positive"),
    "stopped": ("Stopped", "cross", ""),
    "succeeded": ("Finished", "check", "positive"),
    "canceled": ("Canceled", "cross", ""),
    "candidate": ("Being measured", "half", "info"),
    "evaluated": ("Measured", "flag", "accent"),
    "promoted": ("In service", "check", "positive"),
    "archived": ("Archived", "archive", ""),
    "fixed_and_accepted": ("Fixed and accepted", "check", "positive"),
    "read": ("Read", "check", ""),
}

ROLE_WORDS = {
    "annotator": "Annotator",
    "reviewer": "Reviewer",
    "ml_engineer": "ML engineer",
    "admin": "Admin",
}

ROLE_PHRASES = {
    "annotator": "an annotator",
    "reviewer": "a reviewer",
    "ml_engineer": "an ML engineer",
    "admin": "an admin",
}

HIGH_CONFIDENCE = 0.95
MEDIUM_CONFIDENCE = 0.75


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """A state as a word with its shape and tone."""
    word, symbol, tone = STATE_WORDS[state]
    return format_html('<span class="badge {}" data-state="{}">{}{}</span>', tone, state, icon(symbol), word)


@register.filter
def state_word(state: str) -> str:
    """The word for a state alone."""
    return STATE_WORDS[state][0]


@register.filter
def role_word(role: str) -> str:
    """The word for a role."""
    return ROLE_WORDS[role]


@register.filter
def network_word(network: str) -> str:
    """The word for a network; reports of old runs named none."""
    return NETWORK_WORDS.get(network, "The networks")


@register.filter
def setting_word(name: str) -> str:
    """A setting of the training as words."""
    return name.replace("_", " ").capitalize()


@register.filter
def role_phrase(role: str) -> str:
    """The role as part of a sentence."""
    return ROLE_PHRASES[role]


@register.simple_tag
def vin(text: str, large: bool = False) -> SafeString:
    """A VIN in its three parts: maker (3), description (6), serial (8); '?' stands out."""
    if not text:
        return format_html('<span class="faint">no VIN found</span>')
    parts = [text[:3], text[3:9], text[9:]] if len(text) == 17 else [text]
    body = format_html_join("", '<span class="vin-part">{}</span>', ((_mark_unread(part),) for part in parts))
    return format_html('<span class="vin{}" translate="no">{}</span>', " large" if large else "", body)


def _mark_unread(part: str) -> SafeString:
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<b class="unreadable-symbol">?</b>') if symbol == "?" else symbol,)
            for symbol in part
        ),
    )


@register.simple_tag
def vin_beside(text: str, expected: str) -> SafeString:
    """A VIN with a mark on each symbol that another one does not have at its place."""
    if not text:
        return format_html('<span class="faint">no VIN found</span>')
    body = format_html_join(
        "",
        "{}",
        (
            (after if before == after else format_html("<mark>{}</mark>", after or "∅"),)
            for before, after in align_texts(expected, text)
        ),
    )
    return format_html('<span class="vin" translate="no">{}</span>', body)


def confidence_level(value: float) -> str:
    """high, medium or low, as the editor's cells have it."""
    if value >= HIGH_CONFIDENCE:
        return "high"
    return "medium" if value >= MEDIUM_CONFIDENCE else "low"


@register.simple_tag
def confidence(value: float | None, bare: bool = False) -> SafeString:
    """A confidence as number, colour and shape: of a whole VIN, or `bare` of one character among others."""
    if value is None:
        return SafeString("")
    level = confidence_level(value)
    percent = min(int(value * 100), 99) if value < 1 else 100
    return format_html(
        '<span class="confidence {0}" title="The model is {1} % sure of {4}">'
        '<svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">{2}</svg>{1}{3}</span>',
        level,
        percent,
        _SHAPES[level],
        "" if bare else " %",
        "this character" if bare else "the whole VIN",
    )


_SHAPES = {
    "high": SafeString('<circle cx="5" cy="5" r="4" fill="currentColor"/>'),
    "medium": SafeString(
        '<circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" stroke-width="1.2"/>'
        '<path d="M5 1.6a3.4 3.4 0 0 1 0 6.8z" fill="currentColor"/>'
    ),
    "low": SafeString('<path d="M5 1.2 9.2 8.8H.8z" fill="none" stroke="currentColor" stroke-width="1.3"/>'),
}


@register.filter
def probability(value: float) -> str:
    """A probability that is never rounded to nothing or to certainty."""
    if 0 < value < 0.0005:
        return "< 0.1 %"
    return "> 99.9 %" if 0.9995 <= value < 1 else f"{value * 100:.1f} %"


@register.simple_tag
def ago(moment: datetime | None) -> SafeString:
    """'4 minutes ago' with the exact time on hover."""
    if moment is None:
        return format_html('<span class="faint">never</span>')
    exact = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        exact.isoformat(timespec="seconds"),
        exact.strftime("%d %B %Y, %H:%M:%S %Z").lstrip("0"),
        _distance(timezone.now() - moment, moment),
    )


def _distance(passed: timedelta, moment: datetime) -> str:
    if passed < timedelta():
        return f"in {duration(-passed)}"
    if passed < timedelta(seconds=45):
        return "just now"
    if passed < timedelta(days=7):
        return f"{duration(passed)} ago"
    return timezone.localtime(moment).strftime("%d %b %Y").lstrip("0")


@register.filter
def duration(passed: timedelta | float | None) -> str:
    """A length of time in the words a person uses, one unit: '40 seconds', '5 minutes', '3 hours'."""
    if passed is None:
        return ""
    seconds = passed.total_seconds() if isinstance(passed, timedelta) else float(passed)
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size or size == 1:
            amount = max(0, round(seconds / size))
            return f"{amount} {word}{'' if amount == 1 else 's'}"
    return ""


@register.filter
def percent(value: float | None, digits: int = 0) -> str:
    """A share between 0 and 1 as '61 %'."""
    return "–" if value is None else f"{value * 100:.{digits}f} %"


@register.filter
def plural(count: int, words: str) -> str:
    """'3 photos' from 3|plural:'photo,photos'."""
    one, many = words.split(",")
    return f"{count:,} {one if count == 1 else many}"


@register.filter
def percent_range(bounds: tuple[float, float]) -> str:
    """An interval of shares as '1 to 9 %'."""
    low, high = (f"{bound * 100:.0f}" for bound in bounds)
    return f"{low} to {high} %"


@register.filter
def why(task: Task) -> str:
    """Why a photo is asked about, as a phrase; empty where nothing stands out."""
    return say_reasons(task.reasons)


ERROR_WORDS = {
    400: ("That was not understood", "Go back, reload the page and try again: nothing was changed."),
    403: ("You may not do this", "An admin of the project can give you the role that it needs."),
    404: (
        "Not found",
        "Check the address. Somebody may have removed it, or it belongs to a project you are not in.",
    ),
    409: (
        "Something changed in the meantime",
        "Go back and reload to see what it is now.",
    ),
    413: ("Too large", "Send it in smaller parts."),
    429: ("Too many attempts", "A pause keeps strangers from guessing passwords."),
    500: ("Something broke on our side", "It was written to the log. Try again in a minute."),
}


@register.filter
def error_title(status: int) -> str:
    """What happened, in a few words."""
    return ERROR_WORDS.get(status, ERROR_WORDS[400])[0]


@register.filter
def error_advice(status: int) -> str:
    """What to do next."""
    return ERROR_WORDS.get(status, ERROR_WORDS[400])[1]
