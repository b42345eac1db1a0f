"""Imports of where the characters are, for labels that are accepted already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inference.snapshot import SnapshotCharacter
from inference.types import Quad
from labeling.formats import coco
from labeling.formats.records import LabeledPhoto
from labeling.models import Annotation, AuditEvent, Photo, Task, Transfer
from labeling.operations import tasks, transfers
from labeling.policies import Forbidden
from labeling.queries.figures import list_submitted
from labeling.queries.runs import count_corrections
from labeling.queries.spans import Span
from tests.integration.domain.carrying import OTHER, bring, confirm, csv, freeze
from tests.integration.domain.test_archives import pack
from tests.integration.domain.workshop import REGION, VIN, PlainReader, Workshop, make_boxes

LOWER: Quad = ((12.0, 80.0), (190.0, 80.0), (190.0, 120.0), (12.0, 120.0))


def boxed(photo: Photo, text: str = VIN, region: Quad = LOWER) -> LabeledPhoto:
    """A label with a box for each character, one below each of those that the workshop draws."""
    characters = tuple(
        SnapshotCharacter(box["symbol"], tuple((x, y + 60) for x, y in box["quad"]))  # type: ignore[arg-type]
        for box in make_boxes(text)
    )
    return LabeledPhoto(photo.name, text, region, characters, photo.width, photo.height)


def bring_boxes(workshop: Workshop, *labels: LabeledPhoto) -> Transfer:
    return bring(workshop.people, pack(coco.write(labels, "set")), "coco", workshop.now)


def import_vin(workshop: Workshop, photo: Photo, text: str = VIN) -> Task:
    """The label alone, accepted."""
    content = csv(f"{photo.name},{text},,")
    checked = bring(workshop.people, content, "csv", workshop.now, name="list.csv", accept=True)
    confirm(checked, workshop.people, workshop.now)
    return Task.objects.get(photo=photo)


def newest(task: Task) -> Annotation:
    task.refresh_from_db()
    return Annotation.objects.get(task=task, revision=task.revision)


def type_alone(workshop: Workshop, seed: int, text: str = VIN) -> Task:
    """An accepted label of people who drew no region and no boxes."""
    task = workshop.open_task(seed, PlainReader(OTHER))
    workshop.annotate(task, text)
    corrected = {"text": text, "characters": [], "region": None}
    workshop.review(task, "fixed_and_accepted", **corrected)
    return task


def list_quads(annotation: Annotation) -> list[Any]:
    return [character["quad"] for character in annotation.characters]


def test_boxes_come_to_a_label_that_was_imported_without_them(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    task = import_vin(workshop, photo)
    accepted_at = newest(task).task.updated_at
    checked = bring_boxes(workshop, boxed(photo))
    assert (checked.report["place"], checked.report["loadable"], checked.report["known"]) == (1, 1, 0)
    assert Annotation.objects.count() == 1
    assert confirm(checked, workshop.people, workshop.now).state == "succeeded"
    label = newest(task)
    assert (label.revision, label.text, label.source) == (2, VIN, "imported")
    assert label.author == workshop.people.admin
    assert label.region == [list(corner) for corner in LOWER]
    assert list_quads(label) == [[[x, y + 60] for x, y in box["quad"]] for box in make_boxes(VIN)]
    assert (task.state, task.decided_by, task.updated_at) == ("accepted", "import", accepted_at)
    event = AuditEvent.objects.get(verb="annotation.placed")
    assert event.data == {"annotation": str(label.pk), "revision": 2, "transfer": str(checked.pk)}
    (item,) = freeze(workshop).items.all()
    assert (item.place, item.annotation_id) == ("label", label.pk)


def test_the_same_boxes_again_change_nothing(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    import_vin(workshop, photo)
    confirm(bring_boxes(workshop, boxed(photo)), workshop.people, workshop.now)
    nudged = replace(boxed(photo), region=tuple((x + 0.4, y) for x, y in LOWER))  # type: ignore[arg-type]
    for again in (boxed(photo), nudged):
        checked = bring_boxes(workshop, again)
        assert (checked.report["place"], checked.report["known"], checked.report["loadable"]) == (0, 1, 0)
    with pytest.raises(transfers.InvalidTransfer, match="No row"):
        transfers.confirm_import(transfer=checked, by=workshop.people.admin, now=workshop.now)


def test_a_newer_import_replaces_what_an_import_placed(workshop: Workshop) -> None:
    photo = workshop.upload(1)
    task = import_vin(workshop, photo)
    around, line = [[0, 0], [600, 0], [600, 200], [0, 200]], [list(corner) for corner in LOWER]
    region_alone = csv(f'{photo.name},{VIN},"0,0,600,200",')
    imports = [
        (region_alone, "csv"),
        (pack(coco.write([boxed(photo)], "set")), "coco"),
        (region_alone, "csv"),
    ]
    said = []
    for content, form in imports:
        name = "set.csv" if form == "csv" else "set.zip"
        checked = bring(workshop.people, content, form, workshop.now, name=name)
        confirm(checked, workshop.people, workshop.now)
        label = newest(task)
        said.append((label.revision, label.region, len(label.characters)))
    assert said == [(2, around, 0), (3, line, 17), (4, around, 17)]


def test_what_a_person_placed_stays_and_what_they_did_not_is_filled_in(workshop: Workshop) -> None:
    drawn, typed = workshop.accept(1), type_alone(workshop, 2)
    checked = bring_boxes(workshop, boxed(drawn.photo), boxed(typed.photo))
    assert (checked.report["place"], checked.report["known"]) == (1, 1)
    confirm(checked, workshop.people, workshop.now)
    assert newest(drawn).region == [list(corner) for corner in REGION]
    assert newest(drawn).revision == 1
    assert (newest(typed).region, newest(typed).revision) == ([list(corner) for corner in LOWER], 3)
    typed.photo.refresh_from_db()
    assert typed.photo.vin_source == "human"
    # What an import filled in is no person's: a better one may replace it.
    confirm(bring_boxes(workshop, boxed(typed.photo, region=REGION)), workshop.people, workshop.now)
    assert newest(typed).region == [list(corner) for corner in REGION]


def test_a_placement_is_nobodys_reading(workshop: Workshop) -> None:
    task = type_alone(workshop, 1)
    project, span = workshop.people.project, Span(workshop.later(days=-1))
    before = list_submitted(project=project, span=span), count_corrections(project=project)
    confirm(bring_boxes(workshop, boxed(task.photo)), workshop.people, workshop.now)
    assert newest(task).is_placement
    assert (list_submitted(project=project, span=span), count_corrections(project=project)) == before
    assert newest(task).prediction is not None


def test_an_author_still_takes_back_what_was_placed_since(workshop: Workshop) -> None:
    workshop.set_policy(review_share=0.0)
    photo = workshop.upload(1)
    workshop.read(photo)
    task = Task.objects.get(photo=photo)
    workshop.annotate(task, is_placed=False)
    confirm(bring_boxes(workshop, boxed(photo)), workshop.people, workshop.now)
    task.refresh_from_db()
    assert (task.state, task.revision) == ("accepted", 2)
    with pytest.raises(Forbidden):
        tasks.reopen_task(task=task, by=workshop.people.admin, now=workshop.now)
    tasks.reopen_task(task=task, by=workshop.people.annotator, now=workshop.now)
    assert task.state == "new"


def test_another_vin_and_a_label_in_review_are_told(workshop: Workshop) -> None:
    other, waiting, begun = workshop.accept(1, OTHER), workshop.upload(2), workshop.open_task(3)
    content = csv(f"{waiting.name},{VIN},,")
    confirm(bring(workshop.people, content, "csv", workshop.now, name="a.csv"), workshop.people, workshop.now)
    workshop.annotate(begun, OTHER)
    checked = bring_boxes(workshop, boxed(other.photo), boxed(waiting), boxed(begun.photo))
    assert (checked.report["loadable"], checked.report["problem_count"]) == (0, 3)
    told = [problem["message"] for problem in checked.report["problems"]]
    assert f"an accepted label, as {OTHER}, which stays" in told[0]
    assert "Import its boxes again once it is accepted" in told[1]
    assert f"as {OTHER}, and their work stays" in told[2]
    assert (newest(other).revision, Annotation.objects.count()) == (1, 3)


def test_two_people_who_agree_are_not_contradicted_by_the_same_vin(workshop: Workshop) -> None:
    workshop.set_policy(double_share=1.0, review_share=0.0)
    task = workshop.open_task(1)
    workshop.annotate(task)
    workshop.annotate(task, by=workshop.join("second"))
    checked = bring(workshop.people, csv(f"{task.photo.name},{VIN},,"), "csv", workshop.now, name="a.csv")
    assert (checked.report["known"], checked.report["problem_count"]) == (1, 0)


def test_a_label_that_changes_while_boxes_are_loaded_loads_nothing(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = workshop.upload(1)
    task = import_vin(workshop, photo)
    checked = bring_boxes(workshop, boxed(photo))
    monkeypatch.setattr(
        "labeling.operations.importing._store_originals",
        lambda plans, package, report: Task.objects.filter(pk=task.pk).update(state="submitted"),
    )
    done = confirm(checked, workshop.people, workshop.now)
    assert (done.state, "Try again" in done.error) == ("failed", True)
    assert Annotation.objects.count() == 1
