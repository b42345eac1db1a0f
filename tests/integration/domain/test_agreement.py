"""Agreement between people over readings that the policy had made twice."""

from __future__ import annotations

from datetime import datetime

import pytest

from labeling.measures import Share
from labeling.models import Annotation, User
from labeling.queries import photos
from labeling.queries.agreement import Agreement, measure_agreement
from labeling.queries.reports import get_team_report
from labeling.queries.spans import Span
from labeling.queries.work import WorkFilter
from tests.conftest import People
from tests.integration.domain.team import VIN, Team

ALWAYS = Span()
OTHER = "1HGCM82633A004352"
WRONG = VIN[:-1] + "9"


@pytest.fixture
def team(people: People, now: datetime) -> Team:
    team = Team(people, now)
    team.set_policy(double_share=1.0)
    return team


@pytest.fixture
def pair(team: Team) -> tuple[User, User]:
    return team.people.annotator, team.hire("second")


def measure(team: Team) -> Agreement:
    return measure_agreement(project=team.people.project, span=ALWAYS)


def behind(team: Team, deed: str, person: User | None = None, is_own: bool = False) -> set[object]:
    wanted = WorkFilter(deed, ALWAYS, person, is_own=is_own)
    return {photo.pk for photo in photos.list_photos(project=team.people.project, work=wanted).items}


def test_readings_of_two_people_are_compared(team: Team, pair: tuple[User, User]) -> None:
    same = [team.read_twice(VIN, VIN, by=pair), team.read_twice(OTHER, OTHER, by=pair[::-1])]
    differing = team.read_twice(VIN, WRONG, by=pair)
    found = measure(team)
    assert found.photos == Share(2, 3)
    assert found.characters == Share(50, 51)
    assert found.alpha_of_photos is not None
    # By hand: n = 6, D_o = 2 / 6, and VIN 3, OTHER 2, WRONG 1 make D_e = (36 - 14) / 30.
    assert found.alpha_of_photos.value == pytest.approx(1 - (1 / 3) / (22 / 30))
    assert found.alpha_of_characters is not None
    assert found.alpha_of_characters.value > 0.95
    (between,) = found.pairs
    assert {between.one, between.other} == set(pair)
    assert between.photos == Share(2, 3)
    assert behind(team, "read_twice") == {row.task.photo_id for row in (*same, differing)}
    assert behind(team, "disagreed") == {differing.task.photo_id}


def test_what_two_people_read_is_found_by_both_their_names(team: Team, pair: tuple[User, User]) -> None:
    third = team.hire("third")
    together = team.read_twice(VIN, VIN, by=pair)
    team.read_twice(VIN, VIN, by=(pair[0], third))
    project = team.people.project
    wanted = WorkFilter("read_twice", ALWAYS, pair[1], other=pair[0], is_own=True)
    (found,) = photos.list_photos(project=project, work=wanted).items
    assert found.pk == together.task.photo_id
    assert len(behind(team, "read_twice", pair[0], is_own=True)) == 2


def test_who_read_is_not_told_until_it_is_settled(team: Team, pair: tuple[User, User]) -> None:
    differing = team.read_twice(VIN, WRONG, by=pair)
    for person in pair:
        assert behind(team, "disagreed", person) == set()
        assert behind(team, "annotated", person) == set()
        assert behind(team, "disagreed", person, is_own=True) == {differing.task.photo_id}
    team.adjudicate(differing)
    for person in pair:
        assert behind(team, "disagreed", person) == {differing.task.photo_id}


def test_an_unreadable_photo_is_a_reading_too_and_its_characters_are_missing(
    team: Team, pair: tuple[User, User]
) -> None:
    team.read_twice(VIN, "", by=pair)
    team.read_twice(VIN[:5] + "?" + VIN[6:], VIN, by=pair)
    found = measure(team)
    assert found.photos == Share(0, 2)
    assert found.characters == Share(16, 16)
    assert len(behind(team, "disagreed")) == 2


def test_a_decision_is_no_annotation_of_the_one_who_settles(team: Team, pair: tuple[User, User]) -> None:
    team.adjudicate(team.read_twice(VIN, WRONG, by=pair))
    report = get_team_report(project=team.people.project, span=ALWAYS, now=team.now)
    assert {each.person: each.wrong for each in report.annotators} == {
        pair[0]: Share(0, 1),
        pair[1]: Share(1, 1),
    }
    (reviewer,) = report.reviewers
    assert (reviewer.person, reviewer.accepted, reviewer.fixed) == (team.people.admin, Share(1, 2), 1)
    assert reviewer.overturned == Share(0, 2)


def test_what_somebody_annotated_after_another_is_not_independent(people: People, now: datetime) -> None:
    team = Team(people, now)
    first = team.annotate(WRONG)
    team.review(first, reject=True)
    team.annotate(task=first.task, by=team.hire("second"))
    assert Annotation.objects.count() == 2
    found = measure(team)
    assert (found.photos, found.alpha_of_photos, found.pairs) == (Share(), None, [])


def test_the_sums_name_nobody(team: Team, pair: tuple[User, User]) -> None:
    team.read_twice(VIN, VIN, by=pair)
    report = get_team_report(project=team.people.project, span=ALWAYS, now=team.now).without_people()
    assert (report.agreement.pairs, report.agreement.photos) == ([], Share(1, 1))
