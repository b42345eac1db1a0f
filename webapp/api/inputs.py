"""What a client may send. Types and sizes are checked here, rules in the domain."""

from typing import Any

from rest_framework import serializers

from labeling.models import BulkKind, LeaseKind, Outcome, Role, Scope, Verdict, VinSource
from labeling.models.comment import LONGEST_COMMENT
from labeling.models.guideline import LONGEST_GUIDELINE
from labeling.operations import shadows
from labeling.queries.photos import ORDERS
from labeling.queries.spans import DEFAULT_PERIOD, PERIODS
from labeling.queries.spot_checks import SHEET
from labeling.queries.task_filters import Level
from labeling.queries.work import DEEDS
from labeling.states import PhotoState, TaskState
from webapp.api.fields import MAX_CHARACTERS, Day, Number, OneOf, Quad, StrictInput, Text, Whole, many

MAX_TEXT = 64
"""Longer than a VIN, so that a slip of the keyboard is answered by the rules of VINs, not by a length."""

MAX_REASON = 1000
MAX_ALTERNATIVES = 33
MAX_COMMENT = 2 * LONGEST_COMMENT
MAX_GUIDELINE = 2 * LONGEST_GUIDELINE
"""Blanks and controls are taken away before the domain counts."""

MAX_KEY = 36
"""A UUID's, with its dashes."""

MAX_PAGE = 200
MAX_DAYS = 3650
WORK_FIELDS = ("did", "by", "with", "days", "from", "to", "typed", "meant", "position")
MAX_EFFORT = 24 * 3600 * 1000
"""A day in milliseconds."""


class LeaseInput(StrictInput):
    kind = OneOf(LeaseKind)


class AlternativeInput(StrictInput):
    symbol = Text(max_length=1)
    confidence = Number()


class CharacterInput(StrictInput):
    index = Whole()
    symbol = Text(max_length=4)
    confidence = Number(allow_null=True, default=None)
    quad = Quad(allow_null=True, default=None)
    alternatives = many(AlternativeInput, MAX_ALTERNATIVES)
    edited = serializers.BooleanField(default=False)


class EffortInput(StrictInput):
    """What a submit cost the person, as their browser counted it."""

    keystrokes = Whole(
        allow_null=True, default=None, min_value=0, max_value=MAX_EFFORT, help_text="Keys, clicks and drags."
    )
    active_ms = Whole(
        allow_null=True,
        default=None,
        min_value=0,
        max_value=MAX_EFFORT,
        help_text="Milliseconds with the photo in view and the person at work.",
    )


class WorkInput(StrictInput):
    """A person's reading of a photo: `base_revision` is the revision that was on the screen."""

    text = Text(max_length=MAX_TEXT, allow_blank=True, trim_whitespace=False)
    characters = many(CharacterInput, MAX_CHARACTERS)
    region = Quad(allow_null=True, default=None)
    base_revision = Whole(min_value=0)


class AnnotationInput(EffortInput, WorkInput):
    """The work that is submitted, and what it cost."""


class UnreadableInput(EffortInput):
    reason = Text(max_length=MAX_REASON, allow_blank=True)
    base_revision = Whole(min_value=0)


class SkipInput(StrictInput):
    reason = Text(max_length=MAX_REASON, allow_blank=True)


class ReviewInput(EffortInput):
    """A verdict; the text, the characters and the region count where it is "fixed_and_accepted"."""

    verdict = OneOf(Verdict)
    reason = Text(max_length=MAX_REASON, allow_blank=True, default="")
    text = Text(max_length=MAX_TEXT, allow_blank=True, default="", trim_whitespace=False)
    characters = many(CharacterInput, MAX_CHARACTERS)
    region = Quad(allow_null=True, default=None)
    base_revision = Whole(min_value=0)
    comment = Text(max_length=MAX_COMMENT, allow_blank=True, default="", trim_whitespace=False)
    comment_index = Whole(allow_null=True, default=None, help_text="Of the character that it is about.")


