"""What annotations and reviews repeat, for figures to be counted from one table: the database fills it in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling.measures import Share
from labeling.models import Annotation, Review
from labeling.operations.transitions import move
from labeling.queries import figures, quality, trials
from labeling.queries.probes import count_known
from labeling.queries.spans import Span
from labeling.routing import MeasuredError
from tests.conftest import People
from tests.integration.domain.team import VIN, Team

WRONG = VIN[:-1] + "9"


@pytest.fixture
def team(people: People, now: datetime) -> Team:
    return Team(people, now)


def test_an_annotation_repeats_its_project_and_what_the_model_had_read(team: Team) -> None:
    kept = Annotation.objects.get(pk=team.annotate(VIN, reading=WRONG).pk)
    assert (kept.project, kept.is_probe, kept.model_text) == (team.people.project, False, WRONG)
    assert Annotation.objects.get(pk=team.annotate(reading="").pk).model_text == ""


def test_nobody_can_write_something_else_there(team: Team, other_people: People) -> None:
    first = team.annotate()
    forged = Annotation(
        task=first.task,
        revision=2,
        base_revision=1,
        author=first.author,
        text=VIN,
        prediction=first.prediction,
        created_at=team.now,
        project=other_people.project,
        is_probe=True,
        model_text=WRONG,
    )
    forged.save(force_insert=True)
    kept = Annotation.objects.get(pk=forged.pk)
    assert (kept.project, kept.is_probe, kept.model_text) == (team.people.project, False, VIN)


def test_a_probe_is_marked_as_one(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.operations.probes.draw_for", lambda *about: 0.0)
    assert Annotation.objects.get(pk=team.probe(team.people.annotator).pk).is_probe


def test_a_review_repeats_where_it_belongs_and_whether_it_is_the_first(team: Team) -> None:
    annotation = team.annotate(WRONG)
    team.review(annotation)
    _doubt(team, annotation)
    team.review(annotation, VIN, by=team.hire("strict", "reviewer"), at=team.now + timedelta(hours=1))
    first, second = Review.objects.order_by("pk")
    for review in (first, second):
        assert (review.project, review.task) == (team.people.project, annotation.task)
        assert review.annotated_at == annotation.created_at
    assert (first.is_first, second.is_first) == (True, False)


def test_a_correction_is_marked_as_one_and_its_review_repeats_both_texts(team: Team) -> None:
    submitted = team.annotate(WRONG)
    review = Review.objects.get(pk=team.review(submitted, VIN).pk)
    assert (review.typed, review.meant) == (WRONG, VIN)
    accepted = Review.objects.get(pk=team.review(team.annotate()).pk)
    assert (accepted.typed, accepted.meant) == (VIN, "")
    marked = Annotation.objects.filter(is_correction=True)
    assert [each.pk for each in marked] == [review.corrected_id]


def test_a_decision_on_two_readings_is_a_correction(team: Team) -> None:
    team.set_policy(double_share=1.0)
    second = team.read_twice(VIN, WRONG, by=(team.people.annotator, team.hire("second")))
    decision = team.adjudicate(second)
    assert Annotation.objects.get(pk=decision.pk).is_correction
    assert set(Review.objects.values_list("typed", "meant")) == {(VIN, ""), (WRONG, VIN)}
    found = figures.list_submitted(project=team.people.project, span=Span())
    assert {key: each.n for key, each in found.items()} == {second.author_id: 1, team.people.annotator.pk: 1}


def test_a_verdict_counts_as_final_where_the_task_is_over(team: Team) -> None:
    team.review(team.annotate())
    sent_back = team.annotate(WRONG)
    team.review(sent_back, reject=True)
    assert _count_final(team) == 1
    again = team.annotate(task=sent_back.task)
    assert _count_final(team) == 1
    team.review(again)
    assert _count_final(team) == 3


def _count_final(team: Team) -> int:
    (reviewer,) = figures.list_reviewers(project=team.people.project, span=Span())
    return reviewer.overturned.of


def test_what_a_second_review_fixed_overturns_the_first(team: Team) -> None:
    annotation = team.annotate(WRONG)
    team.review(annotation)
    _doubt(team, annotation)
    strict = team.hire("strict", "reviewer")
    team.review(annotation, VIN, by=strict)
    found = figures.list_reviewers(project=team.people.project, span=Span())
    assert {each.person: each.overturned for each in found} == {
        team.people.reviewer: Share(1, 1),
        strict: Share(0, 1),
    }


def _doubt(team: Team, annotation: Annotation) -> None:
    annotation.task.refresh_from_db()
    admin = team.people.admin
    move(annotation.task, "submitted", by=admin, verb="task.doubted", now=team.now, decided_by="")


def test_more_people_take_no_more_statements(team: Team) -> None:
    def count_statements() -> int:
        with CaptureQueriesContext(connection) as statements:
            quality.list_measured(project=team.people.project)
        return len(statements)

    team.review(team.annotate())
    before = count_statements()
    for name in ("ada", "ben"):
        team.review(team.annotate(WRONG, by=team.hire(name)), VIN)
    assert count_statements() == before
    measured = {str(each.user): each for each in quality.list_measured(project=team.people.project)}
    assert (measured["ada"].by_reviews.errors, measured["ada"].measured.trials) == (1, 1)
    assert (measured["annotator"].by_reviews.errors, measured["annotator"].measured.trials) == (0, 1)


def test_the_newest_judgements_of_each_kind_and_of_all_kinds_count(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "RECENT_TRIALS", 2)
    monkeypatch.setattr("labeling.operations.probes.draw_for", lambda *about: 0.0)
    newcomer = team.hire("newcomer")
    for hours, fixed in ((1, VIN), (2, None), (3, VIN)):
        at = team.now + timedelta(hours=hours)
        team.review(team.annotate(WRONG if fixed else VIN, by=newcomer), fixed, at=at)
    team.probe(newcomer)
    counted = trials.count_trials(project=team.people.project, people=[newcomer, team.people.reviewer])
    assert counted[newcomer.pk] == trials.Trials(
        by_reviews=MeasuredError(1, 2),
        by_checks=MeasuredError(0, 0),
        by_probes=MeasuredError(0, 1),
        all=MeasuredError(1, 2),
    )
    assert counted[team.people.reviewer.pk].all == MeasuredError(0, 0)


def test_counting_known_photos_ends(team: Team) -> None:
    for _ in range(3):
        team.review(team.annotate())
    chosen = team.annotate().task.photo
    type(chosen).objects.filter(pk=chosen.pk).update(is_known=True)
    assert count_known(project=team.people.project, most=10) == 3  # what is not accepted is known by nobody
    assert count_known(project=team.people.project, most=2) == 2
