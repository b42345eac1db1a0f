"""Audit events as sentences."""

from typing import Any

from django import template

from labeling.models import AuditEvent

register = template.Library()

_SENTENCES = {
    "photo.uploaded": "{actor} uploaded {name}",
    "photo.queued": "{actor} put the photo into the queue",
    "photo.claimed": "A worker began to read the photo",
    "photo.rendered": "The copies for the screen were made",
    "photo.read": "The model read the photo",
    "photo.failed": "Reading failed",
    "photo.quarantined": "The photo was set aside",
    "photo.deleted": "{actor} deleted {name}",
    "task.opened": "The photo waits for annotation",
    "task.reopened": "{actor} took the annotation back",
    "task.skipped": "{actor} skipped a photo",
    "lease.claimed": "{actor} opened the photo",
    "lease.released": "{actor} put the photo back",
    "lease.expired": "A lease ran out",
    "lease.removed": "{actor} lost the lease",
    "annotation.submitted": "{actor} submitted {text}",
    "review.submitted": "{actor} reviewed: {verdict}",
    "snapshot.frozen": "{actor} froze the snapshot {name}",
    "run.requested": "{actor} asked for a run",
    "run.canceled": "{actor} canceled a run",
    "version.promoted": "{actor} promoted a model version",
    "member.added": "{actor} added a member",
}


@register.filter
def event_sentence(event: AuditEvent) -> str:
    """What happened, with who did it; a verb without a sentence of its own is spelled out."""
    facts = _Facts(event.data, actor=str(event.actor) if event.actor else "The system")
    sentence = _SENTENCES.get(event.verb)
    if sentence:
        return sentence.format_map(facts)
    thing, _, deed = event.verb.partition(".")
    return f"{facts['actor']}: {thing.replace('_', ' ')} {deed.replace('_', ' ')}"


class _Facts(dict[str, str]):
    """The event's data as words; what it does not say is left vague rather than refused."""

    def __init__(self, data: dict[str, Any], *, actor: str) -> None:
        super().__init__({name: str(value).replace("_", " ") for name, value in data.items()})
        self["actor"] = actor

    def __missing__(self, name: str) -> str:
        return {"name": "a photo", "text": "an annotation", "verdict": "a verdict"}.get(name, "something")
