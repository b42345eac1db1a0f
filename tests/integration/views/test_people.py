"""Coming in, members, tokens, and the projects of a person."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labeling.models import AuditEvent, Invitation, Membership, PersonalToken, Project, User
from tests.conftest import PASSWORD, People
from tests.integration.views import rows

STRONG = "seventeen quiet plates"


def _invite(people: People, role: str = "reviewer") -> str:
    url = reverse("members", args=[people.project.slug])
    response = people.client("admin").post(url, {"name": "Ann", "role": role})
    link = re.search(r'value="http://testserver(/invitations/[^"]+/)"', response.content.decode())
    assert link
    return link[1]


def test_login_leads_to_the_project_and_logout_out_of_it(people: People) -> None:
    client = Client()
    sent = {"username": "annotator", "password": PASSWORD}
    response = client.post(reverse("login"), sent, follow=True)
    assert response.redirect_chain[-1][0] == reverse("project", args=[people.project.slug])
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert client.get(reverse("home")).status_code == 302


def test_a_wrong_password_keeps_the_name_and_says_so(people: People) -> None:
    response = Client().post(reverse("login"), {"username": "annotator", "password": "wrong"})
    html = response.content.decode()
    assert 'value="annotator"' in html
    assert 'role="alert"' in html


def test_login_leads_nowhere_else(people: People) -> None:
    sent = {"username": "annotator", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert Client().post(reverse("login"), sent)["Location"] == reverse("home")


@pytest.mark.parametrize("path", ["/signup/", "/register/", "/accounts/signup/"])
def test_there_is_no_sign_up(db: None, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_an_invitation_makes_an_account_once(people: People) -> None:
    link = _invite(people)
    client = Client()
    assert "Join Yard" in client.get(link).content.decode()
    response = client.post(link, {"username": "ann", "password": STRONG})
    assert response["Location"] == reverse("project", args=[people.project.slug])
    assert client.get(response["Location"]).status_code == 200
    assert Membership.objects.get(user__username="ann").role == "reviewer"
    again = Client().post(link, {"username": "bob", "password": STRONG})
    assert again.status_code == 409
    assert not User.objects.filter(username="bob").exists()


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [
        ("ann", "short", "password"),
        ("annotator", STRONG, "username"),
        ("<ann>", STRONG, "username"),
        ("", STRONG, ""),
    ],
)
def test_an_odd_account_is_refused_beside_the_field(
    people: People, username: str, password: str, field: str
) -> None:
    link = _invite(people)
    response = Client().post(link, {"username": username, "password": password})
    assert response.status_code == 400
    assert f'aria-describedby="id_{field}' in response.content.decode() or not field
    assert 'class="errorlist"' in response.content.decode()
    assert Invitation.objects.get().accepted_at is None


def test_who_has_an_account_joins_with_it(people: People) -> None:
    link = _invite(people)
    assert f"{reverse('login')}?next={link}" in Client().get(link).content.decode()
    client = people.client("outsider")
    assert "Join with my account" in client.get(link).content.decode()
    response = client.post(link, {"mine": "yes"})
    assert response["Location"] == reverse("project", args=[people.project.slug])
    assert people.project.memberships.get(user=people.outsider).role == "reviewer"
    assert Invitation.objects.get().accepted_by == people.outsider
    assert Client().post(link, {"mine": "yes"}).status_code == 409


def test_who_is_a_member_leaves_the_invitation_open(people: People) -> None:
    response = people.client("annotator").post(_invite(people, role="admin"), {"mine": "yes"})
    assert response.status_code == 409
    assert "You are in Yard already" in response.content.decode()
    assert people.project.memberships.get(user=people.annotator).role == "annotator"
    assert Invitation.objects.get().accepted_at is None


def test_nobody_joins_with_an_account_of_nobody(people: People) -> None:
    assert Client().post(_invite(people), {"mine": "yes"}).status_code == 400
    assert Invitation.objects.get().accepted_at is None


def test_an_invitation_that_ended_says_whom_to_ask(people: People) -> None:
    link = _invite(people)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = Client().get(link)
    assert response.status_code == 409
    assert "Ask for a new one" in response.content.decode()


def test_a_made_up_invitation_is_not_there(db: None) -> None:
    assert Client().get(reverse("invitation", args=["made-up"])).status_code == 404


def test_an_admin_adds_somebody_with_an_account(people: People) -> None:
    url = reverse("member-add", args=[people.project.slug])
    client = people.client("admin")
    assert client.post(url, {"username": "outsider", "role": "annotator"}).status_code == 302
    assert people.project.memberships.get(user=people.outsider).role == "annotator"
    assert client.post(url, {"username": "outsider", "role": "annotator"}).status_code == 400
    assert client.post(url, {"username": "nobody", "role": "annotator"}).status_code == 400
    assert people.client("reviewer").post(url, {}).status_code == 403
    assert client.get(url).status_code == 405


def test_an_admin_changes_roles_and_removes_members(people: People) -> None:
    member = people.project.memberships.get(user=people.annotator)
    client = people.client("admin")
    keys = [people.project.slug, member.pk]
    assert client.post(reverse("member-role", args=keys), {"role": "reviewer"}).status_code == 302
    member.refresh_from_db()
    assert member.role == "reviewer"
    assert client.post(reverse("member-remove", args=keys)).status_code == 302
    assert not people.project.memberships.filter(user=people.annotator).exists()
    back = {"username": people.annotator.username, "role": "reviewer"}
    html = client.get(reverse("members", args=keys[:1])).content.decode()
    assert all(f'name="{name}" value="{value}"' in html for name, value in back.items())
    assert "is out of the project" not in client.get(reverse("members", args=keys[:1])).content.decode()
    verbs = AuditEvent.objects.filter(actor=people.admin).values_list("verb", flat=True)
    assert set(verbs) == {"member.role_changed", "member.removed"}


def test_the_last_admin_stays(people: People) -> None:
    member = people.project.memberships.get(user=people.admin)
    keys = [people.project.slug, member.pk]
    response = people.client("admin").post(reverse("member-remove", args=keys), follow=True)
    assert "last admin" in response.content.decode()
    assert people.project.memberships.filter(user=people.admin).exists()


def test_an_unknown_role_changes_nothing(people: People) -> None:
    member = people.project.memberships.get(user=people.annotator)
    url = reverse("member-role", args=[people.project.slug, member.pk])
    people.client("admin").post(url, {"role": "emperor"})
    member.refresh_from_db()
    assert member.role == "annotator"


def test_a_token_is_shown_once_and_kept_as_a_hash(people: People) -> None:
    client = people.client("annotator")
    sent = {"name": "import", "days": "30", "scopes": ["read", "upload"]}
    shown = re.search(
        r'id="token-secret" readonly value="([^"]+)"', client.post(reverse("tokens"), sent).content.decode()
    )
    assert shown
    token = PersonalToken.objects.get()
    assert token.scopes == ["read", "upload"]
    assert shown[1] not in (token.prefix, token.sha256)
    assert shown[1] not in client.get(reverse("tokens")).content.decode()


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_a_token_without_a_known_scope_is_refused(people: People, scopes: list[str]) -> None:
    response = people.client("annotator").post(reverse("tokens"), {"name": "x", "days": "", "scopes": scopes})
    assert response.status_code == 400
    assert not PersonalToken.objects.exists()


def test_only_its_owner_revokes_a_token(people: People) -> None:
    people.client("annotator").post(reverse("tokens"), {"name": "x", "days": "", "scopes": ["read"]})
    token = PersonalToken.objects.get()
    url = reverse("token-revoke", args=[token.pk])
    assert people.client("admin").post(url).status_code == 404
    assert people.client("annotator").get(url).status_code == 405
    assert people.client("annotator").post(url).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_home_lists_projects_where_there_are_several(people: People, other_people: People) -> None:
    Membership.objects.create(
        project=other_people.project, user=people.annotator, role="reviewer", created_at=timezone.now()
    )
    html = people.client("annotator").get(reverse("home")).content.decode()
    assert "Yard" in html
    assert "Elsewhere" in html
    assert "You are in no project yet" in people.client("outsider").get(reverse("home")).content.decode()


def test_annotators_make_no_projects_and_admins_do(people: People) -> None:
    assert people.client("annotator").post(reverse("home"), {"name": "Mine"}).status_code == 403
    assert people.client("admin").post(reverse("home"), {"name": "Second yard"}).status_code == 302
    assert Project.objects.filter(name="Second yard").count() == 1


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("annotator", "1 photo waits for annotation"),
        ("reviewer", "1 annotation waits for your review"),
        ("ml_engineer", "1 photo was accepted"),
        ("admin", "1 annotation waits for your review"),
    ],
)
def test_each_role_sees_what_waits_for_it(people: People, role: str, expected: str) -> None:
    for number, state in enumerate(("new", "submitted", "accepted"), start=1):
        task = rows.add_task(people, rows.add_photo(people, number), state)
        if state != "new":
            rows.add_annotation(people, task)
    html = people.client(role).get(reverse("project", args=[people.project.slug])).content.decode()
    assert expected in html


def test_ones_own_annotations_do_not_wait_for_oneself(people: People) -> None:
    task = rows.add_task(people, rows.add_photo(people), "submitted")
    rows.add_annotation(people, task, author=people.reviewer)
    html = people.client("reviewer").get(reverse("project", args=[people.project.slug])).content.decode()
    assert "waits for your review" not in html


def test_health_says_who_lives(people: People) -> None:
    assert Client().get("/health/live").json() == {"status": "ok"}
    assert Client().get("/health/ready").json() == {"status": "ok", "database": True, "storage": True}
    assert Client().post("/health/live").status_code == 405


def test_a_lost_storage_is_not_ready(people: People, settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path / "gone"
    response = Client().get("/health/ready")
    assert response.status_code == 503
    assert response.json()["storage"] is False
