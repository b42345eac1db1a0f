"""Forms of the dataset pages: types and sizes are checked here, rules in the domain."""

from typing import Any

from django import forms

from labeling.formats.registry import FORMATS
from labeling.models import LabelSource, PhotoKind
from labeling.operations.candidates import DEFAULT_SOURCES, Criteria
from webapp.dataset_words import KIND_WORDS, SOURCE_WORDS

FORMAT_CHOICES = [(name.value, form.title) for name, form in FORMATS.items()]
KIND_CHOICES = [(kind.value, KIND_WORDS[kind.value]) for kind in PhotoKind]


class SnapshotForm(forms.Form):
    """The name, and which photos. Nothing chosen of the kinds means all of them."""

    name = forms.CharField(
        max_length=100, help_text="How you will tell it from others, such as “June, first half”."
    )
    sources = forms.MultipleChoiceField(
        choices=[(source.value, SOURCE_WORDS[source.value][0]) for source in LabelSource],
        widget=forms.CheckboxSelectMultiple,
        initial=[source.value for source in DEFAULT_SOURCES],
        label="Labels from",
    )
    kinds = forms.MultipleChoiceField(
        choices=[choice for choice in KIND_CHOICES if choice[0]],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Only these kinds",
        help_text="None chosen: all of them.",
    )
    uploaded_from = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Uploaded from"
    )
    uploaded_until = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Uploaded until"
    )
    balance_kinds = forms.BooleanField(
        required=False, label="Balance by kind", help_text="All kinds weigh the same together in training."
    )
    leave_out_near_duplicates = forms.BooleanField(
        required=False,
        label="Leave out near-duplicates",
        help_text="Of photos of one vehicle that look almost the same, one stays.",
    )
    split_seed = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        initial=1,
        help_text="Decides where new vehicles go. Keep it unless you know why.",
    )

    MORE = ("kinds", "uploaded_from", "uploaded_until", "split_seed")

    def more_has_errors(self) -> bool:
        return any(self[name].errors for name in self.MORE)

    def criteria(self) -> Criteria:
        """Raises InvalidCriteria."""
        chosen = dict(self.cleaned_data)
        return Criteria(
            sources=tuple(map(LabelSource, chosen["sources"])),
            kinds=tuple(map(PhotoKind, chosen["kinds"])),
            uploaded_from=chosen["uploaded_from"],
            uploaded_until=chosen["uploaded_until"],
            leave_out_near_duplicates=chosen["leave_out_near_duplicates"],
            balance_kinds=chosen["balance_kinds"],
        )


class ExportForm(forms.Form):
    format = forms.ChoiceField(choices=FORMAT_CHOICES)
    with_photos = forms.BooleanField(
        required=False, initial=True, label="With the photos", help_text="Without them, labels alone."
    )


class ImportForm(forms.Form):
    file = forms.FileField(
        allow_empty_file=True, help_text="A ZIP of label files and images, or a label file alone."
    )
    format = forms.ChoiceField(choices=FORMAT_CHOICES)
    accept = forms.ChoiceField(
        choices=[
            ("review", "Go to review by another person"),
            ("accept", "Count as accepted, as they are"),
        ],
        label="The labels",
    )


class KindForm(forms.Form):
    kind = forms.ChoiceField(choices=KIND_CHOICES, required=False, label="Written on")

    def __init__(self, data: Any = None, *, initial: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="photo_%s")
