"""The pages of figures: who sees whose, that each leads to its photos, and the tables as CSV."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from labeling.models import Comment, Membership, Review, User
from tests.conftest import ROLES, People
from tests.integration.domain.team import VIN, Team
from webapp.figures_tables import TABLES

WRONG = VIN[:-1] + "9"
TEAM_SEERS = {"reviewer", "ml_engineer", "admin"}


@pytest.fixture
def team(people: People) -> Team:
    """Annotations of two people: one was fixed, one waits."""
    team = Team(people, timezone.now() - timedelta(hours=3))
    team.review(team.annotate(WRONG, active_ms=4000, keystrokes=3), VIN)
    team.review(team.annotate(active_ms=500, keystrokes=1))
    team.annotate(by=team.hire("somebody-else"))
    return team


def page(people: People, role: str, name: str, *keys: object, query: str = "") -> str:
    response = people.client(role).get(reverse(name, args=[people.project.slug, *keys]) + query)
    assert response.status_code == 200, response.content
    return response.content.decode()


def member_of(people: People, user: User) -> int:
    return Membership.objects.get(project=people.project, user=user).pk


def read_csv(people: People, role: str, name: str, *keys: object, query: str = "") -> list[dict[str, str]]:
    response = people.client(role).get(reverse(name, args=[people.project.slug, *keys]) + query)
    assert response.status_code == 200
    content = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(content)))


def links(html: str, path: str) -> list[str]:
    return [unescape(found) for found in re.findall(rf'href="({re.escape(path)}\?[^"]*did=[^"]*)"', html)]


def test_admins_see_each_person_and_the_others_only_all_together(people: People, team: Team) -> None:
    html = page(people, "admin", "quality")
    assert "Who annotates" in html
    assert "somebody-else" in html
    for role in ("reviewer", "ml_engineer"):
        html = page(people, role, "quality")
        assert "Wrong, says review" in html
        assert "Who annotates" not in html
        assert "somebody-else" not in html
        assert "annotator" not in html
        assert "&amp;by=" not in html


@pytest.mark.parametrize("role", ROLES)
def test_ones_own_work_is_ones_own_and_the_admins(people: People, team: Team, role: str) -> None:
    for whose in ROLES:
        key = member_of(people, getattr(people, whose))
        wanted = 200 if role in (whose, "admin") else 403
        for name in ("quality-person", "quality-person-work"):
            url = reverse(name, args=[people.project.slug, key])
            assert people.client(role).get(url).status_code == wanted


@pytest.mark.parametrize("name", ["quality-person", "quality-person-work"])
def test_a_member_of_another_project_is_not_here(people: People, other_people: People, name: str) -> None:
    key = member_of(other_people, other_people.annotator)
    assert people.client("admin").get(reverse(name, args=[people.project.slug, key])).status_code == 404


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_a_table_needs_the_right_of_its_page(people: People, team: Team, table: str, role: str) -> None:
    url = reverse("quality-table", args=[people.project.slug, table])
    personal = table in ("people", "reviewers", "agreement")
    allowed = {"admin"} if personal else TEAM_SEERS
    assert people.client(role).get(url).status_code == (200 if role in allowed else 403)
    assert people.client("outsider").get(url).status_code == 404


def test_there_is_no_other_table(people: People) -> None:
    assert people.client("admin").get(f"/p/{people.project.slug}/quality/users.csv").status_code == 404


def test_every_figure_of_the_team_leads_to_as_many_photos(people: People, team: Team) -> None:
    html = page(people, "admin", "quality")
    photos = reverse("photos", args=[people.project.slug])
    addresses = links(html, photos)
    wrong = [address for address in addresses if "did=wrong&by=annotator" in address]
    assert wrong
    for address in set(addresses):
        listed = people.client("admin").get(address).content.decode()
        waits = "by=somebody-else" in address
        assert (listed.count('class="photo-card"') == 0) == waits, address
    assert people.client("admin").get(wrong[0]).content.decode().count('class="photo-card"') == 1


def test_photos_say_why_they_are_listed_and_keep_it_through_the_other_filters(
    people: People, team: Team
) -> None:
    html = page(people, "admin", "photos", query="?did=annotated&by=annotator&days=7")
    assert "Photos annotated by annotator in the last 7 days." in html
    assert html.count('class="photo-card"') == 2
    assert '<input type="hidden" name="by" value="annotator">' in html
    assert "state=accepted&amp;" in html or "&amp;state=accepted" in html
    html = page(people, "annotator", "photos", query="?did=fixed&by=annotator")
    assert "Photos annotated by you and fixed in review in the last 30 days." in html
    assert html.count('class="photo-card"') == 1


def test_what_waits_for_review_is_left_out_and_the_list_says_so(people: People, team: Team) -> None:
    html = page(people, "admin", "photos", query="?did=annotated&by=somebody-else")
    assert "No photo matches" in html
    assert "What waits for review is left out" in html


@pytest.mark.parametrize(
    ("role", "query", "status"),
    [
        ("annotator", "did=annotated&by=annotator", 200),
        ("annotator", "did=annotated&by=somebody-else", 403),
        ("annotator", "did=annotated&by=nobody-of-this-name", 403),
        ("annotator", "did=wrong", 403),
        ("reviewer", "did=wrong", 200),
        ("reviewer", "did=wrong&by=annotator", 403),
        ("reviewer", "did=judged&by=reviewer", 200),
        ("ml_engineer", "did=judged&by=reviewer", 403),
        ("admin", "did=wrong&by=annotator", 200),
        ("reviewer", "did=read_twice&by=reviewer&with=annotator", 403),
        ("admin", "did=read_twice&by=annotator&with=somebody-else", 200),
        ("admin", "did=read_twice&by=annotator&with=outsider", 404),
        ("annotator", "did=missed&by=annotator", 403),
        ("reviewer", "did=probed", 403),
        ("admin", "did=missed&by=annotator", 200),
        ("admin", "did=wrong&by=outsider", 404),
        ("admin", "did=wrong&by=nobody-of-this-name", 404),
        ("admin", "did=wrong&by=%00", 404),
        ("annotator", "did=nonsense&by=somebody-else", 200),
    ],
)
def test_a_list_of_photos_tells_nobody_more_than_the_figures_do(
    people: People, team: Team, role: str, query: str, status: int
) -> None:
    url = reverse("photos", args=[people.project.slug])
    assert people.client(role).get(f"{url}?{query}").status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "days=1000",
        "from=2026-02-31&to=x",
        "from=2026-03-01&to=2026-03-02",
        "from=0001-01-01&to=9999-12-31",
        "position=18",
        "typed=%00&meant=99",
        "after=x",
    ],
)
def test_odd_addresses_show_photos_all_the_same(people: People, team: Team, query: str) -> None:
    page(people, "admin", "photos", query=f"?did=confused&by=annotator&{query}")
    page(people, "admin", "quality", query=f"?{query}")
    page(people, "annotator", "my-work", query=f"?{query}")


def test_my_work_shows_what_review_changed_with_the_characters_marked(people: People, team: Team) -> None:
    html = page(people, "annotator", "my-work")
    assert html.count('class="lesson panel"') == 1
    assert '<td class="differs">9</td>' in html
    assert f'<td class="differs">{VIN[-1]}</td>' in html
    assert 'class="drawn-character low"' not in html
    everything = page(people, "annotator", "my-work", query="?show=all")
    assert everything.count('class="lesson panel"') == 2
    assert "somebody-else" not in everything


def test_my_work_repeats_what_the_reviewer_said_about_a_character(people: People, team: Team) -> None:
    review = Review.objects.exclude(corrected=None).get(author=people.annotator)
    reviewed = review.annotation
    said = {"task": reviewed.task, "revision": reviewed.revision, "created_at": timezone.now()}
    Comment.objects.create(author=review.reviewer, index=16, text="Look at the last stroke.", **said)
    Comment.objects.create(author=people.admin, index=16, text="Something else.", **said)
    html = page(people, "annotator", "my-work")
    assert "character 17</span> Look at the last stroke." in html
    assert "Something else." not in html


def test_my_work_goes_on_page_by_page(people: People) -> None:
    team = Team(people, timezone.now() - timedelta(hours=1))
    for _ in range(10):
        team.review(team.annotate(WRONG), VIN)
    html = page(people, "annotator", "my-work")
    assert html.count('class="lesson panel"') == 8
    (following,) = re.findall(r'rel="next" href="([^"#]+)#history"', html)
    html = page(people, "annotator", "my-work", query=unescape(following))
    assert html.count('class="lesson panel"') == 2
    assert 'rel="next"' not in html


def test_before_there_is_any_work_the_pages_say_how_to_begin(people: People) -> None:
    assert "Nobody has annotated in this time" in page(people, "admin", "quality")
    html = page(people, "annotator", "my-work")
    assert "Nothing was submitted in this time" in html
    assert reverse("annotate", args=[people.project.slug]) in html


def test_the_period_is_in_every_address_of_the_page(people: People, team: Team) -> None:
    html = page(people, "admin", "quality", query="?days=7")
    photos = reverse("photos", args=[people.project.slug])
    assert all("days=7" in address or "from=" in address for address in links(html, photos))
    assert "people.csv?days=7" in html


def test_the_table_of_people_as_csv(people: People, team: Team) -> None:
    first, second = read_csv(people, "admin", "quality-table", "people")
    assert (first["person"], first["annotations"], first["wrong"], first["wrong_of"]) == (
        "annotator",
        "2",
        "1",
        "2",
    )
    assert (first["fast"], first["fast_of"], first["seconds_median"]) == ("1", "1", "2.25")
    assert (second["person"], second["wrong_share"]) == ("somebody-else", "")


def test_where_everybody_stands_under_the_policy_as_csv(people: People, team: Team) -> None:
    rows = {row["person"]: row for row in read_csv(people, "admin", "policy-people")}
    assert set(rows) == {"admin", "annotator", "reviewer", "somebody-else"}
    found = rows["annotator"]
    assert (found["review_wrong"], found["review_of"], found["all_wrong"], found["all_of"]) == (
        "1",
        "2",
        "1",
        "2",
    )
    assert (found["error"], found["reviewed_share"]) == ("0.5", "1.0")
    assert rows["admin"]["error"] == ""
    assert (
        people.client("reviewer").get(reverse("policy-people", args=[people.project.slug])).status_code == 403
    )


def test_every_other_table_as_csv(people: People, team: Team) -> None:
    (reviewer,) = read_csv(people, "admin", "quality-table", "reviewers")
    assert (reviewer["person"], reviewer["reviews"], reviewer["accepted"]) == ("reviewer", "2", "1")
    days = read_csv(people, "reviewer", "quality-table", "days", query="?days=7")
    assert sum(int(day["annotations"]) for day in days) == 3
    (pair,) = read_csv(people, "ml_engineer", "quality-table", "confusions")
    assert pair == {"typed": "9", "meant": VIN[-1], "count": "1", "positions": "17"}


def test_agreement_is_named_for_admins_and_summed_for_the_others(people: People) -> None:
    team = Team(people, timezone.now() - timedelta(hours=3))
    team.set_policy(double_share=1.0)
    pair = (people.annotator, team.hire("somebody-else"))
    team.read_twice(VIN, VIN, by=pair)
    team.adjudicate(team.read_twice(VIN, WRONG, by=pair))
    html = page(people, "admin", "quality")
    assert "annotator and somebody-else" in html
    assert "Alpha over characters" in html
    assert "1 of 2 · " in html
    html = page(people, "reviewer", "quality")
    assert "1 of 2 · " in html
    assert "somebody-else" not in html
    (row,) = read_csv(people, "admin", "quality-table", "agreement")
    assert (row["person"], row["other_person"]) == ("annotator", "somebody-else")
    assert (row["photos_agreed"], row["photos_agreed_of"], row["characters_agreed"]) == ("1", "2", "33")
    listed = page(people, "ml_engineer", "photos", query="?did=disagreed")
    assert listed.count('class="photo-card"') == 1
    query = "?did=disagreed&by=annotator&with=somebody-else"
    assert "differ: annotator and somebody-else in" in page(people, "admin", "photos", query=query)


def test_without_double_readings_the_page_says_where_to_ask_for_some(people: People, team: Team) -> None:
    assert reverse("policy", args=[people.project.slug]) in page(people, "admin", "quality")
    html = page(people, "reviewer", "quality")
    assert "Nothing was read by two people independently" in html
    assert reverse("policy", args=[people.project.slug]) not in html


def test_known_photos_are_told_to_admins_and_not_to_whoever_read_them(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.operations.probes.chance_of_probe", lambda share: float(share > 0))
    team = Team(people, timezone.now() - timedelta(hours=3))
    newcomer = team.hire("newcomer")
    probed = team.probe(newcomer, WRONG)
    html = page(people, "admin", "quality")
    assert "Known photos read wrong" in html
    assert "did=missed&amp;by=newcomer" in html
    assert "Known photos" not in page(people, "reviewer", "quality")
    key = member_of(people, newcomer)
    assert "Known photos wrong" in page(people, "admin", "quality-person", key)
    (listed, _) = read_csv(people, "admin", "quality-table", "people")[::-1]
    assert (listed["person"], listed["known_missed"], listed["known_missed_of"]) == ("newcomer", "1", "1")
    client = Client()
    client.force_login(newcomer)
    own = client.get(reverse("my-work", args=[people.project.slug]) + "?show=all").content.decode()
    assert probed.task.photo.name in own
    assert "Known" not in own
    mine = client.get(reverse("photos", args=[people.project.slug]) + "?did=annotated&by=newcomer")
    assert probed.task.photo.name in mine.content.decode()


def test_ones_history_as_csv_runs_no_formula(people: People, team: Team) -> None:
    team.give_up(reason='=HYPERLINK("http://evil.example")')
    key = member_of(people, people.annotator)
    rows = read_csv(people, "annotator", "quality-person-work", key, query="?show=all")
    assert len(rows) == 3
    assert any(row["unreadable_reason"].startswith("'=HYPERLINK") for row in rows)
    (changed,) = read_csv(people, "annotator", "quality-person-work", key)
    assert (changed["submitted"], changed["corrected_to"], changed["verdict"]) == (
        WRONG,
        VIN,
        "fixed_and_accepted",
    )
    of_admin = read_csv(people, "admin", "quality-person-work", key, query="?show=all")
    assert len(of_admin) == 2


def test_the_page_takes_as_many_queries_for_many_people_as_for_few(people: People, team: Team) -> None:
    def count_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(people, "admin", "quality")
        return len(queries)

    few = count_queries()
    for number in range(6):
        person = team.hire(f"more-{number}")
        team.review(team.annotate(by=person), VIN[:-1] + "7")
    assert count_queries() == few
