"""Text can be read on every surface it lies on, in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from itertools import product
from pathlib import Path

import pytest

CSS = Path(__file__).parents[3] / "static" / "css"
SURFACES = ("surface-page", "surface-panel", "surface-sunken", "surface-pressed")
TEXTS = ("ink", "ink-soft", "ink-faint")
ON_OWN_GROUND = [
    (name, f"{name}-soft")
    for name in (
        "positive",
        "warning",
        "danger",
        "info",
        "confidence-high",
        "confidence-medium",
        "confidence-low",
    )
]
PAIRS = [
    *product(TEXTS, SURFACES),
    *ON_OWN_GROUND,
    *product([name for name, _ in ON_OWN_GROUND], ["surface-panel", "surface-page"]),
    ("accent-text", "accent-soft"),
    ("accent-text", "surface-page"),
    ("accent-text", "surface-panel"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("mat-ink", "mat"),
    ("mat-ink-soft", "mat"),
]
EDGES = [*product(["line-control", "focus"], ["surface-page", "surface-panel"])]


def _read_colors() -> dict[str, tuple[str, str]]:
    text = (CSS / "tokens.css").read_text()
    both = {n: (a, b) for n, a, b in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", text)}
    same = {n: (a, a) for n, a in re.findall(r"--([\w-]+): (#\w{6});", text)}
    return both | same


def _luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("theme", "text", "ground"), [(theme, *pair) for theme in (0, 1) for pair in PAIRS])
def test_text_has_contrast(theme: int, text: str, ground: str) -> None:
    colors = _read_colors()
    assert _contrast(colors[text][theme], colors[ground][theme]) >= 4.5


@pytest.mark.parametrize(("theme", "edge", "ground"), [(theme, *pair) for theme in (0, 1) for pair in EDGES])
def test_edges_of_controls_are_seen(theme: int, edge: str, ground: str) -> None:
    colors = _read_colors()
    assert _contrast(colors[edge][theme], colors[ground][theme]) >= 3.0


@pytest.mark.parametrize("file", sorted(path.name for path in CSS.glob("*.css") if path.name != "tokens.css"))
def test_only_the_tokens_name_colors(file: str) -> None:
    text = (CSS / file).read_text()
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\w)|rgba?\(|hsla?\(|oklch\(", text)


@pytest.mark.parametrize("file", sorted(path.name for path in CSS.glob("*.css")))
def test_every_token_that_is_used_is_there(file: str) -> None:
    text = (CSS / file).read_text()
    known = set(re.findall(r"(--[\w-]+):", "".join(path.read_text() for path in CSS.glob("*.css"))))
    set_by_scripts = set(re.findall(r"var\((--[\w-]+),", text))
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) - set_by_scripts <= known
