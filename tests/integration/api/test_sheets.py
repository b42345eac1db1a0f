"""Sheets of readings that were accepted without a person's eyes."""

from __future__ import annotations

import pytest
from django.utils import timezone

from labeling.models import Photo, SpotCheck, Task
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard

pytestmark = pytest.mark.django_db


def test_a_sheet_is_looked_at_and_sent_back(people: People, api: As) -> None:
    Yard(people).accept_unseen(1, 2, 3)
    address = f"projects/{people.project.slug}/sheet"
    sheet = api(people.reviewer).get(address).json()
    assert [reading["vin"] for reading in sheet["readings"]] == [VIN] * 3
    assert {reading["source"] for reading in sheet["readings"]} == {"pseudo_label"}
    assert sheet["precision"] == [
        {"source": source, "right": 0, "checked": 0, "interval": [0.0, 1.0]}
        for source in ("pseudo_label", "policy")
    ]
    shown = [reading["id"] for reading in sheet["readings"]]
    with audited("task.checked", "task.found_wrong", "task.checked"):
        answer = api(people.reviewer).post(address, {"shown": shown, "wrong": shown[1:2]})
    assert answer.json() == {"right": 2, "wrong": 1, "passed_over": 0}
    assert Task.objects.get(photo=sheet["readings"][1]["photo"]).state == "rejected"
    again = api(people.reviewer).get(address).json()
    assert (again["readings"], again["unseen"], again["precision"][0]["checked"]) == ([], 0, 3)


def test_work_that_the_policy_accepted_is_on_the_sheet_of_others(people: People, api: As) -> None:
    yard = Yard(people)
    yard.allow(review_share=0, double_share=0, honeypot_share=0)
    theirs, own = yard.submit(1), yard.submit(2, author=people.reviewer)
    Photo.objects.update(rendered_at=timezone.now())
    address = f"projects/{people.project.slug}/sheet"
    sheet = api(people.reviewer).get(address).json()
    (reading,) = sheet["readings"]
    assert (reading["id"], reading["source"], reading["vin"]) == (str(theirs.pk), "policy", VIN)
    assert (reading["confidence"], reading["strip_url"]) == (None, f"/media/annotations/{theirs.pk}/strip")
    body = {"shown": [str(theirs.pk), str(own.pk)], "wrong": [str(theirs.pk), str(own.pk)]}
    with audited("task.found_wrong"):
        answer = api(people.reviewer).post(address, body)
    assert answer.json() == {"right": 0, "wrong": 1, "passed_over": 1}
    assert api(people.admin).get(address).json()["precision"][1]["checked"] == 1


@pytest.mark.parametrize("key", ["0", "9" * 17, "9" * 36, "x", "-1", "\u0661", "A" * 36])
def test_keys_of_nothing_are_passed_over(people: People, api: As, key: str) -> None:
    with unchanged():
        answer = api(people.reviewer).post(f"projects/{people.project.slug}/sheet", {"shown": [key]})
    assert answer.json() == {"right": 0, "wrong": 0, "passed_over": 1}


def test_sent_twice_it_checks_once(people: People, api: As) -> None:
    (reading,) = Yard(people).accept_unseen(1)
    address = f"projects/{people.project.slug}/sheet"
    body = {"shown": [str(reading.pk)]}
    api(people.reviewer).post(address, body)
    with unchanged():
        answer = api(people.reviewer).post(address, body)
    assert answer.json() == {"right": 0, "wrong": 0, "passed_over": 1}


@pytest.mark.parametrize(
    "body", [{}, {"shown": []}, {"shown": [1]}, {"shown": ["1"], "wrong": ["2"]}, {"shown": ["1"] * 25}]
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
            expect_refusal(api(person).post(address, {"shown": [str(reading.pk)]}), 403)
    assert not SpotCheck.objects.exists()
