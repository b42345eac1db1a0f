"""Forms of the pages: types and sizes are checked here, rules in the domain."""

from typing import Any

from django import forms

from labeling.errors import DomainError
from labeling.models import DatasetSnapshot, ModelVersion, Role, Scope
from labeling.policies import Forbidden
from webapp.templatetags.words import ROLE_WORDS

ROLE_CHOICES = [(role.value, ROLE_WORDS[role.value]) for role in Role]
SCOPE_CHOICES = [
    (Scope.READ.value, "Read photos, annotations and runs"),
    (Scope.UPLOAD.value, "Upload photos"),
    (Scope.ANNOTATE.value, "Annotate"),
    (Scope.REVIEW.value, "Review"),
    (Scope.TRAIN.value, "Freeze, fine-tune and promote"),
]
MAX_REASON = 1000


def show_refusal(form: forms.Form, error: DomainError) -> None:
    """Put the domain's sentence beside its field, or above the form; raises Forbidden again."""
    if isinstance(error, Forbidden):
        raise error
    culprits = [name for name in error.fields if name in form.fields]
    form.add_error(culprits[0] if len(culprits) == 1 else None, error.message)


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name")


class SnapshotForm(forms.Form):
    name = forms.CharField(
        max_length=100, help_text="How you will tell it from others, such as “June, first half”."
    )
    split_seed = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        initial=1,
        help_text="The same seed puts a vehicle into the same split every time. Keep it unless you know why.",
    )


class RunForm(forms.Form):
    """What to train on and from where. A setting that is left empty keeps the training's own default."""

    snapshot = forms.ModelChoiceField(DatasetSnapshot.objects.none(), empty_label=None)
    base_version = forms.ModelChoiceField(
        ModelVersion.objects.none(), required=False, empty_label="The version in service", label="Start from"
    )
    steps = forms.IntegerField(
        min_value=1, max_value=100_000, required=False, help_text="How long it learns. Empty: 800."
    )
    batch_size = forms.IntegerField(
        min_value=1, max_value=512, required=False, help_text="Crops in one step. Empty: 32."
    )
    learning_rate = forms.FloatField(
        min_value=1e-7, max_value=1, required=False, help_text="How far each step goes. Empty: 0.0003."
    )
    replay_share = forms.FloatField(
        min_value=0,
        max_value=0.95,
        required=False,
        label="Share of synthetic crops",
        help_text="Keeps what was known, between 0 and 0.95. Empty: 0.5.",
    )
    seed = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, help_text="Empty: the default."
    )

    CONFIG = ("steps", "batch_size", "learning_rate", "replay_share", "seed")

    def __init__(self, *args: Any, snapshots: Any, versions: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["snapshot"].queryset = snapshots  # type: ignore[attr-defined]
        self.fields["base_version"].queryset = versions  # type: ignore[attr-defined]

    def config_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.CONFIG]

    def config_has_errors(self) -> bool:
        return any(self[name].errors for name in self.CONFIG)

    def config(self) -> dict[str, Any]:
        """Only what was filled in."""
        return {name: self.cleaned_data[name] for name in self.CONFIG if self.cleaned_data[name] is not None}


class OverrideForm(forms.Form):
    override_reason = forms.CharField(
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Why promote it against the gate?",
        help_text="The reason stays in the audit trail.",
    )


class InviteForm(forms.Form):
    name = forms.CharField(
        max_length=150, label="Name or address", help_text="So that you recognize the invitation."
    )
    role = forms.ChoiceField(
        choices=ROLE_CHOICES,
        help_text="Reviewers also annotate; ML engineers freeze, train and promote; admins do everything.",
    )


class AddMemberForm(forms.Form):
    """Somebody who has an account on this server already."""

    username = forms.CharField(max_length=150, label="User name")
    role = forms.ChoiceField(choices=ROLE_CHOICES)

    def __init__(self, data: Any = None) -> None:
        # The same page has the form for invitations, and ids must differ.
        super().__init__(data, auto_id="add_%s")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLE_CHOICES)


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="What it is for, such as “nightly import”.")
    days = forms.TypedChoiceField(
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("", "No end")],
        coerce=int,
        empty_value=None,
        required=False,
        initial="90",
        label="Ends after",
    )
    scopes = forms.MultipleChoiceField(
        choices=SCOPE_CHOICES, widget=forms.CheckboxSelectMultiple, initial=[Scope.READ.value]
    )


class JoinForm(forms.Form):
    """A new account, by invitation. Whether the name and the password will do is the domain's to say."""

    username = forms.CharField(
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
        help_text="Letters, digits and @ . + - _",
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text="At least 12 characters, and none of the common ones.",
    )
