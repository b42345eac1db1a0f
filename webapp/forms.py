"""Forms of the pages: types and sizes are checked here, rules in the domain."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from labeling.errors import DomainError
from labeling.models import Project, QualityPolicy, Role, Scope
from labeling.models.comment import LONGEST_COMMENT
from labeling.models.guideline import LONGEST_GUIDELINE
from labeling.operations import shadows
from labeling.policies import Forbidden
from webapp.templatetags.words import ROLE_WORDS

ROLE_CHOICES = [(role.value, ROLE_WORDS[role.value]) for role in Role]
ROLE_HELP = "Reviewers also annotate; ML engineers freeze, train and promote; admins do everything."
SCOPE_CHOICES = [
    (Scope.READ.value, "Read photos, annotations and runs"),
    (Scope.UPLOAD.value, "Upload photos"),
    (Scope.ANNOTATE.value, "Annotate"),
    (Scope.REVIEW.value, "Review"),
    (Scope.TRAIN.value, "Freeze, fine-tune and promote"),
    (Scope.MANAGE.value, "Assign, order and put back tasks"),
]
MAX_REASON = 1000


def show_refusal(form: forms.Form, error: DomainError) -> None:
    """Put the domain's sentence beside its field, or above the form; raises Forbidden again."""
    if isinstance(error, Forbidden):
        raise error
    culprits = [name for name in error.fields if name in form.fields]
    form.add_error(culprits[0] if len(culprits) == 1 else None, error.message)


