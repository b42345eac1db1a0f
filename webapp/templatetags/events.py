"""Audit events as sentences."""

from datetime import timedelta
from typing import Any

from django import template

from labeling.models import AuditEvent, PromotionKind
from labeling.queries.blindness import HIDDEN_NAME
from labeling.queries.pages import PHOTO_EVENTS, RECENT_EVENTS
from webapp.bulk_words import VERBS, count_tasks
from webapp.drift_words import name_measure
from webapp.templatetags.words import ROLE_PHRASES

register = template.Library()
ONE_SITTING = timedelta(minutes=30)

_SENTENCES = {
    "project.created": "{actor} created the project",
    "photo.uploaded": "{actor} uploaded {name}",
    "photo.queued": "The photo was sent to a worker to be read",
    "photo.claimed": "A worker began to read the photo",
    "photo.rendered": "The copies for the screen were made",
    "photo.read": "{model_version} read the photo",
    "photo.failed": "Reading failed: {failure}",
    "photo.quarantined": "The photo was set aside: {failure}",
    "photo.deleted": "{actor} deleted {name}",
    "task.opened": "The photo came into the queue for annotation",
    "task.reopened": "{actor} put a photo back into the queue",
    "task.checked": "{actor} checked the accepted reading: it is right",
    "task.found_wrong": "{actor} found the accepted reading wrong, so the photo is to be annotated again",
    "annotation.restored": "{actor} restored revision {restored} as revision {revision}",
    "comment.added": "{actor} commented",
    "comment.edited": "{actor} edited a comment",
    "comment.deleted": "{actor} deleted a comment",
    "guidelines.written": "{actor} wrote version {number} of the guidelines",
    "task.skipped": "{actor} skipped a photo: {reason}",
    "lease.claimed": "{actor} opened the photo",
    "lease.released": "{actor} put the photo back",
    "lease.expired": "Nobody worked on the photo any more, so it went back",
    "lease.removed": "The photo was taken from its holder",
    "lease.recalled": "{actor} took the photo back from its holder",
    "task.assigned": "{actor} assigned the photo to {assignee}",
    "task.unassigned": "{actor} left the photo to whoever is free",
    "task.raised": "{actor} raised the photo's priority",
    "task.lowered": "{actor} lowered the photo's priority",
    "task.put_back": "{actor} put the photo back into the queue",
    "task.restored": "{actor} undid an action on many tasks",
    "bulk_action.begun": "A worker began an action on many tasks",
    "bulk_action.done": "{actor} changed the queue: {bulk_done}",
    "bulk_action.stopped": "{actor} stopped an action on many tasks",
    "bulk_action.undo_requested": "{actor} asked to undo an action on many tasks",
    "bulk_action.undone": "{actor} undid a change of {undone} tasks in the queue",
    "annotation.submitted": "{actor} submitted revision {revision}",
    "adjudication.submitted": "{actor} settled two readings that differed",
    "review.submitted": "{actor} reviewed an annotation: {verdict}",
    "photo.known_chosen": "{actor} chose the photo to measure people by",
    "photo.known_dropped": "{actor} let the photo go as a known one",
    "policy.set": "{actor} set quality policy {number}: {reason}",
    "acquisition.set": "{actor} changed which photos come first: {reason}",
    "snapshot.frozen": "{actor} froze the snapshot {name}",
    "photo.kind_set": "{actor} said what the VIN is written on",
    "task.doubted": "{actor} sent a label of {snapshot} back to review",
    "annotation.imported": "{actor} imported a label",
    "annotation.placed": "{actor} imported where the characters of a label are, as revision {revision}",
    "export.requested": "{actor} asked for an export of {snapshot}",
    "export.succeeded": "An export is ready: {message}",
    "export.failed": "An export failed: {error}",
    "export.canceled": "An export was canceled",
    "import.requested": "{actor} uploaded {name} to import it",
    "import.checked": "Every row of an import was checked",
    "import.confirmed": "{actor} confirmed an import",
    "import.succeeded": "An import is done: {message}",
    "import.failed": "An import failed: {error}",
    "import.canceled": "An import was canceled",
    "run.requested": "{actor} asked for a fine-tuning run on {snapshot}",
    "run.priority_changed": "{actor} moved a run in the queue",
    "run_schedule.changed": "{actor} changed when runs start by themselves",
    "run.cancel_requested": "{actor} asked to cancel a run",
    "run.canceled": "{actor} canceled a run",
    "run.retried": "{actor} started a run again",
    "run.started": "A worker began a run",
    "pseudo_round.requested": "{actor} asked for pseudo-label {round} by {teacher}",
    "pseudo_round.started": "A worker began pseudo-label {round}",
    "pseudo_round.accepted": "Pseudo-label {round} is read: {message}",
    "pseudo_round.upheld": "The audit upheld pseudo-label {round}",
    "pseudo_round.revoked": "{actor} revoked pseudo-label {round}: {reason}",
    "pseudo_round.failed": "Pseudo-label {round} failed: {error}",
    "pseudo_round.cancel_requested": "{actor} asked to cancel pseudo-label {round}",
    "pseudo_round.canceled": "Pseudo-label {round} was canceled",
    "pseudo_round.retried": "{actor} started pseudo-label {round} again",
    "pseudo_round.worker_lost": "The worker of pseudo-label {round} was lost, so another one goes on",
    "task.trusted": "Pseudo-label {round} trusts the reading",
    "task.label_revoked": "Pseudo-label {round} was revoked, so the photo is to be annotated",
    "gate.changed": "{actor} changed the rules of the gate",
    "model_version.judged": "{actor} had a model version judged by today's rules",
    "model_version.registered": "{name} was registered",
    "model_version.promoted": "{actor} promoted {version} in place of {previous}",
    "model_version.rolled_back": "{actor} rolled back from {previous} to {version}",
    "shadow.started": "{actor} let {name} read beside {champion}, unseen",
    "shadow.ended": "{name} no longer reads beside the version in service",
    "rereading.requested": "{actor} let {name} read {total} open tasks again",
    "rereading.done": "Open tasks were read again: {read}",
    "rereading.stopped": "{actor} stopped reading open tasks again: {done} of {total} are done",
    "photo.read_again": "{model_version} read the photo again",
    "drift.alerted": "Outside of its band: {measure}, {value}",
    "drift.ended": "Inside of its band again: {measure}",
    "drift.acknowledged": "{actor} has seen the alert “{measure}”: {note}",
    "member.added": "{actor} added {user} as {role}",
    "member.invited": "{actor} invited {name} as {role}",
    "member.removed": "{actor} removed {user}",
    "member.role_changed": "{actor} made {user} {to}",
    "invitation.accepted": "{user} accepted an invitation",
}


