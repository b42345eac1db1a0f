"""The editor's table of keys and rules, and those of the server, are the same."""

from __future__ import annotations

import re

from labeling.operations import editor_keys
from tests.repository.sources import read

TABLE = read("static/js/editor/keys.js")
RULES = read("static/js/editor/keymap.js")
ROW = re.compile(r'\{ name: "(\w+)", key: "((?:[^"\\]|\\.)+)",[^}]*?(?:kind: "(\w+)" )?\}')


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def test_every_command_has_the_same_key_here_and_there() -> None:
    assert {name: _unescape(key) for name, key, _ in ROW.findall(TABLE)} == editor_keys.DEFAULTS


def test_every_command_is_there_in_the_same_kinds_of_work() -> None:
    there = {(name, kind) for name, _, kind in ROW.findall(TABLE) if kind}
    assert there == {(name, kind.value) for name, kinds in editor_keys.KINDS.items() for kind in kinds}


def test_the_same_keys_may_be_chosen() -> None:
    for name, pattern in {
        "SIGN": editor_keys._SIGN,
        "NAMED": editor_keys._NAMED,
        "CHORD": editor_keys._CHORD,
    }.items():
        written = re.search(rf'const {name} = "(.+)";', RULES)
        assert written is not None
        assert written.group(1).replace("\\\\", "\\") == pattern, name
    listed = RULES.split("const TAKEN", 1)[1].split("]);", 1)[0]
    chords = {
        prefix + letter
        for letters, prefix in re.findall(r'"([a-z]+)"\.split\(""\)\.map\(\(letter\) => `(.+?)\$', listed)
        for letter in letters
    }
    assert chords | set(re.findall(r'"((?:Ctrl|Shift)\+[^"]+)"', listed)) == editor_keys._TAKEN
