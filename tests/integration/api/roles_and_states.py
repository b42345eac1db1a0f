"""The table of who may do what to a task in which state; test_roles_and_states.py asks every cell of it.

A block for each verb, a line for each state, a letter for each person who asks:

    annotator, reviewer, ml_engineer, admin - members who have not touched the task
    author - an annotator who wrote what is in it, or who had it in hand last where nothing was written
    holder - whoever had it in hand last: the author, or the reviewer who judges or has judged it

    +  done
    f  403: the role does not allow it, or it is one's own work, or another's
    n  404: for this person there is no such thing
    c  409: not in this state, or somebody else has it
"""

from __future__ import annotations

ASKING = ("annotator", "reviewer", "ml_engineer", "admin", "author", "holder")
ANSWERS = {"+": (200, 201, 204), "f": (403,), "n": (404,), "c": (409,)}

_OF_HOLDERS_ALONE = """
    new                n n n n c c
    in_progress        n n n n + +
    second_reading     n n n n c c
    in_second_reading  n n n n n +
    conflict           n n n n n c
    in_adjudication    n n n n n +
    submitted          n n n n c c
    in_review          n n n n n +
    accepted           n n n n n c
    rejected           n n n n n c
    unreadable         n n n n n c
    skipped            n n n n c c
    auto_accepted      n n n n c c
"""
_ONCE_A_LEASE = """
    new                n n n n c c
    in_progress        n n n n + +
    second_reading     n n n n + +
    in_second_reading  n n n n n +
    conflict           n n n n n +
    in_adjudication    n n n n n c
    submitted          n n n n + +
    in_review          n n n n n c
    accepted           n n n n n c
    rejected           n n n n n c
    unreadable         n n n n n c
    skipped            n n n n c c
    auto_accepted      n n n n c c
"""
_ON_OPEN_TASKS = """
    new                f f f + f f
    in_progress        f f f + f f
    second_reading     f f f + f f
    in_second_reading  f f f + f f
    conflict           f f f + f f
    in_adjudication    f f f + f f
    submitted          f f f + f f
    in_review          f f f + f f
    accepted           f f f c f f
    rejected           f f f + f f
    unreadable         f f f c f f
    skipped            f f f + f f
    auto_accepted      f f f c f f
"""

_OF_ANY_MEMBER = """
    new                + + + + + +
    in_progress        + + + + + +
    second_reading     + + + + + +
    in_second_reading  + + + + + +
    conflict           + + + + + +
    in_adjudication    + + + + + +
    submitted          + + + + + +
    in_review          + + + + + +
    accepted           + + + + + +
    rejected           + + + + + +
    unreadable         + + + + + +
    skipped            + + + + + +
    auto_accepted      + + + + + +
"""