class LoginForm(AuthenticationForm):
    """After a refusal the name is filled in, and the password is what is typed again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        refusal = "No account has this username and password. Upper and lower case count."
        self.error_messages = {**self.error_messages, "invalid_login": refusal}
        if self.is_bound:
            del self.fields["username"].widget.attrs["autofocus"]
            self.fields["password"].widget.attrs["autofocus"] = True


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name")


class CommentForm(forms.Form):
    """A comment; `index` is empty for the photo, or 0 to 16 for a character."""

    text = forms.CharField(max_length=LONGEST_COMMENT)
    index = forms.TypedChoiceField(
        choices=[("", "the photo"), *((str(index), f"character {index + 1}") for index in range(17))],
        coerce=int,
        empty_value=None,
        required=False,
    )


class RestoreForm(forms.Form):
    revision = forms.IntegerField(min_value=1)
    base_revision = forms.IntegerField(min_value=0)


class GuidelineForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST_GUIDELINE,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "true"}),
        label="Guidelines in Markdown",
        help_text="Headings, lists, tables, emphasis and links. No HTML, no images.",
    )
    note = forms.CharField(
        max_length=200,
        required=False,
        label="What changed",
        help_text="A few words for the list of versions.",
    )
    base_number = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class GuidelineReadForm(forms.Form):
    number = forms.IntegerField(min_value=1)


class OverrideForm(forms.Form):
    override_reason = forms.CharField(
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Why promote it against the gate?",
        help_text="The reason stays in the audit trail.",
    )


class ShadowForm(forms.Form):
    """How much a shadow reads, and for how long. The share is in per cent, as people say it."""

    DEFAULTS: ClassVar = {
        "percent": round(100 * shadows.DEFAULT_SHARE),
        "most_photos": shadows.DEFAULT_PHOTOS,
        "days": shadows.DEFAULT_DAYS,
    }
    percent = forms.FloatField(
        min_value=1,
        max_value=100,
        label="Photos it reads, in %",
        help_text="Of those that the version in service reads.",
    )
    most_photos = forms.IntegerField(
        min_value=1, max_value=shadows.MOST_PHOTOS, label="Ends after so many photos"
    )
    days = forms.IntegerField(min_value=1, max_value=shadows.MOST_DAYS, label="Ends after so many days")

    def limits(self) -> dict[str, Any]:
        """As the operation takes them."""
        chosen = dict(self.cleaned_data)
        return {"share": chosen.pop("percent") / 100, **chosen}


class InviteForm(forms.Form):
    name = forms.CharField(
        max_length=150, label="Name or address", help_text="So that you recognize the invitation."
    )
    role = forms.ChoiceField(
        choices=ROLE_CHOICES,
        help_text=ROLE_HELP,
    )


class AddMemberForm(forms.Form):
    """Somebody who has an account on this server already."""

    username = forms.CharField(
        max_length=150, label="Username", help_text="The name with which the person logs in."
    )
    role = forms.ChoiceField(choices=ROLE_CHOICES, help_text=ROLE_HELP)

    def __init__(self, data: Any = None) -> None:
        # The same page has the form for invitations, and ids must differ.
        super().__init__(data, auto_id="add_%s")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLE_CHOICES)


def _say_number(value: Any) -> str:
    """30 rather than 30.0; what somebody typed stays as it was typed."""
    return f"{value:g}" if isinstance(value, float) else str(value if value is not None else "")


class PolicyForm(forms.Form):
    """How work is checked. Shares are in percent here, as people speak of them, and shares in the domain."""

    PERCENT = ("review_share", "target_error", "double_share", "honeypot_share", "seeded_share")
    SWITCHES = ("is_adaptive", "blind_review")

    review_share = forms.FloatField(
        min_value=0,
        max_value=100,
        label="Annotations that are reviewed, in %",
        help_text="Nobody can tell beforehand which. What was sent back is always reviewed again.",
    )
    is_adaptive = forms.BooleanField(
        required=False,
        label="Adapt it to each person",
        help_text="More reviews for those who err more, fewer for those who have proved to err less.",
    )
    target_error = forms.FloatField(
        min_value=0.1,
        max_value=50,
        label="Error that is tolerated, in % of annotations",
        help_text="Where it adapts: who errs this often is reviewed at exactly the share above.",
    )
    double_share = forms.FloatField(
        min_value=0,
        max_value=100,
        label="Photos that two people read, in %",
        help_text="Neither sees the other's reading. Where they differ, a third person settles it.",
    )
    honeypot_share = forms.FloatField(
        min_value=0,
        max_value=30,
        label="Known photos among new ones, in %",
        help_text="They look like any other to who annotates, and measure how often that person errs.",
    )
    seeded_share = forms.FloatField(
        min_value=0,
        max_value=100,
        label="Known photos with a wrong character, in %",
        help_text="The model's reading gets one plausible wrong character: who looks will notice it.",
    )
    blind_review = forms.BooleanField(
        required=False,
        label="Hide the author from reviewers",
        help_text="A reading is judged by what it says, not by who wrote it.",
    )
    reason = forms.CharField(
        max_length=500, label="Why it changes", help_text="For whoever reads the history below."
    )
    replaces = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, policy: QualityPolicy) -> None:
        percent = {name: float(f"{getattr(policy, name) * 100:.6g}") for name in self.PERCENT}
        switches = {name: getattr(policy, name) for name in self.SWITCHES}
        super().__init__(data, initial={**percent, **switches, "replaces": policy.number})
        for name in self.PERCENT:
            self.fields[name].widget.attrs["step"] = "any"
            self.fields[name].widget.format_value = _say_number

    def to_policy(self) -> dict[str, Any]:
        """As the domain takes it."""
        values = self.cleaned_data
        rules = {name: values[name] / 100 for name in self.PERCENT}
        rules |= {name: values[name] for name in self.SWITCHES}
        return {"rules": rules, "reason": values["reason"], "replaces": values["replaces"]}

    def to_draft(self, project: Project) -> QualityPolicy:
        """What was typed as a policy that nobody has set; a figure that cannot be counts as it was."""
        values = {**self.initial, **self.cleaned_data}
        rules = {name: values[name] / 100 for name in self.PERCENT}
        return QualityPolicy(project=project, **rules, **{name: values[name] for name in self.SWITCHES})


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
