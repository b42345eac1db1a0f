"""Known photos in the figures: told to admins, counted for nothing else, unseen by whoever had them."""

from __future__ import annotations

from datetime import datetime

import pytest

from labeling.measures import Share
from labeling.models import Annotation, Photo, Probe, User
from labeling.queries import photos
from labeling.queries.figures import AnnotatorFigures
from labeling.queries.history import list_history
from labeling.queries.reports import get_person_report, get_team_report
from labeling.queries.spans import Span
from labeling.queries.work import WorkFilter
from tests.conftest import People
from tests.integration.domain.team import VIN, Team

ALWAYS = Span()
WRONG = VIN[:-1] + "9"


@pytest.fixture(autouse=True)
def _certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a policy wants any, a known photo comes before every new one."""
    monkeypatch.setattr("labeling.operations.probes.chance_of_probe", lambda share: float(share > 0))


@pytest.fixture
def team(people: People, now: datetime) -> Team:
    return Team(people, now)


@pytest.fixture
def newcomer(team: Team) -> User:
    return team.hire("newcomer")


def behind(team: Team, deed: str, person: User | None = None, is_own: bool = False) -> set[object]:
    wanted = WorkFilter(deed, ALWAYS, person, is_own=is_own)
    page = photos.list_photos(project=team.people.project, work=wanted)
    return {photo.pk for photo in page.items}


def told_to_admins(team: Team, person: User) -> AnnotatorFigures:
    report = get_team_report(project=team.people.project, span=ALWAYS, now=team.now)
    (found,) = [each for each in report.annotators if each.person == person]
    return found


def test_what_was_missed_leads_to_the_known_photos(team: Team, newcomer: User) -> None:
    team.probe(newcomer)
    team.probe(newcomer, WRONG)
    wrong = Probe.objects.get(is_right=False)
    found = told_to_admins(team, newcomer)
    assert (found.missed, found.unnoticed) == (Share(1, 2), Share(0, 0))
    assert behind(team, "probed", newcomer) == set(Probe.objects.values_list("known", flat=True))
    assert behind(team, "missed", newcomer) == {wrong.known_id}
    assert behind(team, "unnoticed", newcomer) == set()


def test_a_seeded_error_that_stays_is_unnoticed(team: Team, newcomer: User) -> None:
    team.probe(newcomer, seeded=True)
    stayed = team.probe(newcomer, "", seeded=True)
    assert stayed.text != VIN
    found = told_to_admins(team, newcomer)
    assert (found.missed, found.unnoticed) == (Share(1, 2), Share(1, 2))
    known = Probe.objects.get(annotation=stayed).known_id
    assert behind(team, "unnoticed", newcomer) == behind(team, "missed", newcomer) == {known}


def test_a_probe_is_no_work_to_anybody_else(team: Team, newcomer: User) -> None:
    team.annotate(by=newcomer)
    team.probe(newcomer)
    found = told_to_admins(team, newcomer)
    assert (found.annotations, found.reviewed) == (1, Share(0, 1))
    report = get_team_report(project=team.people.project, span=ALWAYS, now=team.now)
    assert sum(day.annotations for day in report.stretches) == report.together.annotations == 2
    probe = Photo.with_probes.get(is_probe=True)
    assert probe.pk not in behind(team, "annotated") | behind(team, "annotated", newcomer)


def test_to_its_person_a_probe_is_a_photo_like_any_other(team: Team, newcomer: User) -> None:
    real = team.annotate(by=newcomer)
    probed = team.probe(newcomer)
    project = team.people.project
    both = {real, probed}
    report = get_person_report(project=project, person=newcomer, span=ALWAYS, now=team.now, is_own=True)
    assert report.annotator is not None
    assert report.annotator.annotations == 2
    assert (report.annotator.missed, report.annotator.unnoticed) == (None, None)
    own = list_history(project=project, person=newcomer, span=ALWAYS, is_own=True)
    assert {item.annotation for item in own.items} == both
    listed = behind(team, "annotated", newcomer, is_own=True)
    assert listed == {Annotation.objects.get(pk=row.pk).task.photo_id for row in both}
    others = list_history(project=project, person=newcomer, span=ALWAYS)
    assert probed not in [item.annotation for item in others.items]


def test_the_sums_say_nothing_of_known_photos(team: Team, newcomer: User) -> None:
    team.probe(newcomer)
    report = get_team_report(project=team.people.project, span=ALWAYS, now=team.now)
    assert report.without_people().together.missed is None
    assert report.without_people().together.unnoticed is None
