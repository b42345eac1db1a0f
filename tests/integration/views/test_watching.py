"""Shadows, rereadings and drift on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from labeling.models import DriftAlert, DriftDay, ModelVersion, Rereading, Shadow
from tests.conftest import People
from tests.integration.views import rows

pytestmark = pytest.mark.django_db
OTHER_VIN = "2M8GDM9AXKP042788"


def page(people: People, name: str, *keys: object, role: str = "ml_engineer", status: int = 200) -> str:
    response = people.client(role).get(reverse(name, args=[people.project.slug, *keys]))
    assert response.status_code == status
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode()


def send(people: People, name: str, *keys: object, role: str = "ml_engineer", **data: Any) -> Any:
    return people.client(role).post(reverse(name, args=[people.project.slug, *keys]), data)


def make_versions(people: People) -> tuple[ModelVersion, ModelVersion]:
    champion = rows.add_version(people)
    return champion, rows.add_version(people, 2, "evaluated")


def add_read(people: People, shadow: Shadow, vin: str, number: int = 1, **fields: Any) -> None:
    photo = rows.add_photo(people, number)
    rows.add_task(people, photo)
    rows.add_shadow_reading(shadow, rows.add_prediction(photo, shadow.champion), vin, **fields)


def test_a_shadow_is_started_and_stopped_with_a_button(people: People) -> None:
    champion, challenger = make_versions(people)
    assert "has no shadow" in page(people, "model", champion.pk)
    assert "Start v2 in the shadow" in page(people, "model", challenger.pk)
    sent = send(people, "shadow-start", challenger.pk, percent="50", most_photos="300", days="7")
    assert sent.status_code == 302
    shadow = Shadow.objects.get()
    assert (shadow.share, shadow.most_photos, shadow.model_version) == (0.5, 300, challenger)
    assert "Reading beside v1" in page(people, "model", challenger.pk)
    assert "is the shadow of this project" in page(people, "model", champion.pk)
    assert send(people, "shadow-stop", shadow.pk).status_code == 302
    assert "Stopped" in page(people, "model", challenger.pk)


@pytest.mark.parametrize("wrong", [{"percent": "0"}, {"most_photos": "many"}, {"days": "1000"}])
def test_odd_limits_start_nothing_and_say_why(people: People, wrong: dict[str, str]) -> None:
    _, challenger = make_versions(people)
    data = {"percent": "50", "most_photos": "300", "days": "7"} | wrong
    sent = send(people, "shadow-start", challenger.pk, **data)
    assert sent.status_code == 400
    html = sent.content.decode()
    assert 'aria-invalid="true"' in html
    assert f'value="{data["percent"]}"' in html
    assert not Shadow.objects.exists()


def test_a_second_shadow_is_refused_with_what_to_do(people: People) -> None:
    champion, challenger = make_versions(people)
    rows.add_shadow(people, challenger, champion)
    third = rows.add_version(people, 3, "evaluated")
    sent = send(people, "shadow-start", third.pk, percent="50", most_photos="300", days="7")
    assert sent.status_code == 400
    assert "v2 is the shadow of this project. Stop it first." in sent.content.decode()


def test_both_readings_are_shown_where_they_differ(people: People) -> None:
    champion, challenger = make_versions(people)
    shadow = rows.add_shadow(people, challenger, champion)
    add_read(people, shadow, rows.VIN, 1)
    add_read(people, shadow, OTHER_VIN, 2, days_ago=1)
    html = page(people, "model", challenger.pk)
    assert "50 %" in html
    assert "Read alike, day by day" in html
    assert html.count('class="row-link"') == 1
    assert "nothing accepted yet" in html
    table = page(people, "shadow-differences", shadow.pk).splitlines()
    assert len(table) == 2
    assert f"{rows.VIN},0.8,{OTHER_VIN},0.7" in table[1]


@pytest.mark.parametrize("role", ["annotator", "reviewer"])
def test_who_annotates_learns_nothing_of_a_shadow(people: People, role: str) -> None:
    champion, challenger = make_versions(people)
    shadow = rows.add_shadow(people, challenger, champion)
    add_read(people, shadow, OTHER_VIN)
    html = page(people, "model", challenger.pk, role=role)
    assert OTHER_VIN not in html
    assert "shadow" not in html.lower()
    page(people, "shadow-differences", shadow.pk, role=role, status=403)
    photo = shadow.readings.get().photo
    assert OTHER_VIN not in page(people, "photo", photo.pk, role=role)
    for name, key in (("shadow-start", challenger.pk), ("shadow-stop", shadow.pk)):
        assert send(people, name, key, role=role).status_code == 403


def test_a_promotion_offers_to_read_open_tasks_again(people: People) -> None:
    champion, challenger = make_versions(people)
    snapshot = rows.add_snapshot(people)
    rows.add_decision(challenger, champion, snapshot, passed=True)
    photo = rows.add_photo(people)
    rows.add_task(people, photo)
    rows.add_prediction(photo, champion)
    assert "Read 1 open task again" in page(people, "model", challenger.pk)
    send(people, "model-promote", challenger.pk, reread="on")
    rereading = Rereading.objects.get()
    assert (rereading.model_version, rereading.total) == (challenger, 1)
    html = page(people, "model", challenger.pk, role="annotator")
    assert "0 of 1" in html
    assert "Stop" not in html
    assert send(people, "rereading-stop", rereading.pk).status_code == 302
    assert "Read open tasks again" in page(people, "model", challenger.pk)
    assert send(people, "reread").status_code == 302
    assert Rereading.objects.count() == 2


@pytest.mark.parametrize(
    ("state", "word"), [("running", "Running"), ("done", "Done"), ("stopped", "Stopped")]
)
def test_a_rereading_says_how_it_ended(people: People, state: str, word: str) -> None:
    version = rows.add_version(people)
    rows.add_rereading(people, version, state=state)
    html = page(people, "model", version.pk)
    assert f"{word}</span>" in html
    assert "13 of 40" in html
    assert "12 read" in html
    assert ("<progress" in html) == (state == "running")


def test_without_the_tick_nothing_is_read_again(people: People) -> None:
    champion, challenger = make_versions(people)
    rows.add_decision(challenger, champion, rows.add_snapshot(people), passed=True)
    rows.add_prediction(rows.add_task(people, rows.add_photo(people)).photo, champion)
    send(people, "model-promote", challenger.pk)
    assert not Rereading.objects.exists()
    assert "Read them again" in page(people, "model", challenger.pk)


def test_nothing_to_read_again_is_said(people: People) -> None:
    rows.add_version(people)
    response = people.client("ml_engineer").post(reverse("reread", args=[people.project.slug]), follow=True)
    assert "there is nothing to read again" in response.content.decode()
    assert send(people, "reread", role="reviewer").status_code == 403


def test_drift_shows_every_measure_beside_its_band(people: People) -> None:
    version = rows.add_version(people)
    rows.add_drift(people, version)
    html = page(people, "drift", role="reviewer")
    for words in (
        "Photos called unreadable",
        "Shift of the confidence",
        "Why photos are refused",
        "Glare",
    ):
        assert words in html
    assert html.count('class="band"') == 4
    assert "?did=refused" in html
    assert "I have seen it" not in html
    page(people, "drift", role="annotator", status=403)
    table = page(people, "drift-days").splitlines()
    assert len(table) == 25
    assert table[0].startswith("day,model version,first readings")


def test_while_it_learns_and_without_a_version_it_says_so(people: People) -> None:
    assert "No version is in service yet" in page(people, "drift")
    version = rows.add_version(people)
    rows.add_drift(people, version, days=5)
    DriftAlert.objects.all().delete()
    html = page(people, "drift")
    assert "learned from the first 14 days" in html
    assert 'class="band"' not in html


def test_with_too_few_photos_nothing_is_called_usual(people: People) -> None:
    rows.add_drift(people, rows.add_version(people))
    DriftAlert.objects.all().delete()
    DriftDay.objects.update(readings=1, refused=0, reasons={}, accepted=0, changed=0, edits=0)
    html = page(people, "drift")
    assert "Too few photos to compare: it takes 200 in the first 14 days" in html
    assert "lies inside of its band" not in html


def test_an_alert_is_on_the_home_page_until_somebody_has_seen_it(people: People) -> None:
    alert = rows.add_drift(people, rows.add_version(people))
    assert "Something has drifted" in page(people, "project")
    assert "Something has drifted" not in page(people, "project", role="reviewer")
    assert send(people, "drift-acknowledge", alert.pk, role="reviewer", note="Sun").status_code == 403
    send(people, "drift-acknowledge", alert.pk, note="")
    assert "Something has drifted" in page(people, "project")
    send(people, "drift-acknowledge", alert.pk, note="The new camera.")
    assert "Something has drifted" not in page(people, "project")
    assert "The new camera." in page(people, "drift")
    assert "has seen the alert “Photos called unreadable”: The new camera." in page(people, "project")


def test_the_photos_behind_a_point(people: People) -> None:
    version = rows.add_version(people)
    good, bad = rows.add_photo(people, 1), rows.add_photo(people, 2)
    rows.add_prediction(good, version)
    rows.add_prediction(bad, version, quality={"readable": False, "issues": []})
    url = reverse("photos", args=[people.project.slug])
    client = people.client("reviewer")
    both = client.get(url, {"did": "read", "days": "7"}).content.decode()
    one = client.get(url, {"did": "refused", "days": "7"}).content.decode()
    assert (both.count('class="photo-card'), one.count('class="photo-card')) == (2, 1)
    assert str(bad.pk) in one
