"""The page that says which photos people see first."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.models import Acquisition, AcquisitionOrder, AcquisitionPolicy
from tests.conftest import People
from tests.integration.views import rows

FORM = {
    "uncertainty": "60",
    "disagreement": "20",
    "novelty": "20",
    "legibility": "50",
    "random_share": "10",
    "reason": "Few photos are alike.",
    "replaces": "1",
}


def _url(people: People, name: str = "order") -> str:
    return reverse(name, args=[people.project.slug])


def _add(people: People, number: int, selected_by: str = "worth", state: str = "new", **fields: Any) -> Any:
    photo = rows.add_photo(people, number)
    version = people.project.model_versions.first() or rows.add_version(people)
    task = rows.add_task(people, photo, state)
    values = {"uncertainty": 0.5, "disagreement": 0.5, "legibility": 1.0, "details": {"differing": [3, 8]}}
    reading = rows.add_prediction(photo, version)
    return Acquisition.objects.create(
        task=task, prediction=reading, selected_by=selected_by, **(values | fields)
    )


def test_everybody_sees_what_holds_and_only_some_may_change_it(people: People) -> None:
    seen = people.client("annotator").get(_url(people)).content.decode()
    assert "No photo comes at random" in seen
    assert "Set the policy" not in seen
    assert "Set the policy" in people.client("ml_engineer").get(_url(people)).content.decode()


def test_a_policy_is_set_and_the_history_keeps_why(people: People) -> None:
    answer = people.client("ml_engineer").post(_url(people), FORM, follow=True)
    policy = AcquisitionPolicy.objects.get(number=2)
    assert (policy.uncertainty, policy.random_share) == (0.6, 0.1)
    html = answer.content.decode()
    assert "Of 100 new photos 10 come at random, evenly among the others." in html
    assert "Few photos are alike." in html


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"novelty": "130"}, "less than or equal to 100"),
        ({"uncertainty": "0", "disagreement": "0", "novelty": "0"}, "must count for something"),
        ({"replaces": "0"}, "Somebody else has set the policy in the meantime"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_a_mistake_is_said_and_what_was_typed_stays(
    people: People, change: dict[str, str], said: str
) -> None:
    answer = people.client("ml_engineer").post(_url(people), FORM | {"legibility": "33"} | change)
    html = answer.content.decode()
    assert answer.status_code == 400
    assert said in html
    assert 'value="33"' in html
    assert AcquisitionPolicy.objects.count() == 1


def test_figures_are_explained_before_they_are_set(people: People) -> None:
    for typed, said in (({"random_share": "35"}, "Of 100 new photos 35"), ({"novelty": "oops"}, "No photo")):
        html = people.client("admin").get(_url(people, "order-preview"), typed).content.decode()
        assert said in html


def test_counts_and_the_fair_measure(people: People) -> None:
    rows.add_version(people)
    for number, (selected_by, state) in enumerate(
        [("worth", "new"), ("worth", "new"), ("random", "new"), ("random", "accepted")], start=1
    ):
        _add(people, number, selected_by, state)
    task = Acquisition.objects.get(task__state="accepted").task
    rows.add_annotation(people, task)
    AcquisitionOrder.objects.create(project=people.project, ordered_at=timezone.now(), tasks=3, labels=1)
    html = people.client("reviewer").get(_url(people)).content.decode()
    assert "3 photos, compared with 1 labeled" in html
    assert "1 of 1 drawn at random" in html


def test_rows_of_the_queue_and_the_photo_say_why(people: People) -> None:
    task = _add(people, 1).task
    words = "The two recognizers disagree at 4 and 9"
    assert words in people.client("admin").get(_url(people, "queue")).content.decode()
    photo = reverse("photo", args=[people.project.slug, task.photo_id])
    assert words in people.client("annotator").get(photo).content.decode()
