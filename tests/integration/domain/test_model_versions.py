"""Model versions: registered by digest, promoted past a gate or with a reason, rolled back."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from labeling import storage
from labeling.models import AuditEvent, GateDecision, ModelVersion, Promotion, Rereading
from labeling.operations import model_versions
from labeling.operations.shifts import sweep_background
from labeling.operations.transitions import Conflict
from labeling.policies import Forbidden
from labeling.queries.champions import get_champion
from tests.integration.domain.test_datasets import freeze
from tests.integration.domain.workshop import Workshop, make_bundle


def promote(workshop: Workshop, version: ModelVersion, reason: str = "") -> Promotion:
    return model_versions.promote_version(
        version=version, by=workshop.people.ml_engineer, now=workshop.now, override_reason=reason
    )


def roll_back(workshop: Workshop) -> Promotion:
    return model_versions.rollback(
        project=workshop.people.project, by=workshop.people.ml_engineer, now=workshop.now
    )


def decide(workshop: Workshop, challenger: ModelVersion, passed: bool) -> GateDecision:
    workshop.accept(challenger.number)
    champion = get_champion(workshop.people.project)
    ModelVersion.objects.filter(pk=challenger.pk).update(state="evaluated")
    return GateDecision.objects.create(
        challenger=challenger,
        champion=champion,
        snapshot=freeze(workshop, f"for {challenger.name}"),
        passed=passed,
        reasons=[],
        rules={},
        created_at=workshop.now,
    )


def test_the_first_goes_into_service(workshop: Workshop) -> None:
    assert workshop.version.state == "promoted"
    assert get_champion(workshop.people.project) == workshop.version
    assert Promotion.objects.get().kind == "initial"


def test_the_same_bundle_is_one_version(workshop: Workshop) -> None:
    assert workshop.register("base") == workshop.version
    assert ModelVersion.objects.count() == 1


def test_the_next_one_waits(workshop: Workshop) -> None:
    second = workshop.register("second")
    assert (second.name, second.state) == ("v2", "candidate")


def test_a_bundle_is_kept_whole(workshop: Workshop) -> None:
    folder = storage.bundle_path(workshop.version.digest)
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "network.onnx"]


def test_a_passed_gate_lets_it_in(workshop: Workshop) -> None:
    second = workshop.register("second")
    decision = decide(workshop, second, passed=True)
    promotion = promote(workshop, second)
    workshop.version.refresh_from_db()
    assert (promotion.previous, promotion.gate_decision) == (workshop.version, decision)
    assert (second.state, workshop.version.state) == ("promoted", "archived")


def test_a_failed_gate_wants_a_reason(workshop: Workshop) -> None:
    second = workshop.register("second")
    decide(workshop, second, passed=False)
    with pytest.raises(model_versions.GateNotPassed, match="did not pass"):
        promote(workshop, second)
    promotion = promote(workshop, second, "It reads engraved plates at last.")
    assert promotion.reason == "It reads engraved plates at last."
    event = AuditEvent.objects.get(verb="model_version.promoted", object_id=second.pk)
    assert event.data["reason"] == promotion.reason


def test_unmeasured_is_not_promoted(workshop: Workshop) -> None:
    with pytest.raises(model_versions.GateNotPassed, match="has not been compared"):
        promote(workshop, workshop.register("second"))


def test_a_gate_counts_beside_the_champion_of_now_only(workshop: Workshop) -> None:
    second, third = workshop.register("second"), workshop.register("third")
    decide(workshop, second, passed=True)
    promote(workshop, third, "Urgent.")
    with pytest.raises(model_versions.GateNotPassed, match="v3 is in service now"):
        promote(workshop, second)


def test_what_is_in_service_is_not_promoted(workshop: Workshop) -> None:
    with pytest.raises(Conflict, match="in service already"):
        promote(workshop, workshop.version)


def test_roles(workshop: Workshop) -> None:
    second = workshop.register("second")
    for who in (workshop.people.annotator, workshop.people.reviewer):
        with pytest.raises(Forbidden):
            model_versions.promote_version(
                version=second, by=who, now=workshop.now, override_reason="Please."
            )
        with pytest.raises(Forbidden):
            model_versions.rollback(project=workshop.people.project, by=who, now=workshop.now)


def test_rolling_back_goes_back_step_by_step(workshop: Workshop) -> None:
    second, third = workshop.register("second"), workshop.register("third")
    promote(workshop, second, "Try.")
    promote(workshop, third, "Try.")
    assert roll_back(workshop).model_version == second
    assert roll_back(workshop).model_version == workshop.version
    with pytest.raises(model_versions.NothingToRollBack):
        roll_back(workshop)
    assert get_champion(workshop.people.project) == workshop.version


def test_what_was_rolled_back_may_come_again(workshop: Workshop) -> None:
    second = workshop.register("second")
    decide(workshop, second, passed=True)
    promote(workshop, second)
    roll_back(workshop)
    second.refresh_from_db()
    promote(workshop, second)
    assert get_champion(workshop.people.project) == second


def test_the_database_allows_one_champion(workshop: Workshop) -> None:
    second = workshop.register("second")
    with pytest.raises(IntegrityError, match="one_promoted"), transaction.atomic():
        ModelVersion.objects.filter(pk=second.pk).update(state="promoted")


def test_decisions_and_promotions_are_history(workshop: Workshop) -> None:
    decide(workshop, workshop.register("second"), passed=False)
    for rows, change in ((GateDecision.objects, {"passed": True}), (Promotion.objects, {"reason": "x"})):
        with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
            rows.update(**change)


@pytest.mark.parametrize("damage", ["hash", "missing file", "missing manifest", "outside", "no files"])
def test_a_damaged_bundle_is_refused_and_leaves_nothing(workshop: Workshop, data_dir, damage: str) -> None:
    folder = make_bundle("damaged")
    manifest = json.loads((folder / "manifest.json").read_text())
    if damage == "hash":
        (folder / "network.onnx").write_bytes(b"something else")
    elif damage == "missing file":
        (folder / "network.onnx").unlink()
    elif damage == "missing manifest":
        (folder / "manifest.json").unlink()
    else:
        listed = {"file": "../../outside.onnx", "sha256": "0" * 64} if damage == "outside" else {}
        manifest["networks"] = {"sequence": listed}
        (folder / "manifest.json").write_text(json.dumps(manifest))
    before = sorted(data_dir.rglob("*"))
    with pytest.raises(storage.InvalidBundle):
        model_versions.register_base_bundle(
            project=workshop.people.project,
            bundle_dir=folder,
            by=workshop.people.ml_engineer,
            now=workshop.now,
        )
    assert sorted(data_dir.rglob("*")) == before
    assert ModelVersion.objects.count() == 1


class Killed(BaseException):
    """As SIGKILL: nothing of ours runs after it."""


def announce_nothing(*given: object, **named: object) -> bool:
    raise Killed


@pytest.mark.parametrize("is_rollback", [False, True], ids=["promotion", "rollback"])
def test_killed_before_it_was_announced_it_is_in_service_all_the_same(
    busy_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, is_rollback: bool
) -> None:
    """Workers look for the champion with each photo, and the sweep finds what is to be read again."""
    wanted = busy_workshop.register("second")
    if is_rollback:
        promote(busy_workshop, wanted, "A test.")
        assert busy_workshop.version is not None
        wanted = busy_workshop.version
    busy_workshop.open_task(1)
    with monkeypatch.context() as patch:
        patch.setattr("labeling.queue.send", announce_nothing)
        with pytest.raises(Killed):
            roll_back(busy_workshop) if is_rollback else promote(busy_workshop, wanted, "A test.")
    assert get_champion(busy_workshop.people.project) == wanted
    newest = Promotion.objects.latest("pk")
    assert (newest.model_version, newest.kind) == (wanted, "rollback" if is_rollback else "promote")
    with pytest.raises(Conflict, match="in service already"):
        promote(busy_workshop, wanted, "Again.")
    assert busy_workshop.read(busy_workshop.upload(2)).model_version == wanted
    assert Rereading.objects.get(state="running").model_version == wanted
    sent: list[str] = []
    monkeypatch.setattr("labeling.queue.send", lambda name, kwargs, expires=None: not sent.append(name))
    assert sweep_background(now=busy_workshop.later(minutes=5))
    assert sent == ["vinloop.read_in_background"]


def test_a_promotion_under_way_holds_up_no_upload(busy_workshop: Workshop) -> None:
    """What only refers to the project, as every event does, does not wait for its lock."""
    uploaded: list[bool] = []

    def upload() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        uploaded.append(busy_workshop.upload().pk is not None)
        connection.close()

    with transaction.atomic():
        promote(busy_workshop, busy_workshop.register("second"), "A test.")
        thread = threading.Thread(target=upload)
        thread.start()
        thread.join()
    assert uploaded == [True]
