"""Figures of a project and of its members."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.models import Membership
from tests.conftest import ROLES, People
from tests.integration.api.asking import As, expect_refusal, unchanged
from tests.integration.domain.team import VIN, Team

pytestmark = pytest.mark.django_db
WRONG = VIN[:-1] + "9"


@pytest.fixture
def team(people: People) -> Team:
    team = Team(people, timezone.now() - timedelta(hours=3))
    team.review(team.annotate(WRONG, active_ms=4000), VIN)
    team.annotate(active_ms=500)
    return team


def address(people: People, role: str, what: str) -> str:
    return f"members/{Membership.objects.get(user=getattr(people, role)).pk}/{what}"


def test_the_figures_of_a_project(people: People, team: Team, api: As) -> None:
    with unchanged():
        answer = api(people.admin).get(f"projects/{people.project.slug}/figures")
    assert answer.status_code == 200
    body = answer.json()
    assert body["together"]["wrong"]["hits"] == body["together"]["wrong"]["of"] == 1
    (found,) = body["annotators"]
    assert (found["person"], found["role"], found["annotations"]) == ("annotator", "annotator", 2)
    assert found["milliseconds"]["median"] == 2250
    assert body["reviewers"][0]["person"] == "reviewer"
    assert body["corrections"]["pairs"] == [{"typed": "9", "meant": VIN[-1], "count": 1, "positions": [17]}]


def test_only_admins_are_told_who_it_was(people: People, team: Team, api: As) -> None:
    for role in ("reviewer", "ml_engineer"):
        body = api(getattr(people, role)).get(f"projects/{people.project.slug}/figures").json()
        assert (body["annotators"], body["reviewers"]) == ([], [])
        assert body["together"]["annotations"] == 2
    expect_refusal(api(people.annotator).get(f"projects/{people.project.slug}/figures"), 403, "forbidden")


@pytest.mark.parametrize("what", ["figures", "work"])
def test_ones_own_work_is_ones_own_and_the_admins(people: People, team: Team, api: As, what: str) -> None:
    for role in ROLES:
        for whose in ROLES:
            answer = api(getattr(people, role)).get(address(people, whose, what))
            if role in (whose, "admin"):
                assert answer.status_code == 200
            else:
                expect_refusal(answer, 403, "forbidden")


def test_known_photos_are_told_to_admins_alone(
    people: People, api: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.operations.probes.chance_of_probe", lambda share: float(share > 0))
    Team(people, timezone.now() - timedelta(hours=3)).probe(people.annotator, WRONG)
    path = address(people, "annotator", "figures")
    assert api(people.admin).get(path).json()["annotator"]["missed"]["hits"] == 1
    own = api(people.annotator).get(path).json()["annotator"]
    assert (own["annotations"], own["missed"], own["unnoticed"]) == (1, None, None)
    team = f"projects/{people.project.slug}/figures"
    assert api(people.admin).get(team).json()["together"]["missed"]["of"] == 1
    assert api(people.reviewer).get(team).json()["together"]["missed"] is None


def test_a_member_without_work_has_no_figures(people: People, api: As) -> None:
    body = api(people.ml_engineer).get(address(people, "ml_engineer", "figures")).json()
    assert (body["annotator"], body["reviewer"], body["stretches"]) == (None, None, [])


def test_the_work_of_a_member_goes_on_page_by_page(people: People, team: Team, api: As) -> None:
    ask = api(people.annotator)
    first = ask.get(address(people, "annotator", "work?limit=1")).json()
    rest = ask.get(address(people, "annotator", f"work?limit=1&after={first['next_cursor']}")).json()
    texts = {item["submitted"]: item for item in first["items"] + rest["items"]}
    assert set(texts) == {VIN, WRONG}
    assert rest["next_cursor"] is None
    assert (texts[WRONG]["verdict"], texts[WRONG]["corrected_to"]) == ("fixed_and_accepted", VIN)
    assert (texts[VIN]["verdict"], texts[VIN]["corrected_to"]) == (None, None)
    (changed,) = ask.get(address(people, "annotator", "work?only_wrong=true")).json()["items"]
    assert changed["submitted"] == WRONG


def test_an_admin_is_not_shown_what_waits_for_review(people: People, team: Team, api: As) -> None:
    (judged,) = api(people.admin).get(address(people, "annotator", "work")).json()["items"]
    assert judged["submitted"] == WRONG


@pytest.mark.parametrize("query", ["days=8", "days=", "since=yesterday"])
def test_bad_periods_are_refused(people: People, api: As, query: str) -> None:
    expect_refusal(api(people.admin).get(f"projects/{people.project.slug}/figures?{query}"), 400, "invalid")
    expect_refusal(api(people.admin).get(address(people, "annotator", f"work?{query}")), 400, "invalid")


def test_a_cursor_of_another_list_is_refused(people: People, api: As) -> None:
    answer = api(people.admin).get(address(people, "annotator", "work?after=nonsense"))
    expect_refusal(answer, 400, "invalid_cursor")
