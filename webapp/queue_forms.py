"""The form of a bulk action."""

from collections.abc import Sequence
from typing import Any

from django import forms

from labeling.models import BulkKind, User
from labeling.queries.task_filters import TaskFilter

MOST_TICKED = 200
TICKED, WHOLE = "ticked", "whole"


class BulkForm(forms.Form):
    """What to do, with the ticked rows or with all that the filter means, and how many were agreed to."""

    kind = forms.ChoiceField(
        choices=[(kind.value, kind.value) for kind in BulkKind],
        error_messages={"required": "Choose what to do with the tasks."},
    )
    scope = forms.ChoiceField(choices=[(TICKED, TICKED), (WHOLE, WHOLE)])
    task = forms.Field(required=False)
    assignee = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        to_field_name="username",
        error_messages={"invalid_choice": "Choose a member of this project who may annotate."},
    )
    confirmed = forms.IntegerField(min_value=1, required=False)

    def __init__(self, data: Any, *, people: Sequence[User]) -> None:
        super().__init__(data)
        known = User.objects.filter(pk__in=[person.pk for person in people])
        self.fields["assignee"].queryset = known  # type: ignore[attr-defined]

    def clean_task(self) -> tuple[str, ...]:
        """Ids of rows; ids of other projects or of nothing find nothing."""
        ticked = self.data.getlist("task") if hasattr(self.data, "getlist") else []
        field = forms.UUIDField()
        return tuple(str(field.clean(key)) for key in ticked[:MOST_TICKED])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("scope") == TICKED and not cleaned.get("task") and not self.errors:
            raise forms.ValidationError("Tick the rows that you mean, or choose all that match.")
        if cleaned.get("kind") == BulkKind.ASSIGN and not cleaned.get("assignee") and not self.errors:
            raise forms.ValidationError("Choose whom to assign the tasks to.")
        return cleaned

    @property
    def what(self) -> BulkKind:
        return BulkKind(self.cleaned_data["kind"])

    @property
    def whom(self) -> User | None:
        """Where the kind names somebody; what the list beside the other buttons holds is not meant."""
        return self.cleaned_data["assignee"] if self.what == BulkKind.ASSIGN else None

    @property
    def is_whole(self) -> bool:
        return bool(self.cleaned_data["scope"] == WHOLE)

    @property
    def agreed(self) -> int | None:
        """How many tasks the person agreed to; None where they were not asked yet."""
        return self.cleaned_data["confirmed"]

    @property
    def ticked(self) -> tuple[str, ...]:
        return self.cleaned_data["task"]

    def choose(self, shown: TaskFilter) -> TaskFilter:
        """The filter of the address, or the ticked rows of it whatever has become of them since."""
        return shown if self.is_whole else TaskFilter(ids=self.ticked)

    def first_error(self) -> str:
        return str(next(iter(self.errors.values()))[0])
