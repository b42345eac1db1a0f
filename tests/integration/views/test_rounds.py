"""The pages of pseudo-label rounds."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from labeling.models import PseudoLabel, PseudoRound, SpotCheck, Task
from tests.conftest import People
from tests.integration.views import rows
from tests.pseudo_rounds import add_readings, add_round, add_validation, trust


def page(people: People, name: str, *keys: object, role: str = "ml_engineer") -> str:
    response = people.client(role).get(reverse(name, args=[people.project.slug, *keys]))
    assert response.status_code == 200
    return response.content.decode()


def send(people: People, name: str, *keys: object, **data: Any) -> Any:
    return people.client("ml_engineer").post(reverse(name, args=[people.project.slug, *keys]), data)


def wait(people: People, count: int = 3) -> list[Task]:
    """Photos that were read and that nobody has labeled."""
    version = people.project.model_versions.first() or rows.add_version(people)
    photos = [rows.add_photo(people, number) for number in range(1, count + 1)]
    for photo in photos:
        rows.add_prediction(photo, version, stages=rows.STAGES)
    return [rows.add_task(people, photo) for photo in photos]


@pytest.fixture
def in_audit(people: People) -> PseudoRound:
    """Three labels, with what was read besides."""
    made = trust(*wait(people), by=people.ml_engineer)
    add_readings(made)
    return made


class TestList:
    def test_without_a_snapshot_it_says_what_to_do_first(self, people: People) -> None:
        assert "See model versions" in page(people, "rounds")
        rows.add_version(people)
        html = page(people, "rounds")
        assert "Freeze a snapshot" in html
        assert "No round yet" in html

    def test_a_round_is_asked_for(self, people: People) -> None:
        wait(people)
        add_validation(people, count=6)
        answer = send(people, "rounds", target="55.5", audit_size="2", revokes_itself="on")
        made = PseudoRound.objects.get()
        assert answer["Location"] == reverse("round", args=[people.project.slug, made.pk])
        assert (made.target, made.audit_size, made.revokes_itself) == (0.555, 2, True)
        html = page(people, "rounds")
        assert "Round 1" in html
        assert 'value="55.5"' in html

    def test_a_dry_run_says_what_would_be_read(self, people: People) -> None:
        wait(people)
        add_validation(people, count=6)
        html = send(people, "rounds", target="55.5", plan="1").content.decode()
        assert 'id="plan"' in html
        assert "3 photos by v1, which has read 3 of them before" in html
        assert "of which 0 are read; the round reads the others first" in html
        assert not PseudoRound.objects.exists()

    def test_what_cannot_be_shown_is_refused_and_stays_typed(self, people: People) -> None:
        wait(people)
        add_validation(people, count=6)
        answer = send(people, "rounds", target="99.5")
        assert answer.status_code == 400
        assert "765 validation photos at least" in answer.content.decode()
        assert 'value="99.5"' in answer.content.decode()
        assert not PseudoRound.objects.exists()

    def test_who_cannot_train_sees_rounds_and_no_form(self, people: People, in_audit: PseudoRound) -> None:
        html = page(people, "rounds", role="reviewer")
        assert "Round 1" in html
        assert "New round" not in html
        assert (
            people.client("reviewer").post(reverse("rounds", args=[people.project.slug])).status_code == 403
        )


class TestRound:
    def test_it_shows_the_way_the_curve_and_the_audit(self, people: People, in_audit: PseudoRound) -> None:
        html = page(people, "round", in_audit.pk)
        assert "Both recognizers agree" in html
        assert 'class="series-interval"' in html
        assert "0 of 3 looked at" in html
        assert "No snapshot holds them yet" in html
        assert "Audit 3 readings" in page(people, "round", in_audit.pk, role="reviewer")
        assert "Audit 3 readings" not in html

    def test_while_it_is_under_way_the_page_asks_again(self, people: People) -> None:
        made = add_round(
            by=people.ml_engineer,
            teacher=rows.add_version(people),
            state="running",
            done=10,
            total=40,
            threshold=None,
        )
        html = page(people, "round", made.pk)
        assert 'hx-trigger="every 2s"' in html
        assert "10 of 40 photos" in html
        assert "Cancel the round" in html
        send(people, "round-cancel", made.pk)
        assert "Stopping…" in page(people, "round", made.pk)

    def test_a_failed_one_says_why_and_is_tried_again(self, people: People) -> None:
        made = add_round(
            by=people.ml_engineer, teacher=rows.add_version(people), state="failed", error="Too few photos."
        )
        assert "Too few photos." in page(people, "round", made.pk)
        assert send(people, "round-retry", made.pk).status_code == 302
        made.refresh_from_db()
        assert (made.state, made.error) == ("queued", "")

    def test_revoking_needs_a_reason_and_says_what_follows(
        self, people: People, in_audit: PseudoRound
    ) -> None:
        answer = send(people, "round-revoke", in_audit.pk, reason="")
        assert answer.status_code == 400
        assert "<details" in answer.content.decode()
        address = reverse("round-revoke", args=[people.project.slug, in_audit.pk])
        answer = people.client("ml_engineer").post(address, {"reason": "Too many 8."}, follow=True)
        html = answer.content.decode()
        assert "Round 1 is revoked: 3 photos wait for people again." in html
        assert "“Too many 8.”" in html
        assert "Revoke the round…" not in html

    def test_a_missed_audit_offers_it_in_one_click(self, people: People, in_audit: PseudoRound) -> None:
        sheet = reverse("sheet", args=[people.project.slug]) + f"?round={in_audit.pk}"
        html = people.client("reviewer").get(sheet).content.decode()
        assert "Audit of round 1" in html
        keys = [str(label.prediction_id) for label in PseudoLabel.objects.order_by("task")]
        answer = people.client("reviewer").post(sheet, {"shown": keys[:2], "wrong": keys[:1]})
        assert answer["Location"].endswith(f"?round={in_audit.pk}")
        assert "The audit misses the target" in page(people, "round", in_audit.pk)
        assert 'value="1 of 2 audited readings are wrong."' in page(people, "round", in_audit.pk)
        assert "An ML engineer or an admin can revoke" in page(people, "round", in_audit.pk, role="reviewer")

    def test_the_last_sheet_leads_back_to_the_round(self, people: People, in_audit: PseudoRound) -> None:
        sheet = reverse("sheet", args=[people.project.slug]) + f"?round={in_audit.pk}"
        keys = [str(label.prediction_id) for label in PseudoLabel.objects.all()]
        answer = people.client("reviewer").post(sheet, {"shown": keys})
        assert answer["Location"] == reverse("round", args=[people.project.slug, in_audit.pk])
        assert "Shows the target" in page(people, "round", in_audit.pk)
        assert SpotCheck.objects.filter(label__pseudo_round=in_audit).count() == 3
        assert "The sample is through" in people.client("reviewer").get(sheet).content.decode()

    def test_one_of_another_project_is_not_there(self, people: People, other_people: People) -> None:
        theirs = add_round(by=other_people.admin, teacher=rows.add_version(other_people))
        for name in ("round", "round-cancel", "round-retry", "round-revoke"):
            address = reverse(name, args=[people.project.slug, theirs.pk])
            client = people.client("admin")
            answer = client.get(address) if name == "round" else client.post(address, {"reason": "x"})
            assert answer.status_code == 404
