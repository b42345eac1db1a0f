"""Fine-tuning runs: request, watch, cancel, try again."""

from __future__ import annotations

import pytest
from django.utils import timezone

from labeling.models import FinetuningRun, ModelVersion, RunMetric
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db


def test_a_run_starts_from_the_champion(people: People, api: As) -> None:
    yard = Yard(people)
    body = {"snapshot": str(yard.snapshot.pk), "config": {"steps": 10}}
    with audited("run.requested"):
        answer = api(people.ml_engineer).post(f"projects/{people.project.slug}/runs", body)
    assert answer.status_code == 201
    run = FinetuningRun.objects.get(pk=answer.json()["id"])
    assert (run.base_version, run.snapshot, run.requested_by) == (
        yard.champion,
        yard.snapshot,
        people.ml_engineer,
    )
    assert (answer.json()["state"], answer.json()["config"]) == ("queued", run.config)


def test_a_run_is_shown_with_its_curves(people: People, api: As) -> None:
    run = Yard(people).run
    for step, loss in ((1, 0.9), (2, 0.4)):
        RunMetric.objects.create(run=run, step=step, loss=loss, created_at=timezone.now())
    shown = api(people.annotator).get(f"runs/{run.pk}").json()
    assert [(point["step"], point["loss"]) for point in shown["metrics"]] == [(1, 0.9), (2, 0.4)]
    (listed,) = api(people.annotator).get(f"projects/{people.project.slug}/runs").json()["items"]
    assert listed == {name: value for name, value in shown.items() if name not in ("metrics", "log")}


