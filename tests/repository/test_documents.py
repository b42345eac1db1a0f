"""The documents name what exists, and what exists is named."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.repository.sources import ROOT, list_documents, list_settings, list_targets, read

DOCUMENTS = list_documents()
SETTINGS_PAGE = "docs/reference/settings.md"


def list_tabled(page: str, heading: str) -> dict[str, str]:
    """The variables of the table below a heading, with what happens when each is not set."""
    part = page.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", part, flags=re.MULTILINE))


def test_settings_page_names_every_setting_and_no_other() -> None:
    tabled = list_tabled(read(SETTINGS_PAGE), "Of the web process and the workers")
    settings = list_settings()
    assert set(tabled) == set(settings)
    refusing = {name for name, unset in tabled.items() if unset == "refuses to start"}
    assert refusing == {name for name, required in settings.items() if required}


def test_settings_page_names_the_variables_of_make() -> None:
    tabled = list_tabled(read(SETTINGS_PAGE), "Of `make`")
    sources = read("Makefile") + "".join(read(path) for path in (ROOT / "services").glob("*.py"))
    sources += read("tests/browser.py")
    assert tabled
    assert [name for name in tabled if name not in sources] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_chores_exist(document: Path) -> None:
    named = set(re.findall(r"`(?:[A-Z]+=\S+ )*make ([a-z-]+)", read(document)))
    named |= set(re.findall(r"^(?:\$ )?(?:[A-Z]+=\S+ )*make ([a-z-]+)", read(document), flags=re.MULTILINE))
    assert named - set(list_targets()) == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_modules_and_commands_exist(document: Path) -> None:
    text = read(document)
    modules = set(re.findall(r"python -m ([a-z_]+(?:\.[a-z_]+)*)", text))
    assert {name for name in modules if importlib.util.find_spec(name) is None} == set()
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) - set(get_commands()) == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", read(document))
    local = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    missing = [target for target in local if not (ROOT / document.parent / target).exists()]
    assert missing == []


def test_every_chore_is_explained() -> None:
    phony = re.search(r"^\.PHONY: (.+?)(?<!\\)$", read("Makefile"), flags=re.MULTILINE | re.DOTALL)
    assert phony is not None
    chores = set(phony.group(1).replace("\\", " ").split()) - {"install-test"}
    assert chores == set(list_targets())
