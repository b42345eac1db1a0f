"""The commands of operators."""

from __future__ import annotations

import io
import json
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from labeling.models import (
    DatasetSnapshot,
    FinetuningRun,
    Invitation,
    ModelVersion,
    Photo,
    Project,
    PseudoRound,
)
from labeling.queries.champions import get_champion
from tests.conftest import People
from tests.integration.domain.round_work import TARGET, Classroom
from tests.integration.domain.workshop import Workshop, make_bundle
from tests.photos import render_photo


def run(name: str, *arguments: Any) -> str:
    output = io.StringIO()
    call_command(name, *map(str, arguments), stdout=output, stderr=output)
    return output.getvalue()


@pytest.fixture
def photos_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(render_photo(number))
    (folder / "notes.txt").write_text("no photo")
    (folder / ".hidden.jpg").write_bytes(b"")
    return folder


def test_a_demo_is_made_once(db: None, data_dir: Path, photos_folder: Path) -> None:
    bundle = make_bundle("base")
    first = run("create_demo", "--photos", photos_folder, "--bundle", bundle)
    again = run("create_demo", "--photos", photos_folder, "--bundle", bundle)
    project = Project.objects.get()
    assert "3 photos were uploaded" in first
    assert "0 photos were uploaded" in again
    assert (project.slug, Photo.objects.count(), ModelVersion.objects.count()) == ("demo", 3, 1)
    assert {photo.state for photo in Photo.objects.all()} == {"queued"}
    assert first.splitlines()[1:] == again.splitlines()[1:]


def test_the_demo_people_can_log_in(db: None, data_dir: Path) -> None:
    printed = run("create_demo", "--bundle", make_bundle("base"))
    path = data_dir.parent / "demo-people.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    people = json.loads(path.read_text())
    assert {person["role"] for person in people} == {"annotator", "reviewer", "ml_engineer", "admin"}
    for person in people:
        assert re.search(rf"{person['username']} +{re.escape(person['password'])}", printed)
        assert Client().login(username=person["username"], password=person["password"])


def test_demo_passwords_are_random(db: None, data_dir: Path) -> None:
    run("create_demo", "--bundle", make_bundle("base"))
    path = data_dir.parent / "demo-people.json"
    before = path.read_text()
    path.unlink()
    run("create_demo", "--bundle", make_bundle("base"))
    assert path.read_text() != before
    for person in json.loads(path.read_text()):
        assert Client().login(username=person["username"], password=person["password"])


def test_photos_are_imported_from_folders_and_archives(workshop: Workshop, photos_folder: Path) -> None:
    packed = photos_folder / "more.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.jpg", render_photo(9))
        archive.writestr("0.jpg", render_photo(0))
    said = run("import_photos", "--project", "yard", "--by", "annotator", photos_folder)
    assert "4 photos were uploaded, 2 files refused." in said
    assert "notes.txt" in said
    assert Photo.objects.count() == 4


def test_the_loop_by_commands(workshop: Workshop, tmp_path: Path) -> None:
    workshop.accept(1, "WVWZZZ1JZXW000000")
    workshop.accept(2, "WVWZZZ1JZXW000001")
    member = ("--project", "yard", "--by", "ml_engineer")
    said = run("freeze_snapshot", *member, "--name", "first", "--split-seed", 3)
    snapshot = DatasetSnapshot.objects.get()
    assert snapshot.sha256 in said
    config = tmp_path / "config.json"
    config.write_text('{"steps": 5}')
    if not snapshot.counts["train"]:
        pytest.fail("choose VINs of which one trains")
    planned = run("request_run", *member, "--plan", "--network", "detector")
    assert "detector: 120 steps at most, 360 real and 360 synthetic samples" in planned
    assert not FinetuningRun.objects.exists()
    assert "run 1 on first from v1 is queued" in run("request_run", *member, "--config", config)
    learning = ["sequence", "characters"]
    assert FinetuningRun.objects.get().config == {"steps": 5, "seed": 1, "networks": learning}
    assert "v2 is candidate" in run("register_bundle", *member, make_bundle("second"))
    with pytest.raises(CommandError, match="has not been compared"):
        run("promote_version", *member, "--model-version", "v2")
    run("promote_version", *member, "--model-version", "v2", "--reason", "A test.")
    champion = get_champion(workshop.people.project)
    assert champion is not None
    assert champion.name == "v2"
    assert "v1 is in service" in run("promote_version", *member, "--rollback")


def test_an_invitation_is_printed(people: People) -> None:
    arguments = ("--project", "yard", "--by", "admin", "--role", "reviewer", "--name", "Zoe")
    assert re.search(r"/invitations/[\w-]{43}/", run("invite", *arguments))
    assert Invitation.objects.get().role == "reviewer"


REFUSALS = [
    ("freeze_snapshot", "nobody", ["--name", "x"], "Nobody logs in as nobody"),
    ("freeze_snapshot", "annotator", ["--name", "x"], "does not let you"),
    ("freeze_snapshot", "outsider", ["--name", "x"], "no such thing"),
    ("freeze_snapshot", "admin", ["--name", "x"], "no accepted work"),
    ("request_run", "admin", [], "no such snapshot"),
    ("promote_version", "admin", ["--model-version", "v9"], "no model version v9"),
    ("promote_version", "admin", ["--rollback"], "No earlier"),
    ("import_photos", "admin", ["/nowhere/at/all"], "There is no /nowhere"),
    ("register_bundle", "admin", ["/nowhere/at/all"], "no readable manifest"),
]


@pytest.mark.parametrize(("name", "by", "arguments", "message"), REFUSALS)
def test_a_refusal_is_one_line(
    people: People, name: str, by: str, arguments: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        run(name, "--project", "yard", "--by", by, *arguments)


def test_waiting_ends_when_every_photo_is_read(workshop: Workshop) -> None:
    photo = workshop.upload()
    assert run("wait_until_read", "--seconds", 0) == "Photos that wait to be read: 1.\n"
    workshop.read(photo)
    assert run("wait_until_read") == "Every photo is read.\n"


def test_a_round_is_planned_and_asked_for(workshop: Workshop) -> None:
    classroom = Classroom(workshop)
    classroom.label()
    classroom.wait_sure(2)
    asked = ("--project", "yard", "--by", "ml_engineer", "--target", TARGET, "--audit", 5)
    planned = run("request_round", *asked, "--dry-run")
    assert "v1 would read 2 photos, 2 of which it has read." in planned
    assert "No threshold shows that 60 %" in planned
    assert not PseudoRound.objects.exists()
    workshop.register("teacher")
    assert "It has read 0 of 7 validation photos of by people" in run(
        "request_round", *asked, "--teacher", "v2", "--dry-run"
    )
    said = run("request_round", *asked, "--teacher", "v2", "--validation", "by people", "--revokes-itself")
    made = PseudoRound.objects.get()
    assert said == f"round 1 by v2 over 2 photos is queued: {made.pk}\n"
    assert (made.target, made.audit_size, made.revokes_itself) == (TARGET, 5, True)
    with pytest.raises(CommandError, match="no snapshot called nothing"):
        run("request_round", *asked, "--validation", "nothing")
    with pytest.raises(CommandError, match="under way"):
        run("request_round", *asked)
