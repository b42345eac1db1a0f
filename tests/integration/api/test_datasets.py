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
    assert listed.items() <= shown.items()
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


def test_criteria_are_kept_and_shown(people: People, api: As) -> None:
    Yard(people).accept(5)
    wanted = {
        "name": "chosen",
        "sources": ["human", "barcode"],
        "uploaded_from": "2020-01-31",
        "balance_kinds": True,
        "weights": {"barcode": 0.25},
    }
    answer = api(people.ml_engineer).post(f"projects/{people.project.slug}/snapshots", wanted)
    assert answer.status_code == 201, answer.content
    shown = api(people.annotator).get(f"snapshots/{answer.json()['id']}").json()
    assert shown["criteria"]["weights"] == {"human": 1.0, "barcode": 0.25}
    assert shown["criteria"]["uploaded_from"] == "2020-01-31"
    assert [group["name"] for group in shown["sources"]] == ["human"]
    assert [group["name"] for group in shown["places"]] == ["label"]
    assert sum(shown["vehicles"].values()) == 1
    assert set(shown["symbols"]) == set("0123456789ABCDEFGHJKLMNPRSTUVWXYZ")


@pytest.mark.parametrize(
    "wrong",
    [
        {"sources": []},
        {"sources": ["rumour"]},
        {"kinds": ["dashboard"]},
        {"uploaded_from": "2020-02-31"},
        {"uploaded_from": "2020-02-02", "uploaded_until": "2020-02-01"},
        {"weights": {"human": 0}},
        {"weights": {"human": 1e300}},
        {"weights": {"rumour": 1}},
        {"balance_kinds": "perhaps"},
    ],
)
def test_bad_criteria(people: People, api: As, wrong: dict[str, object]) -> None:
    Yard(people).accept()
    with unchanged():
        answer = api(people.ml_engineer).post(
            f"projects/{people.project.slug}/snapshots", {"name": "n", **wrong}
        )
    assert expect_refusal(answer, 400)["fields"]


def test_suspects_and_doubts(people: People, api: As) -> None:
    yard = Yard(people)
    snapshot = yard.snapshot
    photo = snapshot.items.get().photo_id
    asker = api(people.ml_engineer)
    found = asker.get(f"snapshots/{snapshot.pk}/suspects").json()
    assert (found["threshold"], found["read"], found["items"]) == (0.8, 1, [])
    with audited("task.doubted"):
        answer = asker.post(f"snapshots/{snapshot.pk}/doubts", {"photos": [str(photo)]})
    assert answer.status_code == 200
    assert asker.get(f"photos/{photo}").json()["task"]["state"] == "submitted"
    with unchanged():
        again = asker.post(f"snapshots/{snapshot.pk}/doubts", {"photos": [str(photo)]})
        expect_refusal(again, 400, "nothing_to_doubt")
        expect_refusal(asker.post(f"snapshots/{snapshot.pk}/doubts", {"photos": []}), 400)
        reviewer = api(people.reviewer).post(f"snapshots/{snapshot.pk}/doubts", {"photos": [str(photo)]})
        expect_refusal(reviewer, 403)


def test_difference(people: People, other_people: People, api: As) -> None:
    yard = Yard(people)
    first = yard.snapshot
    added = yard.accept(8).photo
    asker = api(people.ml_engineer)
    second = asker.post(f"projects/{people.project.slug}/snapshots", {"name": "second"}).json()
    found = asker.get(f"snapshots/{second['id']}/difference?against={first.pk}").json()
    assert [change["photo"] for change in found["added"]] == [str(added.pk)]
    assert (found["removed"], found["relabeled"], found["same"]) == ([], [], 1)
    rest = asker.get(f"snapshots/{second['id']}/difference?against={first.pk}&skip=1&limit=1").json()
    assert (rest["added"], rest["counts"]["added"]) == ([], 1)
    expect_refusal(asker.get(f"snapshots/{second['id']}/difference?against={first.pk}&limit=0"), 400)
    foreign = Yard(other_people).snapshot
    expect_refusal(asker.get(f"snapshots/{second['id']}/difference?against={foreign.pk}"), 404)
    expect_refusal(asker.get(f"snapshots/{second['id']}/difference"), 400)


def test_kind_of_a_photo(people: People, api: As) -> None:
    photo = Yard(people).photo
    with audited("photo.kind_set"):
        changed = api(people.annotator).patch(f"photos/{photo.pk}", {"kind": "stamped_metal"})
    assert changed.json()["kind"] == "stamped_metal"
    with unchanged():
        expect_refusal(api(people.annotator).patch(f"photos/{photo.pk}", {"kind": "dashboard"}), 400)
        expect_refusal(api(people.annotator).patch(f"photos/{photo.pk}", {}), 400)
        assert api(people.annotator).patch(f"photos/{photo.pk}", {"kind": "stamped_metal"}).status_code == 200
