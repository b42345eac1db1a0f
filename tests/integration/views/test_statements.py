"""The pages that everybody opens, and those that add up: more rows take no more statements."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from labeling.models import Acquisition
from tests.conftest import People
from tests.integration.domain.team import VIN, Team
from tests.integration.views import rows

OTHER = VIN[:-1] + "7"
PAGES = ("project", "order", "policy", "rounds", "runs", "drift", "queue", "models", "quality")


@pytest.fixture
def team(people: People) -> Team:
    return Team(people, timezone.now() - timedelta(hours=3))


def _work(team: Team, number: int) -> None:
    """One more of everything: people, what they did and what waits, and what was watched."""
    person = team.hire(f"person-{number}")
    team.review(team.annotate(by=person))
    team.review(team.annotate(OTHER, by=person), VIN)
    team.review(team.annotate(by=person), reject=True)
    for selected_by in ("worth", "random"):
        task = team.open()
        Acquisition.objects.create(
            task=task,
            prediction=task.photo.predictions.get(),
            selected_by=selected_by,
            uncertainty=0.5,
            disagreement=0.0,
            legibility=1.0,
        )


def _count_statements(people: People, *address: object) -> int:
    client, (name, *arguments) = people.client("admin"), address
    with CaptureQueriesContext(connection) as statements:
        answer = client.get(reverse(str(name), args=[people.project.slug, *arguments]))
    assert answer.status_code == 200
    return len(statements)


@pytest.mark.parametrize("name", PAGES)
def test_more_work_takes_no_more_statements(people: People, team: Team, name: str) -> None:
    _work(team, 1)
    few = _count_statements(people, name)
    for number in range(2, 5):
        _work(team, number)
    assert _count_statements(people, name) == few


def test_what_a_shadow_read_takes_no_more_statements(people: People, team: Team) -> None:
    version = rows.add_version(people, 2, state="evaluated")
    shadow = rows.add_shadow(people, version, team.version)
    rows.add_rereading(people, version)
    for _ in range(2):
        rows.add_shadow_reading(shadow, team.open().photo.predictions.get(), vin=OTHER)
    few = _count_statements(people, "model", version.pk)
    for _ in range(5):
        rows.add_shadow_reading(shadow, team.open().photo.predictions.get(), vin=OTHER)
    assert _count_statements(people, "model", version.pk) == few