_FIRST_PROMOTION = "{actor} put the first model version into service"
_CODES = {"verdict", "role", "from", "to", "kind"}
_PLURALS = {
    "photo.uploaded": "{actor} uploaded {times} photos",
    "photo.deleted": "{actor} deleted {times} photos",
    "task.skipped": "{actor} skipped {times} photos",
    "annotation.submitted": "{actor} submitted {times} annotations",
    "review.submitted": "{actor} reviewed {times} annotations",
    "task.doubted": "{actor} sent {times} labels back to review",
    "annotation.imported": "{actor} imported {times} labels",
    "annotation.placed": "{actor} imported where the characters of {times} labels are",
    "task.checked": "{actor} checked {times} accepted readings: they are right",
    "task.found_wrong": "{actor} found {times} accepted readings wrong",
    "comment.added": "{actor} wrote {times} comments",
}


@register.filter
def event_sentence(event: AuditEvent) -> str:
    """What happened, with who did it; a verb without a sentence of its own is spelled out."""
    facts = _Facts(event.data, actor=_name_actor(event))
    is_first = event.data.get("kind") == PromotionKind.INITIAL
    sentence = _FIRST_PROMOTION if is_first else _SENTENCES.get(event.verb)
    if sentence:
        return sentence.format_map(facts)
    thing, _, deed = event.verb.partition(".")
    return f"{facts['actor']}: {thing.replace('_', ' ')} {deed.replace('_', ' ')}"


@register.simple_tag
def gather_events(events: list[AuditEvent], most: int | str = "") -> list[dict[str, Any]]:
    """Events, newest first, as `most` lines; what one person did many times in a sitting is one line.

    A line that may go on beyond the oldest event of a full list says "or more".
    """
    lines: list[dict[str, Any]] = []
    open_lines: dict[tuple[str, int | None], dict[str, Any]] = {}
    for event in events:
        key = (event.verb, event.actor_id)
        line = open_lines.get(key)
        if line and event.verb in _PLURALS and line["since"] - event.created_at < ONE_SITTING:
            line["times"] += 1
        else:
            line = open_lines[key] = {"event": event, "times": 1}
            lines.append(line)
        line["since"] = event.created_at
    lines = lines[: int(most) if most else None]
    is_cut = len(events) in (PHOTO_EVENTS, RECENT_EVENTS)
    for line in lines:
        goes_on = is_cut and line["since"] - events[-1].created_at < ONE_SITTING
        line["sentence"] = _say_many(line["event"], line["times"], goes_on=goes_on)
    return lines


def _say_many(event: AuditEvent, times: int, *, goes_on: bool) -> str:
    many = _PLURALS.get(event.verb)
    if times == 1 or many is None:
        return event_sentence(event)
    return many.format(actor=_name_actor(event), times=f"{times} or more" if goes_on else times)


def _name_actor(event: AuditEvent) -> str:
    """A name as it is written; what stands for one begins the sentence."""
    name = str(event.actor) if event.actor else "The system"
    return "The annotator" if name == HIDDEN_NAME else name


class _Facts(dict[str, str]):
    """The event's data as words; what it does not say is left vague rather than refused."""

    def __init__(self, data: dict[str, Any], *, actor: str) -> None:
        super().__init__({name: str(value) for name, value in data.items()})
        self.setdefault("version", "a model version")
        for name in _CODES & self.keys():
            self[name] = ROLE_PHRASES.get(self[name], self[name].replace("_", " "))
        if data.get("kind") in VERBS:
            self["bulk_done"] = f"{count_tasks(int(data.get('changed', 0)))} {VERBS[data['kind']]}"
        if "measure" in self:
            self["measure"] = name_measure(self["measure"])
        self["actor"] = actor

    def __missing__(self, name: str) -> str:
        return "something"
