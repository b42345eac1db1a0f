"""Datasets, runs and model versions."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.gates import DEFAULT_RULES
from labeling.models import (
    AuditEvent,
    DatasetSnapshot,
    FinetuningRun,
    GatePolicy,
    Promotion,
    RunLogLine,
    RunSchedule,
)
from tests.conftest import People
from tests.integration.views import rows
from webapp.gate_form import fill_in


def _page(people: People, name: str, *keys: object, role: str = "ml_engineer") -> str:
    response = people.client(role).get(reverse(name, args=[people.project.slug, *keys]))
    assert response.status_code == 200
    return response.content.decode()


def _send(people: People, name: str, *keys: object, data: dict[str, object] | None = None):
    url = reverse(name, args=[people.project.slug, *keys])
    return people.client("ml_engineer").post(url, data or {})


def test_freezing_takes_what_is_accepted(people: People) -> None:
    task = rows.add_task(people, rows.add_photo(people), "accepted")
    rows.add_annotation(people, task)
    assert (
        _send(people, "datasets", data={"name": "June", "split_seed": 1, "sources": ["human"]}).status_code
        == 302
    )
    snapshot = DatasetSnapshot.objects.get()
    assert sum(snapshot.counts.values()) == 1
    assert "June" in _page(people, "datasets")


def test_freezing_nothing_says_why_and_keeps_what_was_typed(people: People) -> None:
    response = _send(people, "datasets", data={"name": "June", "split_seed": 1, "sources": ["human"]})
    assert response.status_code == 400
    assert 'value="June"' in response.content.decode()
    assert 'class="form-errors"' in response.content.decode()
    assert not DatasetSnapshot.objects.exists()


def test_those_who_cannot_train_see_snapshots_and_no_form(people: People) -> None:
    rows.add_snapshot(people)
    html = _page(people, "datasets", role="annotator")
    assert "June" in html
    assert "Freeze" not in html


def test_a_run_is_asked_for_with_what_was_filled_in(people: People) -> None:
    snapshot, base = rows.add_snapshot(people), rows.add_version(people)
    settings = {"steps": "40", "learning_rate": "0.001", "weight_pseudo": "0.25", "networks": ["detector"]}
    response = _send(people, "runs", data={"snapshot": snapshot.pk, **settings})
    run = FinetuningRun.objects.get()
    assert (run.config["networks"], run.config["weights"]) == (["detector"], {"pseudo": 0.25})
    assert response["Location"] == reverse("run", args=[people.project.slug, run.pk])
    assert run.base_version == base
    assert (run.config["steps"], run.config["learning_rate"]) == (40, 0.001)
    assert AuditEvent.objects.filter(actor=people.ml_engineer).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": "many"},
        {"steps": "0"},
        {"learning_rate": "nan"},
        {"replay_share": "2"},
        {"weight_human": "11"},
        {"networks": "ocr"},
    ],
)
def test_odd_settings_are_refused_beside_their_field(people: People, wrong: dict[str, str]) -> None:
    snapshot, _ = rows.add_snapshot(people), rows.add_version(people)
    sent = {"snapshot": snapshot.pk, "networks": ["sequence"], **wrong}
    response = _send(people, "runs", data=sent)
    assert response.status_code == 400
    assert 'aria-invalid="true"' in response.content.decode()
    assert not FinetuningRun.objects.exists()


def test_a_snapshot_of_another_project_cannot_be_chosen(people: People, other_people: People) -> None:
    rows.add_version(people)
    rows.add_snapshot(people)
    foreign = rows.add_snapshot(other_people, "Foreign")
    assert _send(people, "runs", data={"snapshot": foreign.pk}).status_code == 400
    assert not FinetuningRun.objects.exists()


def test_the_list_of_runs_asks_for_its_rows_alone(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.add_run(people, rows.add_snapshot(people), rows.add_version(people), state="running", step=20)
    assert f'hx-get="{reverse("runs-table", args=[people.project.slug])}"' in _page(people, "runs")

    def count(**scope: object) -> int:
        raise AssertionError("What the rows do not show is not counted.")

    monkeypatch.setattr("labeling.queries.runs.count_corrections", count)
    monkeypatch.setattr("labeling.queries.tasks.count_waiting", count)
    html = _page(people, "runs-table")
    assert html.lstrip().startswith("<section")
    assert "every 3s" in html
    assert "Run 1" in html


def test_without_a_snapshot_the_page_says_where_to_make_one(people: People) -> None:
    rows.add_version(people)
    html = _page(people, "runs")
    assert "there is none yet" in html
    assert "Start the run" not in html


def test_a_run_that_learned_nothing_says_so_and_offers_no_version(people: People) -> None:
    version = rows.add_version(people)
    run = rows.add_run(people, rows.add_snapshot(people), version, state="succeeded", step=9, steps=9)
    html = _page(people, "run", run.pk)
    assert "Nothing was learned" in html
    assert "nothing to promote" in html
    assert "With so few validation photos" in html
    assert "Clone with changes" in html
    assert "See v" not in html
    assert "Nothing learned" in _page(people, "runs")
    rows.add_version(people, 2, "evaluated", run=run, base=version)
    assert "Nothing was learned" not in _page(people, "run", run.pk)
    assert "Nothing learned" not in _page(people, "runs")


def test_a_running_run_shows_its_progress_and_asks_again(people: People) -> None:
    started = timezone.now() - timedelta(minutes=2)
    run = rows.add_run(
        people, rows.add_snapshot(people), rows.add_version(people),
        state="running", network="sequence", step=20, steps=100, started_at=started, peak_bytes=3 * 1024**3,
    )  # fmt: skip
    rows.add_metrics(run, 2.0, 1.0)
    RunLogLine.objects.create(run=run, text="A worker began.", created_at=started)
    html = _page(people, "run", run.pk)
    assert "Step 20 of 100" in html
    assert "2 minutes so far · about 8 minutes of training left · 3.0\xa0GB of memory at most" in html
    assert "A worker began." in html
    assert "Learning rate of the sequence recognizer" in html
    assert "every 2s" in html
    assert 'class="series-loss"' in html
    assert "Training 2 at step 10, 1 at step 20." in html


def test_a_finished_run_is_left_alone(people: People) -> None:
    now = timezone.now()
    run = rows.add_run(
        people, rows.add_snapshot(people), rows.add_version(people),
        state="failed", error="ParityError: the export differs", started_at=now, finished_at=now,
    )  # fmt: skip
    html = _page(people, "run", run.pk)
    assert "every 2s" not in html
    assert "ParityError" in html
    assert "Try again" in html


def test_a_queued_run_is_canceled_and_tried_again(people: People) -> None:
    run = rows.add_run(people, rows.add_snapshot(people), rows.add_version(people))
    assert _send(people, "run-cancel", run.pk).status_code == 302
    run.refresh_from_db()
    assert run.state == "canceled"
    assert _send(people, "run-retry", run.pk).status_code == 302
    run.refresh_from_db()
    assert run.state == "queued"


def test_a_run_that_is_over_cannot_be_canceled(people: People) -> None:
    run = rows.add_run(people, rows.add_snapshot(people), rows.add_version(people), state="succeeded")
    assert _send(people, "run-cancel", run.pk).status_code == 409


def _challenge(people: People, *, passed: bool):
    champion = rows.add_version(people, 1)
    challenger = rows.add_version(people, 2, "evaluated", base=champion)
    snapshot = rows.add_snapshot(people)
    rows.add_evaluation(champion, snapshot, exact=8)
    rows.add_evaluation(challenger, snapshot, exact=9)
    rows.add_promotion(people, champion)
    rows.add_decision(challenger, champion, snapshot, passed=passed)
    return champion, challenger


def test_a_challenger_stands_beside_the_champion(people: People) -> None:
    _, challenger = _challenge(people, passed=True)
    html = _page(people, "model", challenger.pk)
    assert "8 of 12, 66.7 %" in html
    assert "9 of 12, 75.0 %" in html
    assert "8.3 points better" in html
    assert html.count('<circle class="interval-') == 4
    assert "The challenger reads 9 of 12 VINs right" in html
    assert "Promote v2" in html


def test_when_a_bundle_was_made_is_shown_as_other_times_are(people: People) -> None:
    manifest = {"name": "tuned", "created_at": "2026-03-02T04:05:06+00:00"}
    html = _page(people, "model", rows.add_version(people, manifest=manifest).pk)
    assert "<dt>Made</dt><dd><time " in html
    assert "2026-03-02T04:05:06+00:00</dd>" not in html
    assert "Created at" not in html
    odd = rows.add_version(people, 2, "candidate", manifest={"name": "old", "created_at": "yesterday"})
    assert "<dt>Made</dt>" not in _page(people, "model", odd.pk)


def test_promotion_needs_one_click_where_the_gate_passed(people: People) -> None:
    champion, challenger = _challenge(people, passed=True)
    assert _send(people, "model-promote", challenger.pk).status_code == 302
    champion.refresh_from_db()
    challenger.refresh_from_db()
    assert (champion.state, challenger.state) == ("archived", "promoted")


def test_against_the_gate_a_reason_is_needed_and_kept(people: People) -> None:
    _, challenger = _challenge(people, passed=False)
    refused = _send(people, "model-promote", challenger.pk)
    assert refused.status_code == 409
    challenger.refresh_from_db()
    assert challenger.state == "evaluated"
    sent = _send(
        people, "model-promote", challenger.pk, data={"override_reason": "The test split is too small."}
    )
    assert sent.status_code == 302
    assert Promotion.objects.latest("at").reason == "The test split is too small."
    assert "The test split is too small." in _page(people, "model", challenger.pk)


def test_one_click_rolls_back(people: People) -> None:
    champion, challenger = _challenge(people, passed=True)
    assert "Roll back" not in _page(people, "models")
    _send(people, "model-promote", challenger.pk)
    assert "Roll back to v1" in _page(people, "models")
    assert _send(people, "rollback").status_code == 302
    champion.refresh_from_db()
    assert champion.state == "promoted"


def test_with_nothing_to_go_back_to_a_rollback_is_refused(people: People) -> None:
    rows.add_promotion(people, rows.add_version(people))
    assert _send(people, "rollback").status_code == 409


def test_those_who_cannot_train_see_no_buttons(people: People) -> None:
    _, challenger = _challenge(people, passed=True)
    html = _page(people, "model", challenger.pk, role="reviewer")
    assert "9 of 12" in html
    assert "Promote" not in html


def test_a_project_without_a_version_says_so(people: People) -> None:
    assert "No model version yet" in _page(people, "models")


def _rules(**changes: str) -> dict[str, str]:
    """What the form of the gate sends: shares in percent."""
    shown = {name: str(value) for name, value in fill_in(DEFAULT_RULES).items()}
    return shown | {"reference": "", "reason": ""} | changes


def test_the_gate_shows_its_rules_in_percent_and_takes_others(people: People) -> None:
    assert 'name="kind_loss" value="5.0"' in _page(people, "gate")
    sent = _send(people, "gate", data=_rules(kind_loss="12.5", reason="Few papers yet"))
    assert sent.status_code == 302
    policy = GatePolicy.objects.get()
    assert (policy.rules["kind_loss"], policy.rules["minimum_photos"]) == (0.125, 5)
    html = _page(people, "gate")
    assert "Few papers yet" in html
    assert 'name="kind_loss" value="12.5"' in html


@pytest.mark.parametrize("wrong", [{"kind_loss": "101"}, {"minimum_photos": "0"}, {"kind_loss": "x"}])
def test_odd_rules_are_refused_beside_their_field(people: People, wrong: dict[str, str]) -> None:
    response = _send(people, "gate", data=_rules(**wrong))
    assert response.status_code == 400
    assert 'aria-invalid="true"' in response.content.decode()
    assert not GatePolicy.objects.exists()


def test_those_who_cannot_train_look_at_the_rules_only(people: People) -> None:
    html = _page(people, "gate", role="annotator")
    assert "Put these rules into force" not in html
    url = reverse("gate", args=[people.project.slug])
    assert people.client("annotator").post(url, _rules()).status_code == 403


def test_changed_rules_can_judge_what_was_measured(people: People) -> None:
    _, challenger = _challenge(people, passed=False)
    assert "Judge by today" not in _page(people, "model", challenger.pk)
    _send(people, "gate", data=_rules(exact_match_loss="50"))
    assert "Judge by today" in _page(people, "model", challenger.pk)


def test_an_override_shows_for_ever(people: People) -> None:
    champion, challenger = _challenge(people, passed=False)
    _send(people, "model-promote", challenger.pk, data={"override_reason": "We need the new plates."})
    _send(people, "rollback")
    assert "Overridden" in _page(people, "models")
    assert "Against the gate" in _page(people, "model", challenger.pk)
    assert "Against the gate" not in _page(people, "model", champion.pk)


def test_the_plan_is_shown_and_nothing_starts(people: People) -> None:
    snapshot, _ = rows.add_snapshot(people), rows.add_version(people)
    sent = {"snapshot": snapshot.pk, "networks": ["sequence", "detector"], "steps": "100", "plan": "1"}
    html = _send(people, "runs", data=sent).content.decode()
    assert "30 photos" in html
    assert "100 steps at most: 1,200 real samples and 1,200 synthetic ones" in html
    assert "100 steps at most: 300 real samples and 300 synthetic ones" in html
    assert 'value="100"' in html
    assert not FinetuningRun.objects.exists()


def test_a_clone_starts_from_the_settings_of_its_source(people: People) -> None:
    config = {
        "networks": ["detector"],
        "steps": 77,
        "detector": {"batch_size": 3},
        "weights": {"pseudo": 0.1},
    }
    run = rows.add_run(people, rows.add_snapshot(people), rows.add_version(people), config=config)
    url = reverse("runs", args=[people.project.slug])
    html = people.client("ml_engineer").get(url, {"clone": run.pk}).content.decode()
    assert 'name="steps" value="77"' in html
    assert 'name="weight_pseudo" value="0.1"' in html
    assert "Also kept from the run that is cloned: Detector" in html
    sent = {"snapshot": run.snapshot_id, "steps": "80", "cloned_from": run.pk, "networks": ["sequence"]}
    assert _send(people, "runs", data=sent).status_code == 302
    clone = FinetuningRun.objects.latest("number")
    assert (clone.cloned_from, clone.config["steps"]) == (run, 80)
    assert (clone.config["detector"], clone.config["networks"]) == ({"batch_size": 3}, ["sequence"])
    assert "weights" not in clone.config
    assert "Cloned from" in _page(people, "run", clone.pk)


def test_a_queued_run_can_start_first(people: People) -> None:
    snapshot, version = rows.add_snapshot(people), rows.add_version(people)
    rows.add_run(people, snapshot, version)
    later = rows.add_run(people, snapshot, version, number=2)
    assert "1 run starts" in _page(people, "run", later.pk)
    assert _send(people, "run-first", later.pk).status_code == 302
    assert "This one is next" in _page(people, "run", later.pk)


def test_runs_may_start_by_themselves(people: People) -> None:
    sent = {"corrections": "50", "days": "", "networks": ["detector"]}
    assert "Off." in _page(people, "runs")
    assert _send(people, "run-schedule", data=sent).status_code == 302
    html = _page(people, "runs")
    assert 'name="corrections" value="50"' in html
    assert "On, in the name of" in html
    assert RunSchedule.objects.get().config["networks"] == ["detector"]
    assert "After 50 corrections." in _page(people, "runs", role="annotator")
    assert _send(people, "run-schedule", data={"corrections": "0", "days": ""}).status_code == 400
