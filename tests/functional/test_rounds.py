"""A round is audited on its sheet, misses its target, and is revoked in one click."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from labeling.models import PseudoRound, Task
from tests.functional.axe import find_violations
from tests.functional.desk import Desk, sign_in
from tests.pseudo_rounds import add_readings, trust

pytestmark = pytest.mark.functional


def test_an_audit_that_misses_the_target_is_one_click_from_its_end(browser: Browser, desk: Desk) -> None:
    made = trust(*(desk.add_photo() for _ in range(3)), by=desk.people.ml_engineer)
    add_readings(made)
    page = sign_in(browser, desk.people.admin, desk.url)
    page.goto(f"{desk.url}/p/{desk.people.project.slug}/rounds/")
    page.get_by_role("link", name="Round 1").click()
    page.get_by_role("link", name="Audit 3 readings").click()
    expect(page.get_by_role("heading", name="Audit of round 1")).to_be_visible()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The audit misses the target")).to_be_visible()
    assert find_violations(page) == []
    page.get_by_role("button", name="Revoke the round").first.click()
    expect(page.locator(".message.success")).to_contain_text("Round 1 is revoked: 2 photos wait")
    expect(page.locator("[data-state=revoked]")).to_be_visible()
    made = PseudoRound.objects.get()
    assert (made.state, made.reason) == ("revoked", "1 of 3 audited readings are wrong.")
    assert sorted(Task.objects.values_list("state", flat=True)) == ["new", "new", "rejected"]
