"""Every page and every button, by everybody: who gets in, who is told no, and for whom there is nothing."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labeling.models import AuditEvent
from labeling.operations import comments
from tests.conftest import ROLES, People
from tests.integration.views import rows

EVERYBODY = set(ROLES)
PAGES: dict[str, set[str]] = {
    "project": EVERYBODY,
    "photos": EVERYBODY,
    "photo": EVERYBODY,
    "annotate": {"annotator", "reviewer", "admin"},
    "review": {"reviewer", "admin"},
    "queue": {"reviewer", "admin"},
    "adjudicate": {"reviewer", "admin"},
    "datasets": EVERYBODY,
    "dataset": EVERYBODY,
    "dataset-difference": EVERYBODY,
    "transfers": EVERYBODY,
    "transfer": EVERYBODY,
    "runs": EVERYBODY,
    "runs-table": EVERYBODY,
    "run": EVERYBODY,
    "models": EVERYBODY,
    "model": EVERYBODY,
    "quality": {"reviewer", "ml_engineer", "admin"},
    "quality-person": {"annotator", "admin"},
    "my-work": EVERYBODY,
    "members": {"admin"},
    "order": EVERYBODY,
    "order-preview": {"ml_engineer", "admin"},
    "policy": {"admin"},
    "policy-preview": {"admin"},
    "photo-history": EVERYBODY,
    "sheet": {"reviewer", "admin"},
    "guidelines": EVERYBODY,
    "guidelines-edit": {"admin"},
}
FORMS: dict[str, set[str]] = {
    "datasets": {"ml_engineer", "admin"},
    "transfers": {"admin"},
    "runs": {"ml_engineer", "admin"},
    "members": {"admin"},
    "policy": {"admin"},
    "order": {"ml_engineer", "admin"},
    "guidelines-edit": {"admin"},
}
ACTIONS: dict[str, set[str]] = {
    "photo-reread": EVERYBODY,
    "photo-kind": EVERYBODY,
    "dataset-doubts": {"ml_engineer", "admin"},
    "dataset-export": {"ml_engineer", "admin"},
    "transfer-confirm": {"admin"},
    "transfer-cancel": {"ml_engineer", "admin"},
    "transfer-retry": {"ml_engineer", "admin"},
    "photo-reopen": {"annotator", "reviewer", "admin"},
    "queue-act": {"reviewer", "admin"},
    "queue-undo": {"admin"},
    "queue-stop": {"admin"},
    "queue-recall": {"admin"},
    "photo-known": {"admin"},
    "photo-restore": {"annotator", "reviewer", "admin"},
    "comment-add": EVERYBODY,
    "comment-edit": {"reviewer"},
    "comment-delete": {"reviewer"},
    "mention-read": EVERYBODY,
    "guidelines-read": EVERYBODY,
    "run-cancel": {"ml_engineer", "admin"},
    "run-retry": {"ml_engineer", "admin"},
    "rollback": {"ml_engineer", "admin"},
    "model-promote": {"ml_engineer", "admin"},
    "member-role": {"admin"},
    "member-remove": {"admin"},
}
Address = Callable[[str], str]


@pytest.fixture
def address(people: People) -> Address:
    """The address of a page by the name of its URL, on rows that are there."""
    version, snapshot = rows.add_version(people), rows.add_snapshot(people)
    photo = rows.add_photo(people)
    task = rows.add_task(people, photo)
    comment = comments.add_comment(
        task=task, author=people.reviewer, text="@annotator look", now=timezone.now()
    )
    run = rows.add_run(people, snapshot, version)
    action = rows.add_bulk_action(people, task)
    member = people.project.memberships.get(user=people.annotator)
    keys = {
        "photo": photo.pk,
        "comment": comment.pk,
        "comment-add": photo.pk,
        "mention": comment.mentions.get().pk,
        "run": run.pk,
        "model": version.pk,
        "dataset": snapshot.pk,
        "transfer": rows.add_transfer(people, snapshot).pk,
        "member": member.pk,
        "queue-undo": action.pk,
        "queue-stop": action.pk,
        "queue-recall": task.pk,
        "quality-person": member.pk,
    }

    def find(name: str) -> str:
        key = keys.get(name) or keys.get(name.split("-")[0])
        return reverse(name, args=[people.project.slug, key] if key else [people.project.slug])

    return find


@pytest.mark.parametrize("name", PAGES)
def test_each_role_sees_what_it_may(people: People, address: Address, name: str) -> None:
    answers = {role: people.client(role).get(address(name)).status_code for role in ROLES}
    assert answers == {role: 200 if role in PAGES[name] else 403 for role in ROLES}


def test_for_an_outsider_there_is_nothing(people: People, address: Address) -> None:
    client = people.client("outsider")
    for name in [*PAGES, *ACTIONS]:
        response = getattr(client, "post" if name in ACTIONS else "get")(address(name))
        assert response.status_code == 404, name
        assert people.project.name not in response.content.decode(), name


def test_nobody_gets_in_without_logging_in(address: Address) -> None:
    for name in [*PAGES, *ACTIONS]:
        response = getattr(Client(), "post" if name in ACTIONS else "get")(address(name))
        assert response.status_code == 302, name
        assert response["Location"].startswith(f"{reverse('login')}?next="), name


@pytest.mark.parametrize("name", ["photos", "photo", "runs", "run"])
def test_a_part_that_is_asked_for_after_logging_out_reloads_the_page(address: Address, name: str) -> None:
    response = Client().get(address(name), headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


@pytest.mark.parametrize("name", FORMS)
def test_each_role_sends_the_forms_it_may(people: People, address: Address, name: str) -> None:
    answers = {role: people.client(role).post(address(name), {}).status_code for role in ROLES}
    assert answers == {role: 400 if role in FORMS[name] else 403 for role in ROLES}


def test_pages_without_a_form_take_no_post(people: People, address: Address) -> None:
    client = people.client("admin")
    for name in PAGES.keys() - {*FORMS, "sheet"}:
        assert client.post(address(name)).status_code == 405, name


def test_buttons_do_nothing_on_get(people: People, address: Address) -> None:
    before, client = AuditEvent.objects.count(), people.client("admin")
    for name in ACTIONS:
        assert client.get(address(name)).status_code == 405, name
        assert AuditEvent.objects.count() == before, name


@pytest.mark.parametrize("name", ACTIONS)
def test_roles_without_the_right_press_in_vain(people: People, address: Address, name: str) -> None:
    before = AuditEvent.objects.count()
    for role in EVERYBODY - ACTIONS[name]:
        assert people.client(role).post(address(name)).status_code == 403
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("name", ["photo-reread", "run-cancel", "model-promote", "member-remove"])
def test_a_forged_form_is_refused(people: People, address: Address, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.admin)
    assert client.post(address(name)).status_code == 403


@pytest.mark.parametrize("name", ["photo", "run", "model"])
def test_what_another_project_has_is_not_here(people: People, other_people: People, name: str) -> None:
    version, snapshot = rows.add_version(other_people), rows.add_snapshot(other_people)
    foreign = {
        "photo": rows.add_photo(other_people).pk,
        "run": rows.add_run(other_people, snapshot, version).pk,
        "model": version.pk,
    }[name]
    for key in (foreign, uuid.uuid4()):
        response = people.client("admin").get(reverse(name, args=[people.project.slug, key]))
        assert response.status_code == 404


@pytest.mark.parametrize("name", ["photo-reread", "photo-reopen", "run-cancel", "run-retry", "model-promote"])
def test_buttons_do_nothing_to_another_project(people: People, other_people: People, name: str) -> None:
    version, snapshot = rows.add_version(other_people), rows.add_snapshot(other_people)
    photo = rows.add_photo(other_people)
    rows.add_task(other_people, photo)
    foreign = {
        "photo": photo.pk,
        "run": rows.add_run(other_people, snapshot, version).pk,
        "model": version.pk,
    }
    url = reverse(name, args=[people.project.slug, foreign[name.split("-")[0]]])
    assert people.client("admin").post(url).status_code == 404
    assert AuditEvent.objects.count() == 0
    member = other_people.project.memberships.first()
    url = reverse("member-remove", args=[people.project.slug, member.pk])
    assert people.client("admin").post(url).status_code == 404
    assert other_people.project.memberships.count() == len(ROLES)


def test_every_page_keeps_its_scripts_and_styles_in_files(people: People, address: Address) -> None:
    for name in PAGES:
        response = people.client("admin").get(address(name))
        html = response.content.decode()
        assert " style=" not in html
        assert "<script>" not in html
        assert " onclick=" not in html
        assert "default-src 'none'" in response["Content-Security-Policy"]
