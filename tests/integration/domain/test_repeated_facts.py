"""What annotations and reviews repeat, for figures to be counted from one table: the database fills it in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling.measures import Share
from labeling.models import Annotation, Review
from labeling.operations.transitions import move
from labeling.queries import figures, quality
from labeling.queries.probes import count_known
from labeling.queries.spans import Span
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


def test_counting_known_photos_ends(team: Team) -> None:
    for _ in range(3):
        team.review(team.annotate())
    chosen = team.annotate().task.photo
    type(chosen).objects.filter(pk=chosen.pk).update(is_known=True)
    assert count_known(project=team.people.project, most=10) == 3  # what is not accepted is known by nobody
    assert count_known(project=team.people.project, most=2) == 2
