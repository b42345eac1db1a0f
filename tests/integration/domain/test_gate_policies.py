"""The gate's rules: versioned, in force for comparisons to come, and applied to a reference set as well."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from labeling import gates
from labeling.models import AuditEvent, Evaluation, GateDecision, GatePolicy, ModelVersion
from labeling.operations import gating
from labeling.operations.gate_policies import NoTestPhotos, set_gate_policy
from labeling.policies import Forbidden, NotFound
from labeling.queries.gate_policies import find_gate_policy, rules_of
from tests.conftest import People
from tests.integration.domain.training import (
    PlainEvaluator,
    PlainTrainer,
    execute,
    find_vins,
    freeze,
    request,
)
from tests.integration.domain.workshop import Workshop


def put_into_force(workshop: Workshop, rules: dict[str, float] | None = None, **changes: Any) -> GatePolicy:
    more = {"by": workshop.people.ml_engineer, "now": workshop.now, "reference": None} | changes
    return set_gate_policy(project=workshop.people.project, rules=rules or {}, **more)


def test_without_a_word_of_anybody_the_defaults_are_in_force(workshop: Workshop) -> None:
    policy = find_gate_policy(project=workshop.people.project)
    assert policy is None
    assert rules_of(policy) == gates.DEFAULT_RULES


def test_changed_rules_are_another_row_and_the_same_ones_are_none(workshop: Workshop) -> None:
    first = put_into_force(workshop, {"kind_loss": 0.1}, reason="Few papers yet")
    assert put_into_force(workshop, {"kind_loss": 0.1}) == first
    second = put_into_force(workshop, {"kind_loss": 0.02})
    assert (first.number, second.number, first.reason) == (1, 2, "Few papers yet")
    assert find_gate_policy(project=workshop.people.project) == second
    assert rules_of(second).kind_loss == 0.02
    assert AuditEvent.objects.filter(verb="gate.changed", actor=workshop.people.ml_engineer).count() == 2


def test_rules_are_history(workshop: Workshop) -> None:
    put_into_force(workshop)
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        GatePolicy.objects.update(number=5)


def test_only_those_who_train_change_them(workshop: Workshop) -> None:
    with pytest.raises(Forbidden):
        put_into_force(workshop, by=workshop.people.reviewer)
    assert not GatePolicy.objects.exists()


def test_a_reference_set_is_of_the_project_and_has_test_photos(
    workshop: Workshop, other_people: People
) -> None:
    with pytest.raises(NoTestPhotos, match="no test photos"):
        put_into_force(workshop, reference=freeze(workshop, test=0))
    foreign = Workshop(other_people, workshop.now).open()
    with pytest.raises(NotFound):
        put_into_force(workshop, reference=freeze(foreign, name="theirs"))


def test_the_rules_in_force_decide(workshop: Workshop) -> None:
    policy = put_into_force(workshop, {"exact_match_loss": 0.5, "cer_increase": 0.5})
    run = request(workshop, freeze(workshop))
    execute(run, workshop, evaluator=PlainEvaluator({"tuned": 4}))
    decision = GateDecision.objects.get()
    assert (decision.passed, decision.policy) == (True, policy)
    assert decision.rules["exact_match_loss"] == 0.5


def run_on_a_grown_snapshot(workshop: Workshop, exact: dict[Any, int]) -> GateDecision:
    """A run whose snapshot holds more than the reference set, which was frozen before."""
    put_into_force(workshop, reference=freeze(workshop, name="reference"))
    workshop.accept(100, find_vins("test", 6)[-1])
    grown = freeze(workshop, train=0, test=0, name="grown")
    execute(request(workshop, grown), workshop, evaluator=PlainEvaluator(exact))
    return GateDecision.objects.get()


def test_a_challenger_reads_the_reference_set_too(workshop: Workshop) -> None:
    decision = run_on_a_grown_snapshot(workshop, {})
    assert decision.passed
    assert {reason["on"] for reason in decision.reasons} == {"test", "reference", ""}
    measured = Evaluation.objects.filter(model_version=decision.challenger)
    assert set(measured.values_list("snapshot__name", flat=True)) == {"reference", "grown"}


def test_a_loss_on_the_reference_set_alone_does_not_pass(workshop: Workshop) -> None:
    decision = run_on_a_grown_snapshot(workshop, {("tuned", "reference"): 4})
    assert not decision.passed
    broken = {(reason["on"], reason["rule"]) for reason in decision.reasons if not reason["passed"]}
    assert broken == {("reference", "exact_match"), ("reference", "cer")}


def test_a_version_is_judged_again_by_the_rules_of_now(workshop: Workshop) -> None:
    evaluator = PlainEvaluator({"tuned": 4})
    execute(request(workshop, freeze(workshop)), workshop, PlainTrainer(), evaluator)
    version = ModelVersion.objects.latest("number")
    assert not GateDecision.objects.get().passed
    put_into_force(workshop, {"exact_match_loss": 0.5, "cer_increase": 0.5})
    asked = list(evaluator.asked)
    again = gating.judge_again(version=version, by=workshop.people.ml_engineer, now=workshop.later(hours=1))
    assert again.passed
    assert GateDecision.objects.count() == 2
    assert evaluator.asked == asked
    same = gating.judge_again(version=version, by=workshop.people.ml_engineer, now=workshop.later(hours=2))
    assert same == again


def test_what_was_never_measured_cannot_be_judged(workshop: Workshop) -> None:
    with pytest.raises(gating.NotMeasured, match="not been compared"):
        gating.judge_again(
            version=workshop.register("second"), by=workshop.people.ml_engineer, now=workshop.now
        )
