"""Figures of people, the photos behind each of them, and what somebody may learn from their own history."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from labeling.measures import Share
from labeling.models import Membership, Photo, User
from labeling.queries import figures, photos, work
from labeling.queries.figures import AnnotatorFigures
from labeling.queries.history import list_history
from labeling.queries.paging import InvalidCursor
from labeling.queries.reports import get_person_report, get_team_report
from labeling.queries.spans import Span, span_of
from labeling.queries.work import WorkFilter
from tests.conftest import People
from tests.integration.domain.team import VIN, Team

ALWAYS = Span()
WRONG = VIN[:-1] + "9"


@pytest.fixture
def team(people: People, now: datetime) -> Team:
    return Team(people, now)


def behind(team: Team, deed: str, person: User | None = None, **more: object) -> set[object]:
    """The photos of the list that a figure leads to."""
    wanted = WorkFilter(deed, ALWAYS, person, **more)
    page = photos.list_photos(project=team.people.project, work=wanted, limit=200)
    return {photo.pk for photo in page.items}


def figures_of(team: Team, person: User, span: Span = ALWAYS) -> AnnotatorFigures:
    report = get_person_report(project=team.people.project, person=person, span=span, now=team.now)
    assert report.annotator is not None
    return report.annotator


def test_every_share_of_an_annotator_is_counted_and_leads_to_its_photos(team: Team) -> None:
    person = team.people.annotator
    accepted = team.annotate(active_ms=8000, keystrokes=1)
    team.review(accepted)
    fixed = team.annotate(WRONG, active_ms=4000, keystrokes=3)
    team.review(fixed, VIN)
    rejected = team.annotate(reading=WRONG, active_ms=6000, keystrokes=5)
    team.review(rejected, reject=True)
    hasty = team.annotate(active_ms=400, keystrokes=1)
    unmeasured = team.annotate()
    unread = team.annotate(reading="")
    team.give_up()
    team.give_up(skip=True)

    found = figures_of(team, person)
    assert found.annotations == 7
    assert found.reviewed == Share(3, 7)
    assert (found.wrong, found.fixed, found.rejected) == (Share(2, 3), 1, 1)
    assert found.unchanged == Share(3, 5)
    assert found.fast == Share(1, 2)
    assert found.unreadable == Share(1, 7)
    assert found.skipped == Share(1, 8)
    assert found.milliseconds is not None
    assert (found.milliseconds.median, found.milliseconds.n) == (5000, 4)
    assert found.keystrokes is not None
    assert (found.keystrokes.lower, found.keystrokes.median, found.keystrokes.upper) == (1, 2, 3.5)

    settled = {row.task.photo_id for row in (accepted, fixed, rejected)}
    own = {"person": person, "is_own": True}
    assert len(behind(team, "annotated", **own)) == 7
    assert behind(team, "reviewed", **own) == settled
    assert behind(team, "wrong", **own) == {fixed.task.photo_id, rejected.task.photo_id}
    assert behind(team, "fixed", **own) == {fixed.task.photo_id}
    assert behind(team, "rejected", **own) == {rejected.task.photo_id}
    assert behind(team, "changed", **own) == {fixed.task.photo_id, rejected.task.photo_id}
    assert behind(team, "unchanged", **own) == {row.task.photo_id for row in (accepted, hasty, unmeasured)}
    assert behind(team, "fast", **own) == {hasty.task.photo_id}
    assert len(behind(team, "unreadable", **own)) == len(behind(team, "skipped", **own)) == 1
    assert unread.task.photo_id not in behind(team, "changed") | behind(team, "unchanged")


def test_people_are_told_apart_and_a_correction_is_not_the_reviewers_annotation(team: Team) -> None:
    second = team.hire("second")
    team.review(team.annotate(WRONG), VIN)
    team.annotate(by=second)
    report = get_team_report(project=team.people.project, span=ALWAYS, now=team.now)
    listed = report.annotators
    assert [(each.person, each.annotations) for each in listed] == [
        (team.people.annotator, 1),
        (second, 1),
    ]
    assert (report.together.wrong, report.together.reviewed) == (Share(1, 1), Share(1, 2))


def test_another_project_counts_for_nothing(team: Team, other_people: People) -> None:
    Team(other_people, team.now).annotate()
    report = get_team_report(project=team.people.project, span=ALWAYS, now=team.now)
    assert (report.annotators, report.stretches, report.milliseconds) == ([], [], None)
    assert behind(team, "annotated") == set()


def test_a_period_holds_what_was_submitted_in_it(team: Team) -> None:
    old = team.annotate(WRONG, at=team.now - timedelta(days=8))
    team.review(old, VIN)
    recent = team.annotate(at=team.now - timedelta(days=6))
    week = span_of("7", now=team.now)
    found = figures_of(team, team.people.annotator, week)
    assert (found.annotations, found.wrong) == (1, Share(0, 0))
    assert figures_of(team, team.people.annotator, span_of("all", now=team.now)).annotations == 2
    wanted = WorkFilter("annotated", week)
    (listed,) = photos.list_photos(project=team.people.project, work=wanted).items
    assert listed.pk == recent.task.photo_id


def test_who_has_left_keeps_their_figures_without_a_membership(team: Team) -> None:
    team.annotate()
    Membership.objects.filter(user=team.people.annotator).delete()
    found = figures_of(team, team.people.annotator)
    assert (found.annotations, found.member) == (1, None)


def test_reviewers_and_the_verdicts_that_did_not_stand(team: Team) -> None:
    strict = team.hire("strict", "reviewer")
    team.review(team.annotate(), active_ms=3000)
    team.review(team.annotate(WRONG), VIN, active_ms=5000)
    sent_back = team.annotate()
    team.review(sent_back, reject=True, by=strict)
    team.review(team.annotate(task=sent_back.task))
    rightly = team.annotate(WRONG)
    team.review(rightly, reject=True, by=strict)
    team.review(team.annotate(task=rightly.task))
    still_open = team.annotate(WRONG)
    team.review(still_open, reject=True, by=strict)

    first, second = figures.list_reviewers(project=team.people.project, span=ALWAYS)
    assert (first.person, first.reviews, first.accepted, first.fixed) == (
        team.people.reviewer,
        4,
        Share(3, 4),
        1,
    )
    assert first.overturned == Share(0, 4)
    assert first.milliseconds is not None
    assert first.milliseconds.median == 4000
    assert (second.person, second.rejected, second.overturned) == (strict, 3, Share(1, 2))
    assert behind(team, "overturned", strict) == {sent_back.task.photo_id}
    assert len(behind(team, "judged", strict)) == 3
    assert behind(team, "judged_accepted", strict) == set()
    assert len(behind(team, "judged_rejected", strict)) == 3
    assert len(behind(team, "judged_fixed", team.people.reviewer)) == 1


def test_a_text_that_was_accepted_and_later_replaced_is_overturned(team: Team) -> None:
    """No step leads there today but by hand; the figure must not depend on which steps there are."""
    annotation = team.annotate(WRONG)
    team.review(annotation)
    task = annotation.task
    annotation.pk, annotation.lease = None, None
    annotation.text, annotation.revision, annotation.base_revision = VIN, 2, 1
    annotation.save(force_insert=True)
    type(task).objects.filter(pk=task.pk).update(revision=2)
    (found,) = figures.list_reviewers(project=team.people.project, span=ALWAYS)
    assert found.overturned == Share(1, 1)


def test_confused_characters_lead_to_their_photos(team: Team) -> None:
    last, first = team.annotate(WRONG), team.annotate("7" + VIN[1:])
    team.review(last, VIN)
    team.review(first, VIN)
    slid = team.annotate(VIN[1:] + "A")
    team.review(slid, VIN)
    assert behind(team, "confused") == {last.task.photo_id, first.task.photo_id}
    assert behind(team, "confused", typed="9", meant=VIN[-1]) == {last.task.photo_id}
    assert behind(team, "confused", position=1) == {first.task.photo_id}
    assert behind(team, "confused", typed="9", position=1) == set()


def test_what_waits_for_review_is_not_found_by_whose_it_is(team: Team) -> None:
    waiting, judged = team.annotate(), team.annotate()
    team.review(judged)
    person = team.people.annotator
    assert behind(team, "annotated", person) == {judged.task.photo_id}
    assert behind(team, "annotated") == {judged.task.photo_id, waiting.task.photo_id}
    history = list_history(project=team.people.project, person=person, span=ALWAYS)
    assert [item.annotation for item in history.items] == [judged]
    own = list_history(project=team.people.project, person=person, span=ALWAYS, is_own=True)
    assert {item.annotation for item in own.items} == {judged, waiting}


def test_a_list_of_what_was_sent_back_does_not_tell_whose_the_new_submit_is(team: Team) -> None:
    person = team.people.annotator
    first = team.annotate(WRONG)
    team.review(first, reject=True)
    assert behind(team, "rejected", person) == {first.task.photo_id}
    again = team.annotate(task=first.task)
    for deed in ("rejected", "wrong", "reviewed"):
        assert behind(team, deed, person) == set()
        assert behind(team, deed, person, is_own=True) == {first.task.photo_id}
    team.review(again, by=team.hire("second-reviewer", "reviewer"))
    assert behind(team, "rejected", person) == {first.task.photo_id}


def test_history_says_what_reviewers_changed_page_by_page(team: Team) -> None:
    person = team.people.annotator
    at = [team.now + timedelta(minutes=minute // 2) for minute in range(7)]
    made = [team.annotate(WRONG, at=moment) for moment in at]
    for annotation in made:
        team.review(annotation, VIN, at=at[-1])
    team.review(team.annotate(at=at[-1]), at=at[-1])
    seen, cursor = [], ""
    while True:
        page = list_history(
            project=team.people.project, person=person, span=ALWAYS, only_wrong=True, after=cursor, limit=2
        )
        seen += page.items
        if not page.next_cursor:
            break
        cursor = page.next_cursor
    assert {item.annotation for item in seen} == set(made)
    assert len(seen) == len(made)
    assert [item.annotation.created_at for item in seen] == sorted(at, reverse=True)
    assert all(item.corrected is not None and item.corrected.text == VIN for item in seen)


def test_a_cursor_of_another_list_is_refused(team: Team) -> None:
    with pytest.raises(InvalidCursor):
        list_history(
            project=team.people.project, person=team.people.annotator, span=ALWAYS, after="bm9uc2Vuc2U"
        )


def test_days_without_work_are_told_too(team: Team) -> None:
    team.annotate(at=team.now - timedelta(days=3))
    team.annotate(WRONG, at=team.now)
    days = get_team_report(
        project=team.people.project, span=span_of("7", now=team.now), now=team.now
    ).stretches
    assert len(days) == 8
    assert [day.annotations for day in days[-4:]] == [1, 0, 0, 1]
    assert days[-1].changed == Share(1, 1)
    assert days[-1].start == team.now.date()


def test_a_long_stretch_is_told_by_weeks(team: Team) -> None:
    team.annotate(at=team.now - timedelta(days=80))
    team.annotate()
    weeks = get_team_report(project=team.people.project, span=ALWAYS, now=team.now).stretches
    assert 12 <= len(weeks) <= 13
    assert all(week.start.weekday() == 0 for week in weeks)
    assert sum(week.annotations for week in weeks) == 2
    assert weeks[0].annotations == weeks[-1].annotations == 1


def test_every_deed_can_be_asked_for(team: Team) -> None:
    for deed in work.DEEDS:
        assert behind(team, deed, team.people.annotator) == set()
    assert Photo.objects.count() == 0
