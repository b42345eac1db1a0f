"""Who is in a project: roles, invitations that work once, tokens that are shown once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from labeling import policies
from labeling.models import AuditEvent, Invitation, Membership, PersonalToken, Role, User
from labeling.operations import invitations, members, tokens
from labeling.operations.inputs import InvalidName
from labeling.policies import CAPABILITIES, Capability, Forbidden, NotFound
from labeling.queries.champions import get_champion
from tests.conftest import People, make_people, make_user
from tests.integration.domain.workshop import Workshop, make_bundle

PASSWORD = "a long enough secret"


def membership(people: People, role: str) -> Membership:
    return Membership.objects.get(project=people.project, user=getattr(people, role))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("capability", Capability)
def test_the_table_of_roles_is_what_counts(people: People, role: Role, capability: Capability) -> None:
    allowed = capability in CAPABILITIES[role]
    assert policies.can(getattr(people, role), capability, people.project) == allowed


def test_who_is_no_member_is_told_nothing(people: People, other_people: People) -> None:
    for user in (people.outsider, other_people.admin):
        with pytest.raises(NotFound):
            policies.check_can(user, Capability.VIEW, people.project)


def test_who_was_switched_off_may_nothing(people: People) -> None:
    people.admin.is_active = False
    assert not policies.can(people.admin, Capability.VIEW, people.project)


def test_a_superuser_is_no_member_by_that(people: People) -> None:
    superuser = User.objects.create(username="root", is_superuser=True)
    with pytest.raises(NotFound):
        policies.check_can(superuser, Capability.VIEW, people.project)


def test_making_a_project(people: People, now: datetime) -> None:
    project = members.create_project(
        name="  Yard ", by=people.admin, now=now, base_bundle=make_bundle("base")
    )
    assert (project.name, project.slug) == ("Yard", "yard-2")
    assert policies.get_role(people.admin, project) == Role.ADMIN
    champion = get_champion(project)
    assert champion is not None
    assert champion.manifest["name"] == "base"


def test_names_in_any_script_have_an_address(people: People, now: datetime) -> None:
    project = members.create_project(name="停车场", by=people.admin, now=now, base_bundle=None)
    assert (project.name, project.slug) == ("停车场", "project")


def test_not_everybody_makes_projects(people: People, now: datetime) -> None:
    for user in (people.reviewer, people.outsider):
        with pytest.raises(Forbidden):
            members.create_project(name="Mine", by=user, now=now, base_bundle=None)
    with pytest.raises(InvalidName):
        members.create_project(name="\n", by=people.admin, now=now, base_bundle=None)


def test_adding_once(people: People, now: datetime) -> None:
    user = make_user("newcomer")
    added = members.add_member(project=people.project, user=user, role="reviewer", by=people.admin, now=now)
    assert added.role == Role.REVIEWER
    with pytest.raises(members.AlreadyMember):
        members.add_member(project=people.project, user=user, role="admin", by=people.admin, now=now)
    assert policies.get_role(user, people.project) == Role.REVIEWER


@pytest.mark.parametrize("who", ["annotator", "reviewer", "ml_engineer"])
def test_only_admins_manage_members(people: People, now: datetime, who: str) -> None:
    by = getattr(people, who)
    mine = membership(people, who)
    with pytest.raises(Forbidden):
        members.add_member(project=people.project, user=people.outsider, role="admin", by=by, now=now)
    with pytest.raises(Forbidden):
        members.change_role(membership=mine, role="admin", by=by, now=now)
    with pytest.raises(Forbidden):
        members.remove_member(membership=mine, by=by, now=now)
    with pytest.raises(Forbidden):
        invitations.invite_member(project=people.project, role="admin", name="x", by=by, now=now)


def test_an_admin_elsewhere_is_nobody_here(people: People, other_people: People, now: datetime) -> None:
    with pytest.raises(NotFound):
        members.change_role(
            membership=membership(people, "annotator"), role="admin", by=other_people.admin, now=now
        )


def test_a_role_changes_and_is_remembered(people: People, now: datetime) -> None:
    members.change_role(membership=membership(people, "annotator"), role="reviewer", by=people.admin, now=now)
    event = AuditEvent.objects.get(verb="member.role_changed")
    assert (event.data["from"], event.data["to"]) == ("annotator", "reviewer")


def test_the_last_admin_stays(people: People, now: datetime) -> None:
    last = membership(people, "admin")
    with pytest.raises(members.LastAdmin):
        members.remove_member(membership=last, by=people.admin, now=now)
    with pytest.raises(members.LastAdmin):
        members.change_role(membership=last, role="annotator", by=people.admin, now=now)
    members.change_role(membership=membership(people, "reviewer"), role="admin", by=people.admin, now=now)
    members.remove_member(membership=last, by=people.admin, now=now)
    assert not policies.can(people.admin, Capability.VIEW, people.project)


def test_two_admins_do_not_remove_each_other(transactional_db: None, now: datetime) -> None:
    people = make_people()
    members.change_role(membership=membership(people, "reviewer"), role="admin", by=people.admin, now=now)
    pairs = [(people.admin, membership(people, "reviewer")), (people.reviewer, membership(people, "admin"))]
    start = threading.Barrier(2)

    def remove(pair: tuple[User, Membership]) -> bool:
        start.wait()
        try:
            members.remove_member(membership=pair[1], by=pair[0], now=now)
        except (members.LastAdmin, NotFound):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(remove, pairs))
    assert outcomes.count(True) == 1
    assert Membership.objects.filter(project=people.project, role="admin").count() == 1


def test_who_leaves_holds_nothing(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    members.remove_member(
        membership=membership(workshop.people, "annotator"), by=workshop.people.admin, now=workshop.now
    )
    lease.refresh_from_db()
    task.refresh_from_db()
    assert (lease.end_reason, task.state) == ("removed", "new")


def invite(people: People, now: datetime) -> tuple[Invitation, str]:
    return invitations.invite_member(
        project=people.project, role="reviewer", name="Zoe", by=people.admin, now=now
    )


def accept(token: str, now: datetime, username: str = "zoe", password: str = PASSWORD) -> User:
    return invitations.accept_invitation(token=token, username=username, password=password, now=now)


def test_an_invitation_makes_an_account_with_its_role(people: People, now: datetime) -> None:
    invitation, token = invite(people, now)
    user = accept(token, now)
    invitation.refresh_from_db()
    assert policies.get_role(user, people.project) == Role.REVIEWER
    assert user.check_password(PASSWORD)
    assert not (user.is_staff)
    assert not (user.is_superuser)
    assert invitation.accepted_by == user


def test_the_token_is_kept_nowhere(people: People, now: datetime) -> None:
    _, token = invite(people, now)
    stored = list(Invitation.objects.values()) + list(AuditEvent.objects.values())
    assert token not in repr(stored)


def test_an_invitation_works_once(people: People, now: datetime) -> None:
    _, token = invite(people, now)
    accept(token, now)
    with pytest.raises(invitations.InvitationClosed):
        accept(token, now, username="second")


def test_an_invitation_ends(people: People, now: datetime) -> None:
    _, token = invite(people, now)
    with pytest.raises(invitations.InvitationClosed):
        accept(token, now + timedelta(days=7))
    assert not User.objects.filter(username="zoe").exists()


def test_a_made_up_token_is_none(people: People, now: datetime) -> None:
    with pytest.raises(NotFound):
        accept("made up \ud800", now)


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [
        ("zoe", "short", "password"),
        ("zoe", "q1w2e3r4t5y6", "password"),
        ("zoe the great", PASSWORD, "username"),
        ("", PASSWORD, "username"),
        ("a" * 151, PASSWORD, "username"),
        ("ANNOTATOR", PASSWORD, "username"),
    ],
)
def test_an_odd_account_leaves_the_invitation_open(
    people: People, now: datetime, username: str, password: str, field: str
) -> None:
    _, token = invite(people, now)
    with pytest.raises(invitations.InvalidAccount) as refused:
        accept(token, now, username, password)
    assert field in refused.value.fields
    assert accept(token, now).username == "zoe"


def test_two_at_once_make_one_account(transactional_db: None, now: datetime) -> None:
    _, token = invite(make_people(), now)
    start = threading.Barrier(4)

    def join(number: int) -> bool:
        start.wait()
        try:
            accept(token, now, username=f"zoe{number}")
        except invitations.InvitationClosed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(join, range(4))).count(True) == 1
    assert User.objects.filter(username__startswith="zoe").count() == 1


def make_token(people: People, now: datetime, **changes: object) -> tuple[PersonalToken, str]:
    wanted = {"name": "script", "scopes": ["upload", "read"], "expires_at": None}
    return tokens.create_token(user=people.annotator, now=now, **(wanted | changes))


def test_a_token_is_found_by_its_secret_alone(people: People, now: datetime) -> None:
    token, secret = make_token(people, now)
    assert secret.startswith("vinloop_")
    assert tokens.find_token(secret, now) == token
    assert tokens.find_token(secret + "x", now) is None
    assert tokens.find_token(token.sha256, now) is None
    assert token.scopes == ["read", "upload"]


def test_the_secret_is_kept_nowhere(people: People, now: datetime) -> None:
    _, secret = make_token(people, now)
    stored = list(PersonalToken.objects.values()) + list(AuditEvent.objects.values())
    assert secret not in repr(stored)


def test_a_token_ends(people: People, now: datetime) -> None:
    _, secret = make_token(people, now, expires_at=now + timedelta(days=1))
    assert tokens.find_token(secret, now + timedelta(hours=23)) is not None
    assert tokens.find_token(secret, now + timedelta(days=1)) is None


def test_a_revoked_token_opens_nothing(people: People, now: datetime) -> None:
    token, secret = make_token(people, now)
    with pytest.raises(NotFound):
        tokens.revoke_token(token=token, by=people.admin, now=now)
    for _ in range(2):
        tokens.revoke_token(token=token, by=people.annotator, now=now)
    assert tokens.find_token(secret, now) is None
    assert AuditEvent.objects.filter(verb="token.revoked").count() == 1


def test_the_token_of_somebody_switched_off_opens_nothing(people: People, now: datetime) -> None:
    _, secret = make_token(people, now)
    User.objects.filter(pk=people.annotator.pk).update(is_active=False)
    assert tokens.find_token(secret, now) is None


def test_its_use_is_noted_once_a_minute(people: People, now: datetime) -> None:
    _, secret = make_token(people, now)
    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        tokens.find_token(secret, now + timedelta(seconds=seconds))
        assert PersonalToken.objects.get().last_used_at == now + timedelta(seconds=noted)


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": []},
        {"scopes": ["read", "everything"]},
        {"expires_at": datetime.fromisoformat("2026-01-01T00:00:00+00:00")},
    ],
    ids=["no scope", "an unknown scope", "ended already"],
)
def test_an_odd_token_is_refused(people: People, now: datetime, changes: dict[str, object]) -> None:
    with pytest.raises(tokens.InvalidToken):
        make_token(people, now, **changes)
