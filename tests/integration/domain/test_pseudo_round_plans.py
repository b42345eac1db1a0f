"""What a round would do, and what is refused before anything is read."""

from __future__ import annotations

from typing import Any

import pytest

from labeling.models import AuditEvent, PseudoRound
from labeling.operations.pseudo_rounds import InvalidRound, NothingToRead, TooFewToChoose, plan_round
from labeling.policies import Forbidden, NotFound
from tests.integration.domain.round_work import PEOPLE_LABELED, TARGET, Classroom
from tests.integration.domain.workshop import Workshop


def plan(classroom: Classroom, **wanted: Any) -> Any:
    people = classroom.workshop.people
    return plan_round(**({"project": people.project, "by": people.ml_engineer} | wanted))


def test_it_says_what_would_be_read_and_changes_nothing(classroom: Classroom) -> None:
    snapshot = classroom.label()
    classroom.wait_sure(3)
    before = AuditEvent.objects.count()
    planned = plan(classroom, target=TARGET)
    assert (planned.photos, planned.known, planned.validation_photos) == (3, 3, PEOPLE_LABELED)
    assert (planned.teacher, planned.validation) == (classroom.workshop.version, snapshot)
    # The champion has read the photos, and nobody knows any more how.
    assert (planned.is_final, planned.choice.threshold, planned.choice.n) == (True, None, PEOPLE_LABELED)
    assert AuditEvent.objects.count() == before
    assert not PseudoRound.objects.exists()


def test_what_is_left_out_is_as_it_was_the_last_time(classroom: Classroom) -> None:
    classroom.label()
    classroom.wait_sure(1)
    classroom.request(audit_size=7, revokes_itself=True)
    planned = plan(classroom)
    assert (planned.target, planned.audit_size, planned.revokes_itself) == (TARGET, 7, True)


def test_too_few_validation_photos_are_refused_at_once(classroom: Classroom) -> None:
    classroom.label()
    classroom.wait_sure(1)
    with pytest.raises(TooFewToChoose, match="765 validation photos at least"):
        plan(classroom)


@pytest.mark.parametrize(
    "wanted", [{"target": 0.4}, {"target": 1.0}, {"target": float("nan")}, {"audit_size": -1}]
)
def test_settings_that_make_no_sense(classroom: Classroom, wanted: dict[str, Any]) -> None:
    with pytest.raises(InvalidRound) as refusal:
        plan(classroom, **wanted)
    assert set(refusal.value.fields) == set(wanted)


def test_without_photos_or_labels_there_is_nothing_to_do(classroom: Classroom) -> None:
    with pytest.raises(NothingToRead, match="No snapshot has a validation photo"):
        plan(classroom)
    classroom.label()
    with pytest.raises(NothingToRead, match="Every photo is labeled"):
        plan(classroom)


def test_annotators_start_none_and_others_projects_stay_theirs(
    classroom: Classroom, other_people: Any
) -> None:
    classroom.label()
    classroom.wait_sure(1)
    for role in ("annotator", "reviewer"):
        with pytest.raises(Forbidden):
            plan(classroom, by=getattr(classroom.workshop.people, role))
    with pytest.raises(NotFound):
        plan(classroom, by=other_people.admin)
    foreign = Workshop(other_people, classroom.workshop.now).open().version
    with pytest.raises(NotFound):
        plan(classroom, teacher=foreign)
