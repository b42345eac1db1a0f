"""Honeypots: choosing known photos, slipping one in before a new photo, and scoring what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from inference.metrics import count_edits
from labeling import policies
from labeling.models import Annotation, Outcome, Photo, Prediction, Probe, QualityPolicy, Task, User
from labeling.operations import audit
from labeling.operations.acquisitions import copy_for_probe
from labeling.operations.routes import draw_for
from labeling.operations.transitions import Conflict
from labeling.queries.predictions import get_newest_prediction
from labeling.queries.probes import find_from, list_known_for
from labeling.queries.quality import get_policy
from labeling.seeding import SeededError, chance_of_probe, name_beside, seed_error
from labeling.states import TaskState


class NotKnown(Conflict):
    """The photo has no accepted, complete reading."""

    code = "not_known"
    default_message = "Only an accepted photo whose VIN was read completely can be a known photo."


def mark_known(*, photo: Photo, by: User, now: datetime, is_known: bool) -> None:
    """Choose an accepted photo to measure people by, or no longer. Raises NotKnown, Forbidden, NotFound."""
    policies.check_can(by, policies.Capability.MANAGE_POLICY, photo.project)
    with transaction.atomic():
        rows = Photo.objects.filter(pk=photo.pk, is_known=not is_known)
        if is_known:
            _check_certain(photo)
        if rows.update(is_known=is_known):
            verb = "photo.known_chosen" if is_known else "photo.known_dropped"
            audit.record(project=photo.project, actor=by, verb=verb, on=photo, now=now)
    photo.is_known = is_known


def _check_certain(photo: Photo) -> None:
    is_accepted = Task.objects.filter(photo=photo, state=TaskState.ACCEPTED).exists()
    if not is_accepted or not photo.vin or "?" in photo.vin:
        raise NotKnown


def slip_probe(*, stand_in: Task, holder: User, now: datetime) -> Task | None:
    """A probe to be given to this person before the task, where the draw says so and a known photo is left.

    Called in the transaction of a claim, which has locked the person's membership: two claims of one person
    never both get here.
    """
    policy = get_policy(project=stand_in.project)
    about = f"{stand_in.pk}:{holder.pk}"
    is_drawn = draw_for(stand_in.project, "honeypot", about) < chance_of_probe(policy.honeypot_share)
    if stand_in.is_probe or not is_drawn or Probe.objects.filter(stand_in=stand_in, person=holder).exists():
        return None
    known = _lock_known(stand_in, holder, about)
    shown = get_newest_prediction(photo=known) if known else None
    if known is None or shown is None:
        return None
    return _make_probe(stand_in, holder, known, shown, _seed(policy, stand_in, known, shown, about), now)


def _lock_known(stand_in: Task, holder: User, about: str) -> Photo | None:
    rows = list_known_for(project=stand_in.project, person=holder)
    # Whoever deletes it waits until the probe is there, and then finds it.
    free = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
    share = draw_for(stand_in.project, "known photo", about)
    return find_from(free, UUID(int=int(share * 2**128)))


def _seed(
    policy: QualityPolicy, stand_in: Task, known: Photo, shown: Prediction, about: str
) -> SeededError | None:
    """Only a right prediction is made wrong: in a wrong one there is an error to notice already."""
    project = stand_in.project
    if shown.vin != known.vin or draw_for(project, "seeded", about) >= policy.seeded_share:
        return None
    place, choice = draw_for(project, "seeded place", about), draw_for(project, "seeded symbol", about)
    return seed_error(shown.vin, shown.characters, place=place, choice=choice)


def _make_probe(
    stand_in: Task, holder: User, known: Photo, shown: Prediction, error: SeededError | None, now: datetime
) -> Task:
    """Rows like those of any photo, with the dates and the model version of the one that it stands before."""
    like = get_newest_prediction(photo=stand_in.photo) or shown
    photo = _copy_photo(known, stand_in)
    reading = Prediction.objects.create(
        photo=photo,
        model_version=like.model_version,
        vin=error.vin if error else shown.vin,
        confidence=shown.confidence,
        region=shown.region,
        characters=error.characters if error else shown.characters,
        quality=shown.quality,
        stages={} if error else shown.stages,
        milliseconds=shown.milliseconds,
        created_at=like.created_at,
    )
    probe = Probe.objects.create(
        photo=photo,
        known=known,
        person=holder,
        stand_in=stand_in,
        expected=known.vin,
        seeded_index=error.index if error else None,
        seeded_symbol=error.symbol if error else "",
        made_at=now,
    )
    facts = {"known": str(known.pk), "person": holder.username, "is_seeded": error is not None}
    audit.record(project=known.project, actor=None, verb="probe.made", on=probe, now=now, data=facts)
    task = Task.with_probes.create(
        project=known.project,
        photo=photo,
        is_probe=True,
        priority=stand_in.priority,
        assignee=holder,
        # Given back, it comes first again, as any photo would.
        created_at=stand_in.created_at - timedelta(microseconds=1),
        updated_at=stand_in.updated_at,
    )
    copy_for_probe(probe=task, prediction=reading, like=stand_in)
    return task


def _copy_photo(known: Photo, stand_in: Task) -> Photo:
    """The known photo under another name. The file is found by its hash, so there is nothing to copy."""
    beside = stand_in.photo
    same = (
        "project_id",
        "sha256",
        "content_type",
        "byte_size",
        "width",
        "height",
        "difference_hash",
        "state",
    )
    content: dict[str, Any] = {name: getattr(known, name) for name in same}
    step = draw_for(known.project, "name", f"{beside.pk}:{known.pk}")
    return Photo.with_probes.create(
        **content,
        is_probe=True,
        name=name_beside(beside.name, step=step, unlike=known.name),
        uploaded_by=beside.uploaded_by,
        uploaded_at=beside.uploaded_at,
        rendered_at=known.rendered_at,
    )


def score_probe(*, task: Task, annotation: Annotation, now: datetime) -> Probe:
    """Compare a submit with what is known; of several, where the person took one back, the newest counts."""
    probe = Probe.objects.get(photo=task.photo_id)
    is_read = annotation.outcome == Outcome.READ
    probe.annotation = annotation
    probe.is_right = is_read and annotation.text == probe.expected
    probe.wrong_characters = count_edits(probe.expected, annotation.text)
    if probe.seeded_index is not None:
        probe.has_noticed = is_read and annotation.text[probe.seeded_index] != probe.seeded_symbol
    probe.scored_at = now
    probe.save(update_fields=["annotation", "is_right", "wrong_characters", "has_noticed", "scored_at"])
    return probe
