"""Texts that are no VIN, boxes that are no boxes: refused at the draft, the annotation and the review."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import People
from tests.integration.api.asking import As, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard, box, work

pytestmark = pytest.mark.django_db

FLAT = [[20.0, 100.0], [60.0, 100.0], [60.0, 100.0], [20.0, 100.0]]
LINE = [[20.0, 100.0], [60.0, 110.0], [100.0, 120.0], [140.0, 130.0]]
BOW = [[20.0, 100.0], [300.0, 130.0], [300.0, 100.0], [20.0, 130.0]]

TEXTS: dict[str, str] = {
    "letter I": "IHGCM82633A004352",
    "letter O": "1HGCM82633AO04352",
    "letter Q": "1HGCM82633AQ04352",
    "Cyrillic that looks like Latin": "1НGСМ82633А004352",
    "full-width": "１HGCM82633A004352",
    "eszett": "1HGCM82633ß004352",
    "too long": VIN + "1",
    "far too long": VIN * 1000,
    "spaces inside": "1HGCM 82633A00435",
    "line break": "1HGCM\n2633A004352",
    "right-to-left override": "1HGCM\u202e2633A004352",
    "script": "<script>alert(1)",
}

UNFINISHED: dict[str, str] = {"too short": VIN[:16], "empty": "", "nothing read": "?" * 17}


def _characters(quad: Any) -> dict[str, Any]:
    return {"characters": [{"index": 0, "symbol": "1", "quad": quad}]}


BOXES: dict[str, dict[str, Any]] = {
    "right of the photo": _characters([[x + 300, y] for x, y in box(3)]),
    "below the photo": _characters([[x, y + 200] for x, y in box(3)]),
    "negative": _characters([[x - 100, y] for x, y in box(0)]),
    "flat": _characters(FLAT),
    "a line": _characters(LINE),
    "three corners": _characters(box(0)[:3]),
    "five corners": _characters([*box(0), [1, 1]]),
    "corners of three numbers": _characters([[*corner, 1.0] for corner in box(0)]),
    "corners of text": _characters([["1", "2"]] * 4),
    "corners that are true": _characters([[True, False]] * 4),
    "corners of nothing": _characters([[None, None]] * 4),
    "an object for a box": _characters({"left": 1}),
    "astronomic": _characters([[1e300, 1e300], [2e300, 1e300], [2e300, 2e300], [1e300, 2e300]]),
    "41 boxes": {"characters": [{"index": 0, "symbol": "1", "quad": box(0)}] * 41},
    "10 000 boxes": {"characters": [{"index": 0, "symbol": "1", "quad": box(0)}] * 10_000},
    "the same index twice": {"characters": [{"index": 0, "symbol": "1", "quad": box(0)}] * 2},
    "a negative index": {"characters": [{"index": -1, "symbol": "1", "quad": box(0)}]},
    "an index far away": {"characters": [{"index": 10**9, "symbol": "1", "quad": box(0)}]},
    "a symbol that no VIN has": {"characters": [{"index": 17, "symbol": "О", "quad": box(0)}]},
    "a confidence above one": {
        "characters": [{"index": 0, "symbol": "1", "quad": box(0), "confidence": 1.5}]
    },
    "a text for the characters": {"characters": "1HG"},
    "an unknown field in a box": {"characters": [{"index": 0, "symbol": "1", "kind": "x"}]},
    "a region outside": {"region": [[-50, -50], [10, -50], [10, 10], [-50, 10]]},
    "a flat region": {"region": FLAT},
    "a region like a bow tie": {"region": BOW},
    "a text for the region": {"region": "everywhere"},
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_bad_text_is_refused_and_leaves_nothing(people: People, api: As, text: str) -> None:
    _expect_refused(people, api, {"text": text, "characters": []})


@pytest.mark.parametrize("text", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_an_unfinished_text_is_no_annotation(people: People, api: As, text: str) -> None:
    _expect_refused(people, api, {"text": text, "characters": []}, is_draft_too=False)


@pytest.mark.parametrize("text", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_an_unfinished_text_is_a_draft(people: People, api: As, text: str) -> None:
    lease = Yard(people).lease()
    body = work() | {"text": text, "characters": []}
    assert api(people.annotator).put(f"leases/{lease.pk}/draft", body).status_code == 200


@pytest.mark.parametrize("change", BOXES.values(), ids=BOXES.keys())
def test_bad_boxes_are_refused_and_leave_nothing(people: People, api: As, change: dict[str, Any]) -> None:
    _expect_refused(people, api, change)


def test_lower_case_is_raised_and_a_question_mark_stays(people: People, api: As) -> None:
    lease = Yard(people).lease()
    answer = api(people.annotator).post(f"leases/{lease.pk}/annotation", work("1hgcm82633a00435?"))
    assert answer.status_code == 201
    assert answer.json()["text"] == "1HGCM82633A00435?"
    assert [character["symbol"] for character in answer.json()["characters"]] == list("1HGCM82633A00435?")


def _expect_refused(people: People, api: As, change: dict[str, Any], *, is_draft_too: bool = True) -> None:
    yard = Yard(people)
    lease, review = f"leases/{yard.lease().pk}", f"leases/{yard.review_lease().pk}"
    verdict = {"base_revision": 1, "verdict": "fixed_and_accepted", "reason": ""}
    with unchanged():
        answers = [
            api(people.annotator).post(f"{lease}/annotation", work() | change),
            api(people.reviewer).post(f"{review}/review", work() | change | verdict),
        ]
        if is_draft_too:
            answers.append(api(people.annotator).put(f"{lease}/draft", work() | change))
    for answer in answers:
        assert expect_refusal(answer, 400)["fields"]