class CommentInput(StrictInput):
    text = Text(max_length=MAX_COMMENT, allow_blank=True, trim_whitespace=False)
    index = Whole(allow_null=True, default=None, help_text="Of the character, 0 to 16; null: the photo.")


class CommentTextInput(StrictInput):
    text = Text(max_length=MAX_COMMENT, allow_blank=True, trim_whitespace=False)


class RestoreInput(StrictInput):
    revision = Whole(min_value=1)
    base_revision = Whole(min_value=0, help_text="The newest revision that was on the screen.")


class SheetInput(StrictInput):
    """The readings that were looked at, by their ids; what is not `wrong` is right."""

    shown = serializers.ListField(child=Text(max_length=MAX_KEY), min_length=1, max_length=SHEET)
    wrong = serializers.ListField(child=Text(max_length=MAX_KEY), max_length=SHEET, default=list)


class GuidelineInput(StrictInput):
    text = Text(max_length=MAX_GUIDELINE, allow_blank=True, trim_whitespace=False)
    note = Text(max_length=200, allow_blank=True, default="", help_text="What changed, in a few words.")
    base_number = Whole(min_value=0, help_text="The version that this was written on top of; 0: none.")


class GuidelineReadInput(StrictInput):
    number = Whole(min_value=1)


class AdjudicationInput(EffortInput):
    """What the photo shows, where two readings differ: text and boxes, or why nobody can read it."""

    outcome = OneOf(Outcome)
    reason = Text(max_length=MAX_REASON, allow_blank=True, default="")
    text = Text(max_length=MAX_TEXT, allow_blank=True, default="", trim_whitespace=False)
    characters = many(CharacterInput, MAX_CHARACTERS)
    region = Quad(allow_null=True, default=None)
    base_revision = Whole(min_value=0)


class EditorKeysInput(StrictInput):
    keys = serializers.DictField(child=Text(max_length=40), help_text="The name of a command, and its key.")


class RunInput(StrictInput):
    snapshot = serializers.UUIDField()
    base_version = serializers.UUIDField(allow_null=True, default=None, help_text="Null: the champion.")
    config = serializers.DictField(
        default=dict,
        help_text="Settings of the training that differ from the defaults: `networks` (a list of sequence, "
        "characters, detector), `steps`, `batch_size` and `learning_rate` of all of them or, in an object "
        "under a network's name, of one; `weights` by source; `replay_share`, `patience`, `seed` and others.",
    )
    priority = Whole(default=0, help_text="Runs of a higher priority start first.")
    cloned_from = serializers.UUIDField(
        allow_null=True, default=None, help_text="The run that this one repeats with changes."
    )


class RunPlanInput(StrictInput):
    snapshot = serializers.UUIDField()
    base_version = serializers.UUIDField(allow_null=True, default=None, help_text="Null: the champion.")
    config = serializers.DictField(default=dict)


class RunChangeInput(StrictInput):
    priority = Whole(help_text="Runs of a higher priority start first.")


class RunScheduleInput(StrictInput):
    corrections = Whole(allow_null=True, help_text="Accepted corrections after which a run starts; or null.")
    days = Whole(
        allow_null=True, help_text="Days after which a run starts, if there is anything new; or null."
    )
    config = serializers.DictField(default=dict, help_text="The settings of those runs.")


class PromoteInput(StrictInput):
    override_reason = Text(
        max_length=MAX_REASON, allow_blank=True, default="", help_text="Why, where the gate did not pass."
    )
    reread = serializers.BooleanField(
        default=True, help_text="Whether it reads the tasks again that nobody has touched."
    )


class RollbackInput(StrictInput):
    reread = serializers.BooleanField(default=True, help_text="Whether open tasks show its readings again.")


class ShadowInput(StrictInput):
    share = Number(default=shadows.DEFAULT_SHARE, help_text="Of the photos that the champion reads.")
    most_photos = Whole(default=shadows.DEFAULT_PHOTOS, help_text="It ends when it has read so many.")
    days = Whole(default=shadows.DEFAULT_DAYS, help_text="It ends after so many days.")


