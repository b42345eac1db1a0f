"""Audit events as sentences."""

from typing import Any

from django import template

from labeling.models import AuditEvent

register = template.Library()

_SENTENCES = {
    "project.created": "{actor} created the project",
    "photo.uploaded": "{actor} uploaded {name}",
    "photo.queued": "The photo was put into the queue",
    "photo.claimed": "A worker began to read the photo",
    "photo.rendered": "The copies for the screen were made",
    "photo.read": "{model_version} read the photo",
    "photo.failed": "Reading failed: {failure}",
    "photo.quarantined": "The photo was set aside: {failure}",
    "photo.deleted": "{actor} deleted {name}",
    "task.opened": "The photo waits for annotation",
    "task.reopened": "{actor} put a photo back into the queue",
    "task.skipped": "{actor} skipped a photo: {reason}",
    "lease.claimed": "{actor} opened the photo",
    "lease.released": "{actor} put the photo back",
    "lease.expired": "Nobody worked on the photo any more, so it went back",
    "lease.removed": "The photo was taken from its holder",
    "annotation.submitted": "{actor} submitted revision {revision}",
    "review.submitted": "{actor} reviewed an annotation: {verdict}",
    "snapshot.frozen": "{actor} froze the snapshot {name}",
    "run.requested": "{actor} asked for a fine-tuning run on {snapshot}",
    "run.cancel_requested": "{actor} asked to cancel a run",
    "run.canceled": "{actor} canceled a run",
    "run.retried": "{actor} started a run again",
    "run.started": "A worker began a run",
    "model_version.registered": "{name} was registered",
    "model_version.promoted": "{actor} promoted a model version in place of {previous}",
    "model_version.rolled_back": "{actor} rolled back from {previous}",
    "member.added": "{actor} added {user} as {role}",
    "member.invited": "{actor} invited {name} as {role}",
    "member.removed": "{actor} removed {user}",
    "member.role_changed": "{actor} made {user} {to}",
    "invitation.accepted": "{user} accepted an invitation",
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
        return "something"
