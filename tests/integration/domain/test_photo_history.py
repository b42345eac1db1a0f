"""Everything that happened to a photo, as one list."""

from __future__ import annotations

import pytest

from labeling.models import Prediction, Task
from labeling.operations import annotations, comments
from labeling.policies import NotFound
from labeling.queries.photo_history import EntryKind, list_history, version_of
from tests.integration.domain.workshop import VIN, PlainReader, Workshop, make_boxes

OTHER = VIN[:11] + "8" + VIN[12:]


def test_readings_verdicts_words_and_decisions_in_one_list(workshop: Workshop) -> None:
    task = workshop.open_task(1, PlainReader(OTHER))
    workshop.annotate(task)
    comments.add_comment(task=task, author=workshop.people.reviewer, text="Why a 0?", now=workshop.now)
    workshop.review(task, "rejected", reason="not that")
    workshop.annotate(task, OTHER)
    task.refresh_from_db()
    found = list_history(photo=task.photo, viewer=workshop.people.annotator)
    assert [entry.kind for entry in found].count(EntryKind.ANNOTATION) == 2
    assert {entry.kind for entry in found} == set(EntryKind) - {EntryKind.DRAFT}
    assert [e.row.verb for e in found if e.kind == EntryKind.DECISION] == ["task.opened"]
    second, first = (entry for entry in found if entry.kind == EntryKind.ANNOTATION)
    assert (first.since, second.since) == ("v1", "revision 1")
    assert first.differences is not None
    assert second.differences is not None
    assert [(c.before, c.after) for c in first.differences.symbols] == [(OTHER[11], VIN[11])]
    assert [(c.before, c.after) for c in second.differences.symbols] == [(VIN[11], OTHER[11])]


def test_a_reading_that_the_model_doubted_is_compared_by_its_characters() -> None:
    read = Prediction(vin="", characters=make_boxes(OTHER))
    assert version_of(read).text == OTHER
    assert version_of(Prediction(vin=VIN, characters=[])).text == VIN
    assert version_of(Prediction(vin="", characters=[])).text == ""


def draft(workshop: Workshop, task: Task) -> None:
    lease = workshop.claim(task, workshop.people.annotator)
    annotations.save_draft(
        lease_id=lease.pk,
        holder=workshop.people.annotator,
        text="1HG",
        characters=make_boxes("1HG"),
        region=None,
        base_revision=task.revision,
        now=workshop.now,
    )


def test_a_draft_is_shown_to_its_author_and_to_admins(workshop: Workshop) -> None:
    task, people = workshop.open_task(), workshop.people
    draft(workshop, task)
    seen = {
        person.username: EntryKind.DRAFT
        in {entry.kind for entry in list_history(photo=task.photo, viewer=person)}
        for person in (people.annotator, people.reviewer, people.ml_engineer, people.admin)
    }
    assert seen == {"annotator": True, "reviewer": False, "ml_engineer": False, "admin": True}


def test_strangers_see_no_history(workshop: Workshop) -> None:
    with pytest.raises(NotFound):
        list_history(photo=workshop.open_task().photo, viewer=workshop.people.outsider)


def test_a_photo_that_nobody_has_read_has_none(workshop: Workshop) -> None:
    assert list_history(photo=workshop.upload(9), viewer=workshop.people.annotator) == []
