"""axe-core in a page: what breaks WCAG 2.2 AA, in both themes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id} (${help}): ${node.html.slice(0, 160)}`));
}"""
OPEN_DETAILS = "() => document.querySelectorAll('details').forEach((details) => (details.open = true))"


@cache
def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()


def find_violations(page: Page) -> list[str]:
    """Of the page as it stands, with its details unfolded; in the dark theme for what depends on colours."""
    page.evaluate(OPEN_DETAILS)
    # Handed to the browser itself and not through a script element, so that the page's own policy stays on.
    page.evaluate(_source())
    # By default axe leaves this rule of WCAG 2.2 out.
    every_rule: dict[str, Any] = {"runOnly": TAGS, "rules": {"target-size": {"enabled": True}}}
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = [f"light: {line}" for line in page.evaluate(RUN, every_rule)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    colours = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
    return found + [f"dark: {line}" for line in page.evaluate(RUN, colours)]
