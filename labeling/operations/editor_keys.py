"""A person's own keys in the editor, held to the same rules as in the editor's dialog."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from labeling.errors import DomainError
from labeling.models import LeaseKind, User
from labeling.operations import audit

_ALL = frozenset(LeaseKind)
_ANNOTATE = frozenset({LeaseKind.ANNOTATE})
_REVIEW = frozenset({LeaseKind.REVIEW})
_ADJUDICATE = frozenset({LeaseKind.ADJUDICATE})

KINDS: dict[str, frozenset[LeaseKind]] = {
    "submit": _ANNOTATE,
    "unreadable": _ANNOTATE | _ADJUDICATE,
    "skip": _ANNOTATE,
    "accept": _REVIEW,
    "acceptReading": _REVIEW,
    "reject": _REVIEW,
    "decide": _ADJUDICATE,
    "takeFirst": _ADJUDICATE,
    "takeSecond": _ADJUDICATE,
}
"""The kinds of work in which a command is there; those that are not named are in all."""

DEFAULTS: dict[str, str] = {
    "submit": "Enter",
    "accept": "Enter",
    "acceptReading": "!",
    "reject": "-",
    "decide": "Enter",
    "takeFirst": "<",
    "takeSecond": ">",
    "unreadable": "/",
    "skip": ".",
    "nextSuspect": "Tab",
    "previousSuspect": "Shift+Tab",
    "left": "ArrowLeft",
    "right": "ArrowRight",
    "first": "Home",
    "last": "End",
    "previousOption": "ArrowUp",
    "nextOption": "ArrowDown",
    "illegible": "?",
    "insert": "Insert",
    "delete": "Delete",
    "erase": "Backspace",
    "undo": "Ctrl+z",
    "redo": "Ctrl+y",
    "barcode": "#",
    "align": "=",
    "spread": "_",
    "box": '"',
    "split": "|",
    "merge": "&",
    "boxLeft": "Ctrl+ArrowLeft",
    "boxRight": "Ctrl+ArrowRight",
    "boxUp": "Ctrl+ArrowUp",
    "boxDown": "Ctrl+ArrowDown",
    "boxNarrower": "Ctrl+Shift+ArrowLeft",
    "boxWider": "Ctrl+Shift+ArrowRight",
    "boxLower": "Ctrl+Shift+ArrowUp",
    "boxHigher": "Ctrl+Shift+ArrowDown",
    "row": ":",
    "draw": "+",
    "turn": "*",
    "rotateLeft": "(",
    "rotateRight": ")",
    "zoomIn": "]",
    "zoomOut": "[",
    "fit": ",",
    "contrast": ";",
    "invert": "'",
    "sharpen": "\\",
    "comment": "F2",
    "guidelines": "F4",
    "help": "F1",
}
"""The table of static/js/editor/keys.js; tests/repository holds the two to each other."""

_SIGN = r"[!-/:-@\[-`{-~\u00a1-\u00ff]"
_NAMED = "Enter|Tab|Arrow(?:Left|Right|Up|Down)|Home|End|PageUp|PageDown|Insert|Delete|Backspace|F[1-46-9]"
_CHORD = "Enter|Arrow(?:Left|Right|Up|Down)|Home|End|Delete|Backspace"
_ALLOWED = re.compile(rf"{_SIGN}|(?:Shift\+)?(?:{_NAMED})|Ctrl\+(?:Shift\+)?(?:[a-z]|{_SIGN}|{_CHORD})")
_TAKEN = frozenset(
    [f"Ctrl+{letter}" for letter in "acfjlnpqrtvwx"]
    + [f"Ctrl+Shift+{letter}" for letter in "cijnpqrtw"]
    + ["Ctrl+Shift+z", "Ctrl+-", "Ctrl++", "Ctrl+=", "Shift+Insert", "Shift+Delete", "Ctrl+Shift+Delete"]
)


class InvalidKeys(DomainError):
    """A command that there is none of, a key that no command may have, or one key for two commands."""

    code = "invalid_keys"


def set_editor_keys(*, person: User, keys: Any, now: datetime) -> dict[str, str]:
    """Keep a person's keys, where they differ from the defaults; an empty mapping is the defaults again.

    Raises InvalidKeys.
    """
    cleaned = clean_keys(keys)
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(editor_keys=cleaned)
        audit.record(project=None, actor=person, verb="editor_keys.set", on=person, now=now, data=cleaned)
    person.editor_keys = cleaned
    return cleaned


def clean_keys(keys: Any) -> dict[str, str]:
    """The keys that differ from the defaults, by the name of the command. Raises InvalidKeys."""
    if not isinstance(keys, Mapping):
        raise InvalidKeys("The keys must be an object: the name of a command, and its key.")
    for name, key in keys.items():
        if name not in DEFAULTS:
            raise _refuse("keys", "There is no such command in the editor.")
        if not isinstance(key, str) or not _ALLOWED.fullmatch(key) or key in _TAKEN:
            raise _refuse(
                name,
                f"This key cannot be used for {name}: digits and letters are for the VIN, and some keys "
                "belong to the browser.",
            )
    _check_clashes({**DEFAULTS, **keys})
    return {name: key for name, key in keys.items() if key != DEFAULTS[name]}


def _check_clashes(keys: Mapping[str, str]) -> None:
    for kind in LeaseKind:
        holder: dict[str, str] = {}
        for name, key in keys.items():
            if kind not in KINDS.get(name, _ALL):
                continue
            if key in holder:
                raise _refuse(name, f"{key} is the key of {holder[key]} already: choose another for {name}.")
            holder[key] = name


def _refuse(field: str, message: str) -> InvalidKeys:
    return InvalidKeys(message, fields={field: message})
