"""Labels come in and go out again in a browser: checked, confirmed, frozen, exported, fetched."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from labeling.models import Photo, Transfer
from tests.conftest import LiveServer, People
from tests.functional.desk import sign_in
from tests.photos import render_photo

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]

VIN = "1M8GDM9AXKP042788"
DONE_MS = 60_000


def write_set(folder: Path) -> Path:
    """Two photos with their VIN, and one whose image is missing."""
    path = folder / "yard.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jpg", render_photo(1, vin=VIN, width=480, height=160))
        archive.writestr("b.jpg", render_photo(2, vin=VIN, width=480, height=160))
        rows = [f"a.jpg,{VIN},windshield", f"b.jpg,{VIN},paper", f"gone.jpg,{VIN},"]
        archive.writestr("list.csv", "\n".join(["file,vin,kind", *rows]))
    return path


def test_labels_come_in_and_go_out(
    live_server: LiveServer, people: People, running_worker: object, browser: Browser, tmp_path: Path
) -> None:
    project = f"{live_server.url}/p/{people.project.slug}"
    page = sign_in(browser, people.admin, live_server.url)
    page.goto(f"{project}/datasets/")
    page.get_by_role("link", name="Exports and imports").click()
    page.set_input_files("input[type=file]", write_set(tmp_path))
    page.get_by_label("Format").select_option("CSV")
    page.get_by_label("The labels").select_option("accept")
    page.get_by_role("button", name="Upload and check").click()

    expect(page.get_by_text("list.csv, line 4")).to_be_visible(timeout=DONE_MS)
    assert not Photo.objects.exists()
    page.get_by_role("button", name="Load 2 rows and leave 1 out").click()
    expect(page.get_by_text("2 of 3 rows are loaded.")).to_be_visible(timeout=DONE_MS)
    assert {photo.kind for photo in Photo.objects.all()} == {"windshield", "paper"}

    page.goto(f"{project}/datasets/")
    page.fill("input[name=name]", "first")
    page.get_by_role("button", name="Freeze a snapshot").click()
    expect(page.get_by_role("heading", name="first")).to_be_visible()
    page.get_by_label("Format").select_option("COCO")
    page.get_by_role("button", name="Make the file").click()
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=DONE_MS)
    with page.expect_download() as download:
        link.click()
    names = zipfile.ZipFile(download.value.path()).namelist()
    assert len([name for name in names if name.startswith("photos/")]) == 2
    assert Transfer.objects.filter(state="succeeded").count() == 2