class DifferencesInput(StrictInput):
    after = Text(max_length=300, default="", allow_blank=True, help_text="`next_cursor` of the page before.")
    limit = serializers.IntegerField(min_value=1, max_value=MAX_PAGE, default=50)


class AcknowledgeInput(StrictInput):
    note = Text(max_length=MAX_REASON, allow_blank=True, help_text="What it is, or what is done about it.")


class GatePolicyInput(StrictInput):
    rules = serializers.DictField(
        default=dict, help_text="Rules that differ from the defaults, by the names that GET lists."
    )
    reference = serializers.UUIDField(
        allow_null=True, default=None, help_text="A snapshot whose test split is read as well, or null."
    )
    reason = Text(max_length=MAX_REASON, allow_blank=True, default="")


class MemberInput(StrictInput):
    username = Text(max_length=150)
    role = OneOf(Role)


class RoleInput(StrictInput):
    role = OneOf(Role)


class InvitationInput(StrictInput):
    role = OneOf(Role)
    name = Text(max_length=150, help_text="Who is invited: a name or an address.")


class QualityPolicyInput(StrictInput):
    """Shares are between 0 and 1."""

    review_share = Number(help_text="Of annotations, how many a reviewer judges.")
    is_adaptive = serializers.BooleanField(help_text="Whether a person's share follows their measured error.")
    target_error = Number(help_text="The error at which a person has exactly the project's share.")
    double_share = Number(help_text="Of photos, how many two people read independently.")
    honeypot_share = Number(help_text="Of the photos that come to an annotator, how many are known ones.")
    seeded_share = Number(help_text="Of known ones, how many have a wrong character seeded.")
    blind_review = serializers.BooleanField(help_text="Whether reviewers see no authors.")
    reason = Text(max_length=MAX_REASON, allow_blank=True, help_text="Why it changes.")
    replaces = Whole(min_value=0, help_text="The number of the policy that was in force when you looked.")


class AcquisitionPolicyInput(StrictInput):
    """All from 0 to 1. The first three count beside each other: what matters is their proportion."""

    uncertainty = Number(help_text="How much doubt about the whole VIN counts.")
    disagreement = Number(help_text="How much it counts that the two recognizers read differently.")
    novelty = Number(help_text="How much it counts to look unlike what is labeled.")
    legibility = Number(help_text="How far behind comes what nobody may be able to read.")
    random_share = Number(help_text="Of new photos, how many come at random.")
    reason = Text(max_length=MAX_REASON, allow_blank=True, help_text="Why it changes.")
    replaces = Whole(min_value=0, help_text="The number of the policy that was in force when you looked.")


class TokenInput(StrictInput):
    name = Text(max_length=100)
    scopes = serializers.ListField(child=OneOf(Scope), min_length=1, max_length=len(Scope))
    expires_at = serializers.DateTimeField(allow_null=True, default=None)


