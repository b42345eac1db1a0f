"""Independent readings over HTTP: nothing of the first one is found anywhere, and a third person settles."""

from __future__ import annotations

import pytest

from labeling.models import Annotation, Review
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import OTHER_VIN, VIN, Yard, work

pytestmark = pytest.mark.django_db

SUBMITTED = "2M8GDM9AXKP042788"
"""What the first reader made of it: nothing that the model would read."""


def test_a_second_reader_finds_the_first_reading_nowhere(people: People, api: As) -> None:
    yard = Yard(people)
    yard.allow(double_share=1, review_share=0)
    lease = yard.lease(holder=people.annotator)
    api(people.annotator).post(f"leases/{lease.pk}/annotation", work(SUBMITTED))
    photo, slug = lease.task.photo, people.project.slug
    reader = api(people.reviewer)
    claimed = reader.post(f"projects/{slug}/leases", {"kind": "annotate"})
    assert claimed.json()["task"]["id"] == str(lease.task_id)
    asked = [
        claimed,
        reader.get(f"tasks/{lease.task_id}"),
        reader.get(f"projects/{slug}/tasks"),
        reader.get(f"photos/{photo.pk}"),
        reader.get(f"photos/{photo.pk}/annotations"),
        reader.get(f"photos/{photo.pk}/predictions"),
        reader.get(f"projects/{slug}/photos"),
        reader.get(f"projects/{slug}/photos?text={SUBMITTED}"),
        reader.get(f"projects/{slug}/events?limit=200"),
        reader.client.get(f"/p/{slug}/"),
        reader.client.get(f"/p/{slug}/photos/"),
        reader.client.get(f"/p/{slug}/photos/{photo.pk}/"),
        reader.client.get(f"/p/{slug}/photos/{photo.pk}/?show=a1"),
    ]
    for answer in asked:
        assert answer.status_code in (200, 201)
        assert SUBMITTED not in answer.content.decode().replace(f"text={SUBMITTED}", "")
    own = api(people.annotator).get(f"photos/{photo.pk}/annotations").json()["items"]
    assert [item["text"] for item in own] == [SUBMITTED]


def test_two_that_agree_are_accepted(people: People, api: As) -> None:
    task = Yard(people).read_once()
    lease = api(people.reviewer).post(f"tasks/{task.pk}/leases", {"kind": "annotate"}).json()["lease"]
    answer = api(people.reviewer).post(f"leases/{lease['id']}/annotation", work(base_revision=1))
    assert (answer.status_code, answer.json()["revision"]) == (201, 2)
    photo = api(people.annotator).get(f"photos/{task.photo_id}").json()
    assert (photo["task"]["state"], photo["vin"], photo["vin_source"]) == ("accepted", VIN, "consensus")
    listed = api(people.annotator).get(f"projects/{people.project.slug}/photos?source=consensus").json()
    assert [item["id"] for item in listed["items"]] == [str(task.photo_id)]


def test_a_third_person_is_shown_both_and_settles_it(people: People, api: As) -> None:
    task = Yard(people).differ()
    claimed = api(people.reviewer).post(f"projects/{people.project.slug}/leases", {"kind": "adjudicate"})
    bundle = claimed.json()
    assert [reading["text"] for reading in bundle["readings"]] == [VIN, OTHER_VIN]
    assert (bundle["annotation"], bundle["task"]["state"]) == (None, "in_adjudication")
    page = api(people.reviewer).client.get(f"/p/{people.project.slug}/photos/{task.photo_id}/")
    assert f"adjudicate/?task={task.pk}" in page.content.decode()
    body = work(OTHER_VIN, base_revision=2) | {"outcome": "read", "keystrokes": 2, "active_ms": 900}
    with audited("adjudication.submitted"):
        answer = api(people.reviewer).post(f"leases/{bundle['lease']['id']}/adjudication", body)
    assert (answer.status_code, answer.json()["author"]) == (201, "reviewer")
    task.refresh_from_db()
    assert (task.state, task.decided_by) == ("accepted", "adjudication")
    assert Annotation.objects.get(revision=3).keystrokes == 2
    assert Review.objects.count() == 2
    with unchanged():
        again = api(people.reviewer).post(f"leases/{bundle['lease']['id']}/adjudication", body)
    assert again.json() == answer.json()


