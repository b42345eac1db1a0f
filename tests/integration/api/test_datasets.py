"""Dataset snapshots: freeze, list, look at."""

from __future__ import annotations

import pytest

from labeling import storage
from labeling.models import DatasetSnapshot
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db


def test_freezes_accepted_work(people: People, api: As) -> None:
    yard = Yard(people)
    accepted, _waiting = yard.accept(5), yard.submit(6)
    with audited("snapshot.frozen"):
        answer = api(people.ml_engineer).post(
            f"projects/{people.project.slug}/snapshots", {"name": "November", "split_seed": 7}
        )
    assert answer.status_code == 201
    snapshot = DatasetSnapshot.objects.get(pk=answer.json()["id"])
    assert [item.photo for item in snapshot.items.all()] == [accepted.photo]
    assert sum(answer.json()["counts"].values()) == 1
    assert answer.json()["split_seed"] == 7
    assert storage.hash_content(storage.snapshot_path(snapshot.sha256).read_bytes()) == snapshot.sha256


def test_lists_and_shows(people: People, api: As) -> None:
    snapshot = Yard(people).snapshot
    (listed,) = api(people.annotator).get(f"projects/{people.project.slug}/snapshots").json()["items"]
    shown = api(people.annotator).get(f"snapshots/{snapshot.pk}").json()
    assert listed == shown
    assert (shown["name"], shown["created_by"]) == ("first", "ml_engineer")


def test_the_same_name_again(people: People, api: As) -> None:
    Yard(people).snapshot  # noqa: B018 - it is made here
    with unchanged():
        answer = api(people.ml_engineer).post(f"projects/{people.project.slug}/snapshots", {"name": "first"})
    expect_refusal(answer, 409)


def test_nothing_to_freeze(people: People, api: As) -> None:
    Yard(people).submit()
    with unchanged():
        answer = api(people.ml_engineer).post(f"projects/{people.project.slug}/snapshots", {"name": "n"})
    expect_refusal(answer, 409, "nothing_to_freeze")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 101},
        {"name": 5},
        {"name": "n", "split_seed": -1},
        {"name": "n", "split_seed": 2**40},
        {"name": "n", "split_seed": 1.5},
        {"name": "n", "sha256": "0" * 64},
    ],
)
def test_bad_input(people: People, api: As, body: dict[str, object]) -> None:
    Yard(people).accept()
    with unchanged():
        answer = api(people.ml_engineer).post(f"projects/{people.project.slug}/snapshots", body)
    assert expect_refusal(answer, 400)["fields"]


def test_roles_strangers_and_methods(people: People, other_people: People, api: As) -> None:
    snapshot = Yard(people).snapshot
    address = f"projects/{people.project.slug}/snapshots"
    with unchanged():
        for person in (people.annotator, people.reviewer):
            expect_refusal(api(person).post(address, {"name": "mine"}), 403, "forbidden")
        expect_refusal(api(other_people.ml_engineer).post(address, {"name": "mine"}), 404)
        expect_refusal(api(other_people.ml_engineer).get(address), 404)
        expect_refusal(api(other_people.ml_engineer).get(f"snapshots/{snapshot.pk}"), 404)
        expect_refusal(api(people.admin).put(f"snapshots/{snapshot.pk}", {"name": "mine"}), 405)
        expect_refusal(api(people.admin).delete(f"snapshots/{snapshot.pk}"), 405)