class WorkFilterInput(StrictInput):
    """What somebody did on the photos; all but `did` narrow that down, and mean nothing without it."""

    did = serializers.ChoiceField(
        list(DEEDS), default="", help_text="What was done: the deeds that the pages of figures lead to."
    )
    by = Text(max_length=150, default="", help_text="A user name; empty: anybody.")
    days = serializers.ChoiceField(
        list(PERIODS), default="", help_text=f"Up to now; {DEFAULT_PERIOD} where no days are named."
    )
    typed = Text(max_length=1, default="", help_text="Where `did` is confused: what was typed,")
    meant = Text(max_length=1, default="", help_text="what it should have been,")
    position = serializers.IntegerField(
        min_value=1, max_value=17, default=None, help_text="and where in the VIN."
    )

    def get_fields(self) -> dict[str, Any]:
        """Three more, which Python's own words keep out of the list above."""
        return super().get_fields() | {
            "with": Text(max_length=150, default="", help_text="The other one of two who read it."),
            "from": Day(default=None, help_text="The first day,"),
            "to": Day(default=None, help_text="and the last one, both included."),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        narrower = [name for name in WORK_FIELDS if name != "did" and attrs.get(name) not in ("", None)]
        if narrower and not attrs["did"]:
            raise serializers.ValidationError(dict.fromkeys(narrower, "Say what was done: `did`."))
        return attrs


class PhotoFiltersInput(WorkFilterInput):
    """Which photos, in which order, how many."""

    state = OneOf(PhotoState, default="")
    source = OneOf(VinSource, default="")  # type: ignore[assignment]
    text = Text(max_length=100, default="", help_text="Part of a VIN or of a file's name.")
    min_confidence = serializers.FloatField(min_value=0, max_value=1, default=None)
    max_confidence = serializers.FloatField(min_value=0, max_value=1, default=None)
    near_duplicates = serializers.BooleanField(default=False)
    order = serializers.ChoiceField(list(ORDERS), default="newest")
    after = Text(max_length=300, default="", allow_blank=True, help_text="`next_cursor` of the page before.")
    limit = serializers.IntegerField(min_value=1, max_value=MAX_PAGE, default=50)


class PeriodInput(StrictInput):
    days = serializers.ChoiceField(list(PERIODS), default=DEFAULT_PERIOD, help_text="Up to now.")


class HistoryInput(PeriodInput):
    only_wrong = serializers.BooleanField(default=False, help_text="What review changed or sent back.")
    after = Text(max_length=300, default="", allow_blank=True, help_text="`next_cursor` of the page before.")
    limit = serializers.IntegerField(min_value=1, max_value=MAX_PAGE, default=50)


class EventFiltersInput(StrictInput):
    object_type = Text(max_length=50, default="", help_text="photo, task, annotation ...")
    object_id = Text(max_length=64, default="")
    after = Text(max_length=300, default="", allow_blank=True, help_text="`next_cursor` of the page before.")
    limit = serializers.IntegerField(min_value=1, max_value=MAX_PAGE, default=50)


class TaskFilterInput(StrictInput):
    """Which tasks; what is left out means any."""

    state = OneOf(TaskState, default="")
    assignee = Text(
        max_length=150, default="", help_text="A user name, or - for what is for anybody. Admins only."
    )
    level = OneOf(Level, default="", help_text="Whether a manager raised or lowered it.")
    min_confidence = serializers.FloatField(min_value=0, max_value=1, default=None)
    max_confidence = serializers.FloatField(min_value=0, max_value=1, default=None)
    min_age = serializers.IntegerField(
        min_value=0, max_value=MAX_DAYS, default=None, help_text="Days since the task was opened."
    )
    source = OneOf(VinSource, default="")  # type: ignore[assignment]
    reason = Text(max_length=MAX_REASON, default="", help_text="The whole reason of a skip.")


class TaskFiltersInput(TaskFilterInput):
    """Which tasks, and how many."""

    after = Text(max_length=300, default="", allow_blank=True, help_text="`next_cursor` of the page before.")
    limit = serializers.IntegerField(min_value=1, max_value=MAX_PAGE, default=50)


class BulkCountInput(StrictInput):
    """The tasks of `tasks`, or all that `filter` means."""

    kind = OneOf(BulkKind)
    assignee = Text(max_length=150, default="", help_text="A user name, where the kind is assign.")
    tasks = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=MAX_PAGE)
    filter = TaskFilterInput(default=None, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["tasks"]) == (attrs["filter"] is not None):
            raise serializers.ValidationError("Name either tasks or a filter; an empty filter means all.")
        return attrs


class BulkActionInput(BulkCountInput):
    confirmed = Whole(
        min_value=1, help_text="The number agreed to: where more match by now, nothing is done."
    )


class UploadInput(serializers.Serializer[None]):
    file = serializers.FileField(
        allow_empty_file=True,
        help_text="A photo (JPEG, PNG, WebP, HEIC ...) or a ZIP of photos; its content says which.",
    )
