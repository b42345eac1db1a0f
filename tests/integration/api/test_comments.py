"""Comments on tasks, and mentions."""

from __future__ import annotations

import pytest
from django.utils import timezone

from labeling.models import Comment, Mention, QualityPolicy
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db


def test_every_member_comments_and_reads(people: People, api: As) -> None:
    task = Yard(people).photo.task
    for person in (people.annotator, people.reviewer, people.ml_engineer, people.admin):
        with audited("comment.added"):
            body = {"text": f"from {person}", "index": 3}
            answer = api(person).post(f"tasks/{task.pk}/comments", body)
        assert answer.status_code == 201
        said = answer.json()
        assert (said["index"], said["author"], said["is_mine"]) == (3, person.username, True)
    found = api(people.annotator).get(f"tasks/{task.pk}/comments").json()["items"]
    assert [each["is_mine"] for each in found] == [True, False, False, False]
    bundle = api(people.annotator).get(f"tasks/{task.pk}").json()
    assert bundle["comments"] == found


def test_a_member_who_is_named_marks_it_as_read(people: People, api: As) -> None:
    comment = Yard(people).comment
    assert api(people.reviewer).get(f"projects/{people.project.slug}/mentions").json()["items"] == []
    (mention,) = api(people.annotator).get(f"projects/{people.project.slug}/mentions").json()["items"]
    assert mention["comment"]["pieces"] == [
        {"text": "@annotator", "name": "annotator"},
        {"text": " this is a 3", "name": ""},
    ]
    assert mention["task"] == str(comment.task_id)
    with unchanged():
        expect_refusal(api(people.admin).post(f"mentions/{mention['id']}/read"), 404)
    assert api(people.annotator).post(f"mentions/{mention['id']}/read").status_code == 204
    assert Mention.objects.get().read_at is not None
    assert api(people.annotator).get(f"projects/{people.project.slug}/mentions").json()["items"] == []


def test_one_edits_and_deletes_ones_own(people: People, api: As) -> None:
    comment = Yard(people).comment
    address = f"comments/{comment.pk}"
    with unchanged():
        for person in (people.annotator, people.admin):
            expect_refusal(api(person).patch(address, {"text": "mine"}), 403)
            expect_refusal(api(person).delete(address), 403)
    with audited("comment.edited"):
        answer = api(people.reviewer).patch(address, {"text": "a 5"})
    assert (answer.status_code, answer.json()["text"]) == (200, "a 5")
    assert answer.json()["edited_at"] is not None
    with audited("comment.deleted"):
        assert api(people.reviewer).delete(address).status_code == 204
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": 5}, {"text": "x", "index": 17}, {"text": "x", "index": "3"}, {"words": "x"}],
)
def test_bad_input(people: People, api: As, body: dict[str, object]) -> None:
    task = Yard(people).photo.task
    with unchanged():
        expect_refusal(api(people.annotator).post(f"tasks/{task.pk}/comments", body), 400)


def test_wrong_verb(people: People, api: As) -> None:
    comment = Yard(people).comment
    with unchanged():
        expect_refusal(api(people.reviewer).get(f"comments/{comment.pk}"), 405)
        expect_refusal(api(people.reviewer).put(f"tasks/{comment.task_id}/comments", {}), 405)


def test_a_rejection_brings_its_comment(people: People, api: As) -> None:
    lease = Yard(people).review_lease()
    body = {
        "verdict": "rejected",
        "reason": "A character is wrong",
        "base_revision": 1,
        "comment": "This is a 3, @annotator",
        "comment_index": 16,
    }
    with audited("comment.added", "review.submitted"):
        assert api(people.reviewer).post(f"leases/{lease.pk}/review", body).status_code == 201
    bundle = api(people.annotator).post(f"tasks/{lease.task_id}/leases", {"kind": "annotate"}).json()
    (comment,) = bundle["comments"]
    assert (comment["index"], comment["text"]) == (16, "This is a 3, @annotator")


def test_a_bad_comment_takes_the_verdict_with_it(people: People, api: As) -> None:
    lease = Yard(people).review_lease()
    body = {"verdict": "accepted", "base_revision": 1, "comment": "x", "comment_index": 40}
    with unchanged():
        expect_refusal(api(people.reviewer).post(f"leases/{lease.pk}/review", body), 400, "invalid_comment")


def test_blind_review_hides_the_annotator_in_every_answer(people: People, api: As) -> None:
    yard = Yard(people)
    lease = yard.review_lease(author=yard.second_annotator)
    task = lease.task
    body = {"text": f"I, @{yard.second_annotator.username}"}
    api(yard.second_annotator).post(f"tasks/{task.pk}/comments", body)
    addresses = [
        f"tasks/{task.pk}",
        f"tasks/{task.pk}/comments",
        f"photos/{task.photo_id}/annotations",
        f"projects/{people.project.slug}/events",
    ]
    name = yard.second_annotator.username
    assert all(name in api(people.reviewer).get(address).content.decode() for address in addresses)
    QualityPolicy.objects.create(
        project=people.project, number=1, blind_review=True, made_by=people.admin, made_at=timezone.now()
    )
    for address in addresses:
        assert name not in api(people.reviewer).get(address).content.decode()
