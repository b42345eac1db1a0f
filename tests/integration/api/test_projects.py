"""Projects and what happened in them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from labeling.models import Membership
from tests.conftest import People
from tests.integration.api.asking import As, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db


def test_each_person_sees_their_own(people: People, other_people: People, api: As) -> None:
    Membership.objects.create(
        project=other_people.project, user=people.annotator, role="reviewer", created_at=timezone.now()
    )
    items = api(people.annotator).get("projects").json()["items"]
    assert {(item["slug"], item["role"]) for item in items} == {
        (people.project.slug, "annotator"),
        (other_people.project.slug, "reviewer"),
    }
    assert api(people.outsider).get("projects").json() == {"items": []}


def test_events_tell_who_did_what_and_follow_each_other(people: People, api: As) -> None:
    Yard(people).submit()
    seen, after = [], ""
    while after is not None:
        page = (
            api(people.ml_engineer).get(f"projects/{people.project.slug}/events?limit=3&after={after}").json()
        )
        seen += page["items"]
        after = page["next_cursor"]
    verbs = [event["verb"] for event in seen]
    assert verbs[0] == "annotation.submitted"
    assert verbs[-1] == "photo.uploaded"
    assert len({event["id"] for event in seen}) == len(seen)
    assert {event["actor"] for event in seen} == {"annotator", None}


def test_events_of_one_thing(people: People, api: As) -> None:
    annotation = Yard(people).submit()
    query = f"object_type=task&object_id={annotation.task_id}"
    items = api(people.annotator).get(f"projects/{people.project.slug}/events?{query}").json()["items"]
    assert {event["object_id"] for event in items} == {str(annotation.task_id)}


@pytest.mark.parametrize("query", ["after=x", "after=WyJ4Il0", "limit=-1", "actor__password=x", "after=%00"])
def test_an_odd_query_is_refused(people: People, api: As, query: str) -> None:
    expect_refusal(api(people.annotator).get(f"projects/{people.project.slug}/events?{query}"), 400)


def test_strangers_and_methods(people: People, other_people: People, api: As) -> None:
    address = f"projects/{people.project.slug}/events"
    with unchanged():
        expect_refusal(api(other_people.admin).get(address), 404)
        expect_refusal(api(people.admin).post("projects", {"name": "mine"}), 405)
        for verb in ("POST", "PUT", "PATCH", "DELETE"):
            expect_refusal(api(people.admin).call(verb, address, {}), 405)
