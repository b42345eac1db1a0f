"""The form of the gate's rules: shares are written in percent, and kept between 0 and 1."""

from typing import Any

from django import forms

from labeling import gates
from labeling.models import DatasetSnapshot
from webapp.forms import MAX_REASON

GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "How many photos it takes": {
        "minimum_photos": (
            "Photos in the test split, at least",
            "With fewer, the gate says that it cannot tell.",
        ),
        "minimum_of_kind": ("Photos of a kind, at least", "A kind with fewer is not judged by itself."),
    },
    "Whole VINs": {
        "exact_match_loss": ("VINs it may lose", "Of all photos: how many fewer than the champion."),
        "kind_loss": ("VINs it may lose of a kind", "So that labels do not pay for windshields."),
        "better_at": (
            "Must be better, how likely",
            "By paired bootstrap over vehicles. 95 asks for a gain that is hardly chance; 0 asks for none.",
        ),
        "cer_increase": ("More characters wrong", "At most so many points more of edits over characters."),
    },
    "Confidence": {
        "confident_from": (
            "A reading is confident from",
            "Use the confidence from which you trust readings.",
        ),
        "confident_wrong_increase": (
            "More confident and wrong",
            "At most, of all photos. Nobody sees these mistakes.",
        ),
        "confident_right_loss": (
            "Fewer confident and right",
            "At most, of all photos. These save people's work.",
        ),
        "refused_increase": (
            "More refused",
            "At most, of all photos, though people could read them.",
        ),
        "calibration_increase": (
            "Confidence off by more",
            "At most so many points more of expected calibration error.",
        ),
    },
    "Cost": {
        "latency_factor": (
            "Time, in times the champion's",
            "The median of a photo; 1.25 allows a quarter more.",
        ),
        "latency_allowance": ("And on top of that, ms", "So that a fast champion leaves some room."),
        "largest_bundle_megabytes": ("Size of the bundle, MB at most", "All files together."),
    },
}
"""Label and hint of each rule, in the order of the page."""

_SHARES = {name for name in gates.DEFAULT_RULES.to_json() if name not in gates.LIMITS or name == "better_at"}


class GateForm(forms.Form):
    reference = forms.ModelChoiceField(
        DatasetSnapshot.objects.none(),
        required=False,
        empty_label="None: the run's test split alone",
        label="Reference set",
        help_text="A frozen snapshot whose test split every challenger reads as well, so that versions can "
        "be compared over months.",
    )
    reason = forms.CharField(
        max_length=MAX_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Why these?",
        help_text="Stays beside the rules, for whoever asks later.",
    )

    def __init__(self, *args: Any, snapshots: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reference"].queryset = snapshots  # type: ignore[attr-defined]
        for rules in GROUPS.values():
            self.fields.update({name: _build_field(name, *words) for name, words in rules.items()})

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in rules]) for title, rules in GROUPS.items()]

    def rules(self) -> dict[str, Any]:
        """The rules as the gate takes them."""
        return {
            name: self.cleaned_data[name] / 100 if name in _SHARES else self.cleaned_data[name]
            for rules in GROUPS.values()
            for name in rules
        }


def fill_in(rules: gates.GateRules) -> dict[str, Any]:
    """The rules as the form shows them."""
    return {
        name: round(100 * value, 6) if name in _SHARES else value for name, value in rules.to_json().items()
    }


def _build_field(name: str, label: str, hint: str) -> forms.Field:
    least, most = gates.LIMITS.get(name, (0, 1))
    if name in _SHARES:
        label, least, most = f"{label}, %", 100 * least, 100 * most
    if isinstance(gates.DEFAULT_RULES.to_json()[name], int):
        return forms.IntegerField(min_value=int(least), max_value=int(most), label=label, help_text=hint)
    return forms.FloatField(min_value=least, max_value=most, label=label, help_text=hint)
