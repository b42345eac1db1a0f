"""Members and invitations."""

from __future__ import annotations

import re

import pytest

from labeling.models import Invitation, Membership
from tests.conftest import People, make_user
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db


def _member(people: People, role: str) -> Membership:
    return Membership.objects.get(project=people.project, user=getattr(people, role))


def test_lists(people: People, other_people: People, api: As) -> None:
    items = api(people.annotator).get(f"projects/{people.project.slug}/members").json()["items"]
    assert {(item["username"], item["role"]) for item in items} == {
        (role, role) for role in ("annotator", "reviewer", "ml_engineer", "admin")
    }


def test_adds_a_person_who_has_an_account(people: People, api: As) -> None:
    make_user("newcomer")
    with audited("member.added"):
        answer = api(people.admin).post(
            f"projects/{people.project.slug}/members", {"username": "newcomer", "role": "annotator"}
        )
    assert answer.status_code == 201
    assert (answer.json()["username"], answer.json()["role"]) == ("newcomer", "annotator")


def test_changes_a_role_and_what_it_allowed(people: People, api: As) -> None:
    lease = Yard(people).lease(holder=people.reviewer)
    with audited("lease.removed", "member.role_changed"):
        answer = api(people.admin).patch(f"members/{_member(people, 'reviewer').pk}", {"role": "ml_engineer"})
    assert (answer.status_code, answer.json()["role"]) == (200, "ml_engineer")
    expect_refusal(api(people.reviewer).post(f"leases/{lease.pk}/renew"), 403)


def test_removes(people: People, api: As) -> None:
    with audited("member.removed"):
        answer = api(people.admin).delete(f"members/{_member(people, 'annotator').pk}")
    assert answer.status_code == 204
    expect_refusal(api(people.annotator).get(f"projects/{people.project.slug}/photos"), 404)


def test_the_last_admin_stays(people: People, api: As) -> None:
    member = _member(people, "admin")
    with unchanged():
        expect_refusal(api(people.admin).delete(f"members/{member.pk}"), 409, "last_admin")
        expect_refusal(
            api(people.admin).patch(f"members/{member.pk}", {"role": "annotator"}), 409, "last_admin"
        )


def test_a_member_again_and_a_person_who_is_none(people: People, api: As) -> None:
    address = f"projects/{people.project.slug}/members"
    with unchanged():
        again = api(people.admin).post(address, {"username": "reviewer", "role": "annotator"})
        expect_refusal(again, 409, "already_member")
        nobody = api(people.admin).post(address, {"username": "nobody", "role": "annotator"})
        assert "username" in expect_refusal(nobody, 404)["fields"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "outsider"},
        {"username": "outsider", "role": "owner"},
        {"username": "outsider", "role": "annotator", "is_superuser": True},
        {"username": ["outsider"], "role": "annotator"},
    ],
)
def test_bad_input(people: People, api: As, body: dict[str, object]) -> None:
    with unchanged():
        answer = api(people.admin).post(f"projects/{people.project.slug}/members", body)
    assert expect_refusal(answer, 400)["fields"]


def test_an_invitation_opens_the_page_that_it_links_to(people: People, api: As) -> None:
    body = {"role": "annotator", "name": "Ada"}
    with audited("member.invited"):
        answer = api(people.admin).post(f"projects/{people.project.slug}/invitations", body)
    assert answer.status_code == 201
    assert (answer.json()["invitation"]["name"], answer.json()["invitation"]["role"]) == ("Ada", "annotator")
    link = answer.json()["link"]
    path = re.sub(r"^http://testserver", "", link)
    assert api(people.outsider).client.get(path).status_code == 200
    token = path.strip("/").rpartition("/")[2]
    assert token not in str(Invitation.objects.values())


def test_only_admins_manage(people: People, other_people: People, api: As) -> None:
    member = _member(people, "annotator")
    base = f"projects/{people.project.slug}"
    asked = [
        ("POST", f"{base}/members", {"username": "outsider", "role": "admin"}),
        ("PATCH", f"members/{member.pk}", {"role": "admin"}),
        ("DELETE", f"members/{member.pk}", None),
        ("POST", f"{base}/invitations", {"role": "admin", "name": "me"}),
    ]
    with unchanged():
        for verb, where, body in asked:
            for person in (people.annotator, people.reviewer, people.ml_engineer):
                expect_refusal(api(person).call(verb, where, body), 403, "forbidden")
            expect_refusal(api(other_people.admin).call(verb, where, body), 404)


def test_wrong_method(people: People, api: As) -> None:
    with unchanged():
        expect_refusal(api(people.admin).get(f"members/{_member(people, 'annotator').pk}"), 405)
        expect_refusal(api(people.admin).get(f"projects/{people.project.slug}/invitations"), 405)
