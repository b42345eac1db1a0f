"""The tables of states."""

from __future__ import annotations

import pytest

from labeling import states

ENUMS = {
    "Photo": states.PhotoState,
    "Task": states.TaskState,
    "Fine-tuning run": states.RunState,
    "Transfer": states.TransferState,
    "Pseudo-label round": states.PseudoRoundState,
    "Model version": states.ModelVersionState,
    "Bulk action": states.BulkActionState,
    "Rereading": states.RereadingState,
    "Shadow": states.ShadowState,
}


@pytest.mark.parametrize("title", states.TABLES)
def test_a_table_has_every_state_and_no_other(title: str) -> None:
    table = states.TABLES[title]
    assert set(table) == set(ENUMS[title])
    assert {target for targets in table.values() for target in targets} <= set(ENUMS[title])


@pytest.mark.parametrize("title", states.TABLES)
def test_every_state_can_be_reached(title: str) -> None:
    table = states.TABLES[title]
    first = next(iter(table))
    reached, ahead = {first}, [first]
    while ahead:
        for target in table[ahead.pop()]:
            if target not in reached:
                reached.add(target)
                ahead.append(target)
    assert reached == set(table)


@pytest.mark.parametrize("title", states.TABLES)
def test_nothing_stays_in_hand_for_ever(title: str) -> None:
    """From where a worker or a person may get lost, a way leads back."""
    held = {"Photo": "processing", "Task": "in_progress"}
    held |= dict.fromkeys(("Fine-tuning run", "Transfer", "Pseudo-label round"), "running")
    state = held.get(title)
    if title in ("Bulk action", "Rereading", "Shadow"):
        assert states.TABLES[title]["running"]  # its rows say what is left, and the sweep asks again
        return
    if state is None:
        assert states.TABLES[title]["archived"]
        return
    back = "new" if title == "Task" else "queued"
    assert back in states.TABLES[title][state]


@pytest.mark.parametrize("title", states.TABLES)
def test_what_is_not_in_the_table_is_refused(title: str) -> None:
    table = states.TABLES[title]
    for source in ENUMS[title]:
        for target in ENUMS[title]:
            if target in table[source]:
                states.check_transition(table, source, target)
            else:
                with pytest.raises(states.IllegalTransition):
                    states.check_transition(table, source, target)


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(states.IllegalTransition):
        states.check_transition(states.TASK, "nonsense", states.TaskState.NEW)


def test_the_diagrams_show_every_step() -> None:
    drawn = states.render_diagrams()
    for table in states.TABLES.values():
        for source, targets in table.items():
            for target in targets:
                assert f"    {source} --> {target}: " in drawn
    assert drawn.count("```mermaid") == len(states.TABLES)
