"""Sheets of readings that were accepted without a person's eyes."""

from __future__ import annotations

import pytest

from labeling.models import SpotCheck, Task
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard

pytestmark = pytest.mark.django_db


def test_a_sheet_is_looked_at_and_sent_back(people: People, api: As) -> None:
    Yard(people).accept_unseen(1, 2, 3)
    address = f"projects/{people.project.slug}/sheet"
    sheet = api(people.reviewer).get(address).json()
    assert [reading["vin"] for reading in sheet["readings"]] == [VIN] * 3
    assert sheet["precision"] == {"right": 0, "checked": 0, "interval": [0.0, 1.0]}
    shown = [reading["id"] for reading in sheet["readings"]]
    with audited("task.checked", "task.found_wrong", "task.checked"):
        answer = api(people.reviewer).post(address, {"shown": shown, "wrong": shown[1:2]})
    assert answer.json() == {"right": 2, "wrong": 1, "passed_over": 0}
    assert Task.objects.get(photo=sheet["readings"][1]["photo"]).state == "rejected"
    again = api(people.reviewer).get(address).json()
    assert (again["readings"], again["unseen"], again["precision"]["checked"]) == ([], 0, 3)


def test_sent_twice_it_checks_once(people: People, api: As) -> None:
    (reading,) = Yard(people).accept_unseen(1)
    address = f"projects/{people.project.slug}/sheet"
    body = {"shown": [reading.pk]}
    api(people.reviewer).post(address, body)
    with unchanged():
        answer = api(people.reviewer).post(address, body)
    assert answer.json() == {"right": 0, "wrong": 0, "passed_over": 1}


@pytest.mark.parametrize(
    "body", [{}, {"shown": []}, {"shown": ["1"]}, {"shown": [1], "wrong": [2]}, {"shown": [1] * 25}]
)
def test_bad_input(people: People, api: As, body: dict[str, object]) -> None:
    with unchanged():
        expect_refusal(api(people.reviewer).post(f"projects/{people.project.slug}/sheet", body), 400)


def test_annotators_do_not_check(people: People, api: As) -> None:
    (reading,) = Yard(people).accept_unseen(1)
    address = f"projects/{people.project.slug}/sheet"
    with unchanged():
        for person in (people.annotator, people.ml_engineer):
            expect_refusal(api(person).get(address), 403)
            expect_refusal(api(person).post(address, {"shown": [reading.pk]}), 403)
    assert not SpotCheck.objects.exists()
