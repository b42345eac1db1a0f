"""The list of photos by what was done on them, as the page of photos has it."""

from __future__ import annotations

import pytest

from labeling.models import Photo
from labeling.queries.work import DEEDS, SECRET
from tests.conftest import People
from tests.integration.api.asking import As, expect_refusal
from tests.integration.api.yard import VIN, Yard
from webapp.work_filters import PARAMETERS

pytestmark = pytest.mark.django_db


def listed(api: As, people: People, role: str, query: str) -> list[str]:
    answer = api(getattr(people, role)).get(f"projects/{people.project.slug}/photos?{query}")
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["items"]]


def test_a_deed_a_person_and_a_period_choose_photos(people: People, api: As) -> None:
    yard = Yard(people)
    accepted = str(yard.accept().photo_id)
    yard.open_task(1)
    assert listed(api, people, "admin", "did=annotated&by=annotator") == [accepted]
    assert listed(api, people, "admin", "did=judged_accepted&by=reviewer&days=7") == [accepted]
    assert listed(api, people, "admin", "did=judged_rejected&by=reviewer") == []
    assert listed(api, people, "admin", "did=annotated&by=annotator&to=2020-01-01") == []
    assert listed(api, people, "admin", "did=annotated&by=annotator&from=2020-01-01") == [accepted]
    assert listed(api, people, "admin", f"did=annotated&text={VIN[:4]}&state=ready") == [accepted]
    assert len(listed(api, people, "admin", "")) == 2


def test_what_waits_for_a_verdict_is_not_told_by_whose_it_is(people: People, api: As) -> None:
    photo = str(Yard(people).submit().task.photo_id)
    assert listed(api, people, "admin", "did=annotated&by=annotator") == []
    assert listed(api, people, "annotator", "did=annotated&by=annotator") == [photo]
    assert listed(api, people, "admin", "did=annotated") == [photo]


@pytest.mark.parametrize(
    ("role", "query", "status"),
    [
        ("annotator", "did=annotated&by=annotator", 200),
        ("annotator", "did=annotated&by=reviewer", 403),
        ("annotator", "did=wrong", 403),
        ("reviewer", "did=wrong", 200),
        ("reviewer", "did=wrong&by=annotator", 403),
        ("reviewer", "did=read_twice&by=reviewer&with=annotator", 403),
        ("admin", "did=read_twice&by=annotator&with=reviewer", 200),
        ("admin", "did=confused&typed=8&meant=B&position=17", 200),
        ("admin", "did=wrong&by=outsider", 404),
        ("admin", "did=wrong&by=%00", 404),
        *(("reviewer", f"did={deed}", 403) for deed in SECRET),
        *(("admin", f"did={deed}", 200) for deed in DEEDS),
    ],
)
def test_it_asks_for_the_rights_that_the_page_asks_for(
    people: People, api: As, role: str, query: str, status: int
) -> None:
    page = api(getattr(people, role)).client.get(f"/p/{people.project.slug}/photos/?{query}")
    answer = api(getattr(people, role)).get(f"projects/{people.project.slug}/photos?{query}")
    if "%00" not in query:
        assert (answer.status_code, page.status_code) == (status, status)
    elif status != 200:
        expect_refusal(answer, answer.status_code)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("did=nonsense", "did"),
        ("did=annotated&days=8", "days"),
        ("did=annotated&from=yesterday", "from"),
        ("did=annotated&from=0001-01-01", "from"),
        ("did=annotated&to=9999-12-31", "to"),
        ("did=confused&position=18", "position"),
        ("did=confused&typed=88", "typed"),
        ("by=annotator", "by"),
        ("with=annotator", "with"),
        ("days=7", "days"),
    ],
)
def test_what_means_nothing_is_named(people: People, api: As, query: str, field: str) -> None:
    answer = api(people.admin).get(f"projects/{people.project.slug}/photos?{query}")
    assert field in expect_refusal(answer, 400)["fields"]


def test_it_takes_every_parameter_of_the_page(people: People, api: As) -> None:
    schema = api(people.admin).get("/api/schema/")
    parameters = schema.json()["paths"]["/api/v1/projects/{slug}/photos"]["get"]["parameters"]
    assert set(PARAMETERS) <= {parameter["name"] for parameter in parameters}


def test_another_project_has_nothing_of_it(people: People, other_people: People, api: As) -> None:
    Yard(people).accept()
    assert Photo.objects.count() == 1
    assert listed(api, other_people, "admin", "did=annotated") == []