TABLE = {
    "look at": _OF_ANY_MEMBER,
    "claim to annotate": """
        new                + + f + + +
        in_progress        c c f c + +
        second_reading     + + f + f f
        in_second_reading  c c f c c +
        conflict           c c f c c c
        in_adjudication    c c f c c c
        submitted          c c f c c c
        in_review          c c f c c c
        accepted           c c f c c c
        rejected           + + f + + +
        unreadable         c c f c c c
        skipped            c c f c c c
        auto_accepted      c c f c c c
    """,
    "claim to review": """
        new                f c f c f f
        in_progress        f c f c f f
        second_reading     f c f c f f
        in_second_reading  f c f c f c
        conflict           f c f c f c
        in_adjudication    f c f c f c
        submitted          f + f + f f
        in_review          f c f c f +
        accepted           f c f c f c
        rejected           f c f c f c
        unreadable         f c f c f c
        skipped            f c f c f f
        auto_accepted      f c f c f f
    """,
    "claim to adjudicate": """
        new                f c f c f f
        in_progress        f c f c f f
        second_reading     f c f c f f
        in_second_reading  f c f c f c
        conflict           f + f + f f
        in_adjudication    f c f c f +
        submitted          f c f c f f
        in_review          f c f c f c
        accepted           f c f c f c
        rejected           f c f c f c
        unreadable         f c f c f c
        skipped            f c f c f f
        auto_accepted      f c f c f f
    """,
    "open again": """
        new                f c f c f f
        in_progress        f c f c f f
        second_reading     f f f f + +
        in_second_reading  f f f f c f
        conflict           f f f f f c
        in_adjudication    f f f f f f
        submitted          f f f f + +
        in_review          f f f f c f
        accepted           c c c c c c
        rejected           f c f c f c
        unreadable         f c f c f c
        skipped            f + f + + +
        auto_accepted      f + f + f f
    """,
    "recall": """
        new                f f f c f f
        in_progress        f f f + f f
        second_reading     f f f c f f
        in_second_reading  f f f + f f
        conflict           f f f c f f
        in_adjudication    f f f + f f
        submitted          f f f c f f
        in_review          f f f + f f
        accepted           f f f c f f
        rejected           f f f c f f
        unreadable         f f f c f f
        skipped            f f f c f f
        auto_accepted      f f f c f f
    """,
    "renew": _OF_HOLDERS_ALONE,
    "save a draft": _OF_HOLDERS_ALONE,
    # Sent again under the lease that it was submitted with, it has been done already.
    "submit": _ONCE_A_LEASE,
    "mark unreadable": _ONCE_A_LEASE,
    "skip": """
        new                n n n n c c
        in_progress        n n n n + +
        second_reading     n n n n c c
        in_second_reading  n n n n n +
        conflict           n n n n n c
        in_adjudication    n n n n n c
        submitted          n n n n c c
        in_review          n n n n n c
        accepted           n n n n n c
        rejected           n n n n n c
        unreadable         n n n n n c
        skipped            n n n n c c
        auto_accepted      n n n n c c
    """,
    "judge": """
        new                n n n n c c
        in_progress        n n n n c c
        second_reading     n n n n c c
        in_second_reading  n n n n n c
        conflict           n n n n n c
        in_adjudication    n n n n n c
        submitted          n n n n c c
        in_review          n n n n n +
        accepted           n n n n n +
        rejected           n n n n n +
        unreadable         n n n n n +
        skipped            n n n n c c
        auto_accepted      n n n n c c
    """,
    "settle": """
        new                n n n n c c
        in_progress        n n n n c c
        second_reading     n n n n c c
        in_second_reading  n n n n n c
        conflict           n n n n n c
        in_adjudication    n n n n n +
        submitted          n n n n c c
        in_review          n n n n n c
        accepted           n n n n n c
        rejected           n n n n n c
        unreadable         n n n n n c
        skipped            n n n n c c
        auto_accepted      n n n n c c
    """,
    # Whoever gives back what they no longer have is not told off.
    "give back": """
        new                n n n n + +
        in_progress        n n n n + +
        second_reading     n n n n + +
        in_second_reading  n n n n n +
        conflict           n n n n n +
        in_adjudication    n n n n n +
        submitted          n n n n + +
        in_review          n n n n n +
        accepted           n n n n n +
        rejected           n n n n n +
        unreadable         n n n n n +
        skipped            n n n n + +
        auto_accepted      n n n n + +
    """,
    "assign in bulk": _ON_OPEN_TASKS,
    "unassign in bulk": _ON_OPEN_TASKS,
    "raise in bulk": _ON_OPEN_TASKS,
    "lower in bulk": _ON_OPEN_TASKS,
    "put_back in bulk": """
        new                f c f c f f
        in_progress        f c f c f f
        second_reading     f c f c f f
        in_second_reading  f c f c f c
        conflict           f c f c f c
        in_adjudication    f c f c f c
        submitted          f c f c f f
        in_review          f c f c f c
        accepted           f c f c f c
        rejected           f c f c f c
        unreadable         f c f c f c
        skipped            f + f + f f
        auto_accepted      f + f + f f
    """,
    "reread in bulk": """
        new                f f f + f f
        in_progress        f f f + f f
        second_reading     f f f + f f
        in_second_reading  f f f + f f
        conflict           f f f + f f
        in_adjudication    f f f + f f
        submitted          f f f + f f
        in_review          f f f + f f
        accepted           f f f + f f
        rejected           f f f + f f
        unreadable         f f f + f f
        skipped            f f f + f f
        auto_accepted      f f f + f f
    """,
    "claim ahead": _OF_HOLDERS_ALONE,
    "read comments": _OF_ANY_MEMBER,
    "comment": _OF_ANY_MEMBER,
    # The scenes have no older revision; who may restore one is asked in test_restoring.py.
    "restore": """
        new                n n f n n n
        in_progress        n n f n n n
        second_reading     c c f c c c
        in_second_reading  c c f c c c
        conflict           c c f c c c
        in_adjudication    c c f c c c
        submitted          c c f c c c
        in_review          c c f c c c
        accepted           c c f c c c
        rejected           c c f c c c
        unreadable         c c f c c c
        skipped            n n f n n n
        auto_accepted      n n f n n n
    """,
}


def read_table(text: str) -> dict[str, dict[str, str]]:
    """State -> who asks -> the letter of the answer."""
    lines = [line.split() for line in text.strip().splitlines()]
    return {state: dict(zip(ASKING, letters, strict=True)) for state, *letters in lines}