def test_cancel_and_retry(people: People, api: As) -> None:
    run = Yard(people).run
    with audited("run.canceled"):
        answer = api(people.ml_engineer).post(f"runs/{run.pk}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "canceled")
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(f"runs/{run.pk}/cancel"), 409)
    with audited("run.retried"):
        answer = api(people.ml_engineer).post(f"runs/{run.pk}/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(f"runs/{run.pk}/retry"), 409)


@pytest.mark.parametrize(
    "change",
    [
        {"snapshot": "nonsense"},
        {"snapshot": None},
        {"base_version": "v1"},
        {"config": "fast"},
        {"config": {"steps": {"nested": True}}},
        {"config": {"steps": [1, 2]}},
        {"config": {f"setting-{number}": 1 for number in range(1000)}},
        {"config": {"x" * 1000: 1}},
        {"config": {"networks": ["ocr"]}},
        {"config": {"weights": {"pseudo": -1}}},
        {"config": {"detector": {"epochs": 3}}},
        {"state": "succeeded"},
    ],
)
def test_bad_input(people: People, api: As, change: dict[str, object]) -> None:
    body = {"snapshot": str(Yard(people).snapshot.pk)} | change
    with unchanged():
        answer = api(people.ml_engineer).post(f"projects/{people.project.slug}/runs", body)
    expect_refusal(answer, 400)


def test_what_belongs_to_another_project_does_not_exist(
    people: People, other_people: People, api: As
) -> None:
    mine, foreign = Yard(people), Yard(other_people)
    bodies = [
        {"snapshot": str(foreign.snapshot.pk)},
        {"snapshot": str(mine.snapshot.pk), "base_version": str(foreign.champion.pk)},
    ]
    with unchanged():
        for body in bodies:
            answer = api(people.ml_engineer).post(f"projects/{people.project.slug}/runs", body)
            expect_refusal(answer, 404)


def test_a_run_names_what_it_made_or_that_it_learned_nothing(people: People, api: As) -> None:
    yard = Yard(people)
    run, asker = yard.run, api(people.ml_engineer)

    def outcome() -> tuple[object, object]:
        shown = asker.get(f"runs/{run.pk}").json()
        return shown["model_version"], shown["learned_nothing"]

    assert outcome() == (None, False)
    FinetuningRun.objects.filter(pk=run.pk).update(state="succeeded")
    assert outcome() == (None, True)
    ModelVersion.objects.filter(pk=yard.champion.pk).update(run=run)
    assert outcome() == (str(yard.champion.pk), False)


def test_roles_strangers_and_methods(people: People, other_people: People, api: As) -> None:
    run = Yard(people).run
    address = f"projects/{people.project.slug}/runs"
    body = {"snapshot": str(run.snapshot_id)}
    asked = [(address, body), (f"runs/{run.pk}/cancel", {}), (f"runs/{run.pk}/retry", {})]
    with unchanged():
        for where, what in asked:
            for person in (people.annotator, people.reviewer):
                expect_refusal(api(person).post(where, what), 403, "forbidden")
            expect_refusal(api(other_people.admin).post(where, what), 404)
        expect_refusal(api(other_people.admin).get(f"runs/{run.pk}"), 404)
        expect_refusal(api(people.admin).delete(f"runs/{run.pk}"), 405)
        expect_refusal(api(people.admin).get(f"runs/{run.pk}/cancel"), 405)


def test_a_plan_says_what_would_happen_and_starts_nothing(people: People, api: As) -> None:
    yard = Yard(people)
    config = {"steps": 10, "batch_size": 8, "replay_share": 0.25, "detector": {"steps": 2}}
    config |= {"networks": ["sequence", "detector"], "weights": {"human": 0.5}}
    body = {"snapshot": str(yard.snapshot.pk), "config": config}
    yard.champion  # noqa: B018 - made before it is looked whether anything changes
    with unchanged():
        answer = api(people.ml_engineer).post(f"projects/{people.project.slug}/runs/plan", body)
    assert answer.status_code == 200
    plan = answer.json()
    first, second = plan["networks"]
    assert (first["network"], first["real_samples"], first["synthetic_samples"]) == ("sequence", 60, 20)
    assert (second["network"], second["steps"], plan["steps"]) == ("detector", 2, 12)
    assert (plan["counts"]["train"], plan["seconds"], plan["ahead"]) == (1, None, 0)
    assert plan["sources"] == [{"label_source": "human", "photos": 1, "weight": 0.5}]
    assert plan["placeless"] == 0


def test_a_run_is_moved_in_the_queue_and_cloned(people: People, api: As) -> None:
    run = Yard(people).run
    with audited("run.priority_changed"):
        answer = api(people.ml_engineer).call("PATCH", f"runs/{run.pk}", {"priority": 7})
    assert (answer.status_code, answer.json()["priority"]) == (200, 7)
    with unchanged():
        expect_refusal(api(people.ml_engineer).call("PATCH", f"runs/{run.pk}", {"priority": 101}), 400)
        expect_refusal(api(people.reviewer).call("PATCH", f"runs/{run.pk}", {"priority": 1}), 403)
    body = {"snapshot": str(run.snapshot_id), "config": {"seed": 2}, "cloned_from": str(run.pk)}
    clone = api(people.ml_engineer).post(f"projects/{people.project.slug}/runs", body).json()
    assert (clone["cloned_from"], clone["seed"], clone["trigger"]) == (str(run.pk), 2, "request")


def test_a_schedule_is_kept_and_shown(people: People, api: As) -> None:
    address = f"projects/{people.project.slug}/run-schedule"
    assert api(people.annotator).get(address).json()["set_by"] is None
    with audited("run_schedule.changed"):
        answer = api(people.ml_engineer).call("PUT", address, {"corrections": 50, "days": None})
    assert answer.status_code == 200
    shown = api(people.annotator).get(address).json()
    assert (shown["corrections"], shown["days"], shown["set_by"]) == (50, None, "ml_engineer")
    with unchanged():
        for body in ({"corrections": 0, "days": None}, {"corrections": 50}, {"corrections": True, "days": 1}):
            expect_refusal(api(people.ml_engineer).call("PUT", address, body), 400)
        refused = {"corrections": 5, "days": 5}
        expect_refusal(api(people.annotator).call("PUT", address, refused), 403, "forbidden")
