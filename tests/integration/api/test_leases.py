"""Leases: claim, renew, draft, submit, mark unreadable, skip, give back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.models import Annotation, Draft, Lease, Task
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard, work

pytestmark = pytest.mark.django_db


def _claim(api: As, people: People, kind: str = "annotate"):
    person = people.reviewer if kind == "review" else people.annotator
    return api(person).post(f"projects/{people.project.slug}/leases", {"kind": kind})


def _expire(lease: Lease) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Lease.objects.filter(pk=lease.pk).update(expires_at=past)


class TestClaim:
    def test_brings_all_that_an_editor_shows(self, people: People, api: As) -> None:
        task = Yard(people).open_task()
        with audited("lease.claimed"):
            answer = _claim(api, people)
        assert answer.status_code == 201
        bundle = answer.json()
        expected = {"lease", "task", "photo", "prediction", "annotation", "readings", "draft"}
        assert set(bundle) == expected | {"changes", "comments", "guidelines"}
        assert bundle["lease"]["kind"] == "annotate"
        assert bundle["lease"]["seconds"] >= 30
        assert bundle["task"] == {
            "id": str(task.pk),
            "state": "in_progress",
            "revision": 0,
            "rejection_reason": "",
            "waiting": 0,
            "reasons": [],
        }
        assert (bundle["photo"]["width"], bundle["photo"]["height"]) == (320, 240)
        assert bundle["prediction"]["vin"] == VIN
        assert bundle["prediction"]["model_version"] == "v1"
        assert bundle["prediction"]["barcodes"] == []
        assert (bundle["annotation"], bundle["draft"]) == (None, None)

    def test_the_same_person_is_given_the_same_lease(self, people: People, api: As) -> None:
        yard = Yard(people)
        yard.open_task(1)
        yard.open_task(2)
        first = _claim(api, people).json()["lease"]["id"]
        assert _claim(api, people).json()["lease"]["id"] == first
        assert Lease.objects.count() == 1

    def test_nothing_waits(self, people: People, api: As) -> None:
        with unchanged():
            answer = _claim(api, people)
        assert (answer.status_code, answer.content) == (204, b"")

    def test_a_given_task(self, people: People, api: As) -> None:
        yard = Yard(people)
        yard.open_task(1)
        task = yard.open_task(2)
        answer = api(people.annotator).post(f"tasks/{task.pk}/leases", {"kind": "annotate"})
        assert answer.json()["task"]["id"] == str(task.pk)

    def test_what_another_holds(self, people: People, api: As) -> None:
        yard = Yard(people)
        lease, another = yard.lease(), yard.second_annotator
        with unchanged():
            answer = api(another).post(f"tasks/{lease.task_id}/leases", {"kind": "annotate"})
        expect_refusal(answer, 409, "task_taken")

    def test_what_waits_for_something_else(self, people: People, api: As) -> None:
        task = Yard(people).open_task()
        with unchanged():
            answer = api(people.reviewer).post(f"tasks/{task.pk}/leases", {"kind": "review"})
        expect_refusal(answer, 409, "nothing_to_claim")

    def test_ones_own_annotation_is_not_handed_out_for_review(self, people: People, api: As) -> None:
        annotation = Yard(people).submit(author=people.reviewer)
        with unchanged():
            assert _claim(api, people, "review").status_code == 204
            answer = api(people.reviewer).post(f"tasks/{annotation.task_id}/leases", {"kind": "review"})
        expect_refusal(answer, 403, "forbidden")

    @pytest.mark.parametrize("body", [{}, {"kind": "administrate"}, {"kind": None}, {"kind": ["annotate"]}])
    def test_bad_input(self, people: People, api: As, body: dict[str, object]) -> None:
        Yard(people).open_task()
        with unchanged():
            answer = api(people.annotator).post(f"projects/{people.project.slug}/leases", body)
        assert "kind" in expect_refusal(answer, 400, "invalid")["fields"]

    def test_roles(self, people: People, other_people: People, api: As) -> None:
        yard = Yard(people)
        task, submitted = yard.open_task(), yard.submit().task
        address = f"projects/{people.project.slug}/leases"
        with unchanged():
            for where in (address, f"tasks/{task.pk}/leases"):
                expect_refusal(api(people.ml_engineer).post(where, {"kind": "annotate"}), 403, "forbidden")
                expect_refusal(api(other_people.admin).post(where, {"kind": "annotate"}), 404)
            for where in (address, f"tasks/{submitted.pk}/leases"):
                expect_refusal(api(people.annotator).post(where, {"kind": "review"}), 403, "forbidden")

    def test_wrong_method(self, people: People, api: As) -> None:
        task = Yard(people).open_task()
        with unchanged():
            expect_refusal(api(people.annotator).get(f"projects/{people.project.slug}/leases"), 405)
            expect_refusal(api(people.annotator).get(f"tasks/{task.pk}/leases"), 405)


class TestKeep:
    def test_renewal_gives_the_whole_time_again(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        Lease.objects.filter(pk=lease.pk).update(expires_at=timezone.now() + timedelta(seconds=5))
        answer = api(people.annotator).post(f"leases/{lease.pk}/renew")
        assert answer.status_code == 200
        lease.refresh_from_db()
        left = (lease.expires_at - timezone.now()).total_seconds()
        assert left > answer.json()["seconds"] - 10

    def test_release_puts_the_task_back_and_keeps_the_draft(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        api(people.annotator).put(f"leases/{lease.pk}/draft", work("1HG"))
        with audited("lease.released"):
            assert api(people.annotator).delete(f"leases/{lease.pk}").status_code == 204
        assert Task.objects.get(pk=lease.task_id).state == "new"
        assert _claim(api, people).json()["draft"]["text"] == "1HG"

    def test_release_twice_is_release_once(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        api(people.annotator).delete(f"leases/{lease.pk}")
        with unchanged():
            assert api(people.annotator).delete(f"leases/{lease.pk}").status_code == 204

    def test_a_lost_lease_writes_nothing(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        _expire(lease)
        with unchanged():
            for verb, part, body in _WRITES:
                answer = api(people.annotator).call(verb, f"leases/{lease.pk}/{part}", body)
                expect_refusal(answer, 409, "lease_lost")
            expect_refusal(api(people.annotator).post(f"leases/{lease.pk}/renew"), 409, "lease_lost")

    def test_an_old_revision_writes_nothing(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        with unchanged():
            for part in ("draft", "annotation", "unreadable"):
                body = (
                    {"reason": "glare", "base_revision": 3} if part == "unreadable" else work(base_revision=3)
                )
                verb = "PUT" if part == "draft" else "POST"
                answer = api(people.annotator).call(verb, f"leases/{lease.pk}/{part}", body)
                assert expect_refusal(answer, 409, "stale_revision")["fields"] == {"current_revision": 0}

    def test_anothers_lease_does_not_exist(self, people: People, other_people: People, api: As) -> None:
        yard = Yard(people)
        lease, another = yard.lease(), yard.second_annotator
        with unchanged():
            for person in (another, people.admin, people.ml_engineer, other_people.admin):
                for verb, part, body in _WRITES:
                    expect_refusal(api(person).call(verb, f"leases/{lease.pk}/{part}", body), 404)
                expect_refusal(api(person).post(f"leases/{lease.pk}/renew"), 404)
                expect_refusal(api(person).delete(f"leases/{lease.pk}"), 404)

    def test_wrong_method(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        with unchanged():
            for part in ("", "/renew", "/draft", "/annotation", "/unreadable", "/skip", "/review"):
                expect_refusal(api(people.annotator).get(f"leases/{lease.pk}{part}"), 405)
                expect_refusal(api(people.annotator).patch(f"leases/{lease.pk}{part}", {}), 405)


_WRITES = [
    ("PUT", "draft", work()),
    ("POST", "annotation", work()),
    ("POST", "unreadable", {"reason": "glare", "base_revision": 0}),
    ("POST", "skip", {"reason": "not a VIN"}),
]


class TestSubmit:
    def test_an_annotation(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        api(people.annotator).put(f"leases/{lease.pk}/draft", work("1HG"))
        with audited("annotation.submitted"):
            answer = api(people.annotator).post(f"leases/{lease.pk}/annotation", work())
        assert answer.status_code == 201
        annotation = Annotation.objects.get(task=lease.task)
        assert (answer.json()["id"], answer.json()["revision"]) == (str(annotation.pk), 1)
        assert (annotation.text, annotation.author, annotation.task.state) == (
            VIN,
            people.annotator,
            "submitted",
        )
        assert not Draft.objects.exists()
        assert (annotation.task.photo.vin, annotation.task.photo.vin_source) == (VIN, "human")

    @pytest.mark.parametrize(("part", "body"), [("annotation", work()), ("unreadable", _WRITES[2][2])])
    def test_what_it_cost_is_kept(self, people: People, api: As, part: str, body: dict[str, object]) -> None:
        lease = Yard(people).lease()
        effort = {"keystrokes": 2, "active_ms": 4100}
        api(people.annotator).post(f"leases/{lease.pk}/{part}", body | effort)
        annotation = Annotation.objects.get(task=lease.task)
        assert (annotation.keystrokes, annotation.active_ms) == (2, 4100)

    @pytest.mark.parametrize("effort", [{"keystrokes": -1}, {"active_ms": 10**9}, {"active_ms": "4"}])
    def test_an_impossible_cost_is_refused(self, people: People, api: As, effort: dict[str, object]) -> None:
        lease = Yard(people).lease()
        with unchanged():
            answer = api(people.annotator).post(f"leases/{lease.pk}/annotation", work() | effort)
        expect_refusal(answer, 400)

    def test_sent_twice_it_is_one(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        first = api(people.annotator).post(f"leases/{lease.pk}/annotation", work())
        with unchanged():
            second = api(people.annotator).post(f"leases/{lease.pk}/annotation", work())
        assert (second.status_code, second.json()) == (201, first.json())

    def test_unreadable(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        body = {"reason": "Glare over half of it", "base_revision": 0}
        with audited("annotation.submitted"):
            answer = api(people.annotator).post(f"leases/{lease.pk}/unreadable", body)
        assert answer.status_code == 201
        assert (answer.json()["outcome"], answer.json()["unreadable_reason"]) == (
            "unreadable",
            body["reason"],
        )

    def test_skip(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        with audited("task.skipped"):
            answer = api(people.annotator).post(f"leases/{lease.pk}/skip", {"reason": "No VIN in it"})
        assert (answer.status_code, answer.json()["state"]) == (200, "skipped")

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 5000, None, 7])
    @pytest.mark.parametrize("part", ["unreadable", "skip"])
    def test_a_reason_is_needed(self, people: People, api: As, part: str, reason: object) -> None:
        lease = Yard(people).lease()
        body = {"reason": reason} | ({"base_revision": 0} if part == "unreadable" else {})
        with unchanged():
            answer = api(people.annotator).post(f"leases/{lease.pk}/{part}", body)
        assert "reason" in expect_refusal(answer, 400)["fields"]
