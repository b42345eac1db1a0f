"""The form of the acquisition policy: shares are in percent here, as people speak of them."""

from typing import Any

from django import forms

from labeling.models import AcquisitionPolicy, Project
from labeling.operations.acquisition_policies import SHARES


def _percent(label: str, hint: str) -> forms.FloatField:
    return forms.FloatField(min_value=0, max_value=100, label=label, help_text=hint)


class AcquisitionForm(forms.Form):
    uncertainty = _percent(
        "Doubt", "Low confidence in the whole VIN, and another VIN that is nearly as likely."
    )
    disagreement = _percent("Disagreement", "The two recognizers surely read different characters.")
    novelty = _percent("Novelty", "The line looks unlike every photo that is labeled or comes before it.")
    legibility = _percent(
        "Put off what is illegible, in %",
        "At 100, what nobody may be able to read comes last; at 0 it makes no difference.",
    )
    random_share = _percent(
        "Photos drawn at random, in %",
        "The only ones that tell how well the model reads photos of all kinds. A larger share holds for "
        "photos to come.",
    )
    reason = forms.CharField(
        max_length=500, label="Why it changes", help_text="For whoever reads the history below."
    )
    replaces = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, policy: AcquisitionPolicy) -> None:
        percent = {name: float(f"{getattr(policy, name) * 100:.6g}") for name in SHARES}
        super().__init__(data, initial={**percent, "replaces": policy.number})
        for name in SHARES:
            self.fields[name].widget.attrs["step"] = "any"
            self.fields[name].widget.format_value = _say_number

    def to_policy(self) -> dict[str, Any]:
        """As the domain takes it."""
        values = self.cleaned_data
        rules = {name: values[name] / 100 for name in SHARES}
        return {"rules": rules, "reason": values["reason"], "replaces": values["replaces"]}

    def to_draft(self, project: Project) -> AcquisitionPolicy | None:
        """What was typed as a policy that nobody has set; None where nothing would count."""
        values = {**self.initial, **self.cleaned_data}
        rules = {name: values[name] / 100 for name in SHARES}
        weighs = any(rules[name] for name in SHARES[:3])
        return AcquisitionPolicy(project=project, **rules) if weighs else None


def _say_number(value: Any) -> str:
    """30 rather than 30.0; what somebody typed stays as it was typed."""
    return f"{value:g}" if isinstance(value, float) else str(value if value is not None else "")
