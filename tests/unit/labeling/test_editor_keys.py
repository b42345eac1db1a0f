"""Which keys a person may give which command."""

from __future__ import annotations

import pytest

from labeling.operations.editor_keys import DEFAULTS, InvalidKeys, clean_keys


def test_the_defaults_are_keys_that_a_person_might_have_chosen() -> None:
    assert clean_keys(DEFAULTS) == {}


@pytest.mark.parametrize(
    "key", ["F8", "^", "Shift+F9", "Ctrl+s", "Ctrl+Shift+d", "PageDown", "ö", "Ctrl+Enter", "~", "`"]
)
def test_keys_that_the_vin_and_the_browser_leave_free(key: str) -> None:
    assert clean_keys({"help": key}) == {"help": key}


@pytest.mark.parametrize(
    "key",
    [
        *(
            "a",
            "A",
            "7",
            " ",
            "",
            "Escape",
            "F5",
            "F12",
            "Ctrl+w",
            "Ctrl+c",
            "Ctrl+Shift+z",
            "Alt+x",
            "Shift+a",
        ),
        *("Ctrl+1", "<script>", "F8\n", "Shift+Insert", "Dead", "\u0456", None, 5, ["F8"]),
    ],
)
def test_keys_that_no_command_may_have(key: object) -> None:
    with pytest.raises(InvalidKeys) as refusal:
        clean_keys({"help": key})
    assert set(refusal.value.fields) == {"help"}


def test_one_key_for_two_commands_is_refused_with_both_names() -> None:
    with pytest.raises(InvalidKeys, match=r"/ is the key of unreadable already: choose another for help"):
        clean_keys({"help": "/"})
    assert clean_keys({"help": "/", "unreadable": "F1"}) == {"help": "/", "unreadable": "F1"}


def test_annotation_and_review_never_meet() -> None:
    assert clean_keys({"reject": "/"}) == {"reject": "/"}
    assert clean_keys({"submit": "F8", "accept": "F8"}) == {"submit": "F8", "accept": "F8"}


@pytest.mark.parametrize("keys", [None, [], "F8", {"fly": "F8"}, {"__proto__": "F8"}])
def test_what_is_no_keys_at_all(keys: object) -> None:
    with pytest.raises(InvalidKeys):
        clean_keys(keys)
