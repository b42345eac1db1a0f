"""Forms of the pages of pseudo-label rounds: types are checked here, rules in the domain."""

from collections.abc import Iterable
from typing import Any

from django import forms

from labeling.models import DatasetSnapshot, ModelVersion, PseudoRound
from labeling.operations.inputs import MAX_REASON
from labeling.operations.pseudo_rounds import DEFAULT_TARGET, MAX_AUDIT
from labeling.pseudo_labels import LEAST_TARGET, MOST_TARGET


class RoundForm(forms.Form):
    """The target is in percent here, as people speak of it, and a share in the domain."""

    teacher = forms.ModelChoiceField(
        queryset=ModelVersion.objects.none(),
        required=False,
        empty_label="The version in service",
        help_text="Reads the photos. Its student of the next run can teach the next round.",
    )
    validation = forms.ModelChoiceField(
        queryset=DatasetSnapshot.objects.none(),
        required=False,
        empty_label="The newest snapshot",
        label="Threshold by",
        help_text="The people's labels of its validation split show from which confidence on to trust.",
    )
    target = forms.FloatField(
        min_value=100 * LEAST_TARGET,
        max_value=100 * MOST_TARGET,
        label="Right at least, in %",
        help_text="Of the accepted readings, with 97.5 % certainty.",
    )
    audit_size = forms.IntegerField(
        min_value=0,
        max_value=MAX_AUDIT,
        required=False,
        label="Audit so many",
        help_text="Accepted readings that people look at. Empty: as few as can show the share.",
    )
    revokes_itself = forms.BooleanField(
        required=False,
        label="Revoke it by itself",
        help_text="As soon as the audit cannot show the share any more. Otherwise a person decides.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        last: PseudoRound | None,
        versions: Iterable[ModelVersion],
        snapshots: Iterable[DatasetSnapshot],
    ) -> None:
        before = last or PseudoRound(target=DEFAULT_TARGET)
        initial = {
            "target": f"{before.target * 100:.6g}",
            "audit_size": before.audit_size or None,
            "revokes_itself": before.revokes_itself,
        }
        super().__init__(data, initial=initial)
        self.fields["teacher"].queryset = versions  # type: ignore[attr-defined]
        self.fields["validation"].queryset = snapshots  # type: ignore[attr-defined]
        self.fields["target"].widget.attrs["step"] = "any"

    def wanted(self) -> dict[str, Any]:
        """As the domain takes it."""
        chosen = dict(self.cleaned_data)
        return {**chosen, "target": chosen["target"] / 100, "audit_size": chosen["audit_size"] or 0}


class RevokeForm(forms.Form):
    reason = forms.CharField(
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Why is it revoked?",
        help_text="The reason stays with the round.",
    )