def test_what_was_done_under_a_lease_of_another_kind_is_no_repetition(people: People, api: As) -> None:
    yard = Yard(people)
    reviewer = api(people.reviewer)
    read = yard.lease(holder=people.reviewer)
    assert reviewer.post(f"leases/{read.pk}/annotation", work()).status_code == 201
    task = yard.submit().task
    fixed = reviewer.post(f"tasks/{task.pk}/leases", {"kind": "review"}).json()["lease"]["id"]
    fix = work(OTHER_VIN, base_revision=1) | {"verdict": "fixed_and_accepted"}
    assert reviewer.post(f"leases/{fixed}/review", fix).status_code == 201
    decided = work(base_revision=1) | {"outcome": "read"}
    judged = {"verdict": "accepted", "base_revision": 1}
    with unchanged():
        for lease in (read.pk, fixed):
            expect_refusal(reviewer.post(f"leases/{lease}/adjudication", decided), 409, "lease_lost")
        expect_refusal(reviewer.post(f"leases/{read.pk}/review", judged), 409, "lease_lost")
        expect_refusal(reviewer.post(f"leases/{fixed}/annotation", work(base_revision=1)), 409, "lease_lost")


def test_authors_are_hidden_where_the_policy_says_so(people: People, api: As) -> None:
    yard = Yard(people)
    yard.allow(double_share=0, review_share=1, blind_review=True)
    task = yard.submit().task
    reviewer = api(people.reviewer)
    claimed = reviewer.post(f"tasks/{task.pk}/leases", {"kind": "review"}).json()
    assert claimed["annotation"]["author"] is None
    (item,) = reviewer.get(f"photos/{task.photo_id}/annotations").json()["items"]
    assert item["author"] is None
    page = reviewer.client.get(f"/p/{people.project.slug}/photos/{task.photo_id}/").content.decode()
    assert "author hidden" in page
    assert "annotator submitted" not in page
    for events in ("events?limit=200", f"events?object_id={task.pk}"):
        told = reviewer.get(f"projects/{people.project.slug}/{events}").json()["items"]
        actors = {event["actor"] for event in told if event["object_id"] == str(task.pk)}
        assert "annotator" not in actors
    own = api(people.annotator).get(f"projects/{people.project.slug}/events?object_id={task.pk}").json()
    assert "annotation.submitted" in {event["verb"] for event in own["items"]}


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "guessed"},
        {"outcome": "unreadable"},
        {"text": "too short"},
        {"base_revision": None},
        {"unknown": 1},
    ],
)
def test_bad_input(people: People, api: As, change: dict[str, object]) -> None:
    task = Yard(people).differ()
    lease = api(people.reviewer).post(f"tasks/{task.pk}/leases", {"kind": "adjudicate"}).json()["lease"]
    body = work(base_revision=2) | {"outcome": "read"} | change
    with unchanged():
        expect_refusal(api(people.reviewer).post(f"leases/{lease['id']}/adjudication", body), 400)


def test_not_mine_and_other_roles(people: People, other_people: People, api: As) -> None:
    task = Yard(people).differ()
    with unchanged():
        for person in (people.annotator, people.ml_engineer):
            answer = api(person).post(f"tasks/{task.pk}/leases", {"kind": "adjudicate"})
            expect_refusal(answer, 403, "forbidden")
        stranger = api(other_people.admin).post(f"tasks/{task.pk}/leases", {"kind": "adjudicate"})
        expect_refusal(stranger, 404)
    lease = api(people.reviewer).post(f"tasks/{task.pk}/leases", {"kind": "adjudicate"}).json()["lease"]
    body = work(base_revision=2) | {"outcome": "read"}
    with unchanged():
        for person in (people.annotator, people.admin, other_people.admin):
            expect_refusal(api(person).post(f"leases/{lease['id']}/adjudication", body), 404)


def test_a_token_needs_the_scope_of_reviews(people: People, api: As) -> None:
    yard = Yard(people)
    task = yard.differ()
    reviewer = api(people.reviewer)
    for scope, status in (("annotate", 403), ("review", 201)):
        _, secret = yard.token(people.reviewer, scope)
        reviewer.headers = {"Authorization": f"Bearer {secret}"}
        assert reviewer.post(f"tasks/{task.pk}/leases", {"kind": "adjudicate"}).status_code == status


def test_wrong_method(people: People, api: As) -> None:
    lease = Yard(people).lease()
    with unchanged():
        for verb in ("GET", "PUT", "DELETE"):
            expect_refusal(api(people.annotator).call(verb, f"leases/{lease.pk}/adjudication", {}), 405)
