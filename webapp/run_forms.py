"""Forms for fine-tuning runs: what learns, from what, and when by itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from labeling.models import DatasetSnapshot, FinetuningRun, ModelVersion, RunSchedule
from labeling.operations.runs import MAX_PRIORITY
from labeling.run_settings import (
    DEFAULT_NETWORKS,
    NETWORKS,
    PACE,
    SETTINGS,
    SOURCES,
    WEIGHT,
    Setting,
    networks_of,
)
from webapp.dataset_words import SOURCE_WORDS
from webapp.run_words import NETWORK_WORDS


class RunForm(forms.Form):
    """What learns, from what and from where. A setting that is left empty keeps the training's default."""

    snapshot = forms.ModelChoiceField(DatasetSnapshot.objects.none(), empty_label=None)
    base_version = forms.ModelChoiceField(
        ModelVersion.objects.none(), required=False, empty_label="The version in service", label="Start from"
    )
    priority = forms.IntegerField(
        min_value=-MAX_PRIORITY,
        max_value=MAX_PRIORITY,
        required=False,
        help_text="Runs of a higher priority start first. Empty: 0.",
    )
    networks = forms.MultipleChoiceField(
        choices=[(network, NETWORK_WORDS[network]) for network in NETWORKS],
        widget=forms.CheckboxSelectMultiple,
        initial=list(DEFAULT_NETWORKS),
        label="What learns",
        help_text="The others stay as they are in the version that the run starts from.",
        error_messages={"required": "Choose one network at least."},
    )
    cloned_from = forms.ModelChoiceField(
        FinetuningRun.objects.none(), required=False, widget=forms.HiddenInput
    )

    CONFIG = ("steps", "batch_size", "learning_rate", "replay_share", "patience", "seed")

    def __init__(self, *args: Any, snapshots: Any, versions: Any, runs: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["snapshot"].queryset = snapshots  # type: ignore[attr-defined]
        self.fields["base_version"].queryset = versions  # type: ignore[attr-defined]
        self.fields["cloned_from"].queryset = runs  # type: ignore[attr-defined]
        self.fields.update({name: _build_setting(name) for name in self.CONFIG})
        self.fields.update({f"weight_{source}": _build_weight(source) for source in SOURCES})

    @classmethod
    def fill_in(cls, config: Mapping[str, Any]) -> dict[str, Any]:
        """The fields for a configuration."""
        weights = {f"weight_{source}": weight for source, weight in config.get("weights", {}).items()}
        return {**config, **weights}

    def config_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.CONFIG]

    def weight_fields(self) -> list[forms.BoundField]:
        return [self[f"weight_{source}"] for source in SOURCES]

    def opens_settings(self) -> bool:
        """Whether a setting has an error, or is filled in."""
        fields = [*self.config_fields(), *self.weight_fields()]
        return any(field.errors or field.value() not in (None, "") for field in fields)

    def config(self) -> dict[str, Any]:
        """What was filled in, and what a cloned run says beyond what can be filled in here."""
        filled = {"networks": self.cleaned_data["networks"], **self._read(self.CONFIG)}
        weights = self._read([f"weight_{source}" for source in SOURCES])
        if weights:
            filled["weights"] = {name.removeprefix("weight_"): value for name, value in weights.items()}
        return {**self.kept(), **filled}

    def kept(self) -> dict[str, Any]:
        """Settings of the cloned run that have no field here."""
        values = self.cleaned_data if self.is_bound else self.initial
        source = values.get("cloned_from")
        own = (*self.CONFIG, "networks", "weights")
        return {name: value for name, value in source.config.items() if name not in own} if source else {}

    def _read(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] is not None}


_SETTING_WORDS = {
    "steps": ("Steps", "How long each network learns at most. Empty: 160, for the detector 120."),
    "batch_size": ("Batch size", "Crops in one step. Empty: 24; 6 windows of photos for the detector."),
    "learning_rate": ("Learning rate", "How far each step goes. Empty: what suits the network."),
    "replay_share": ("Share of synthetic crops", "Keeps what was known."),
    "patience": ("Patience", "Validations without gain after which a network stops."),
    "seed": ("Seed", "The same seed gives the same run."),
}


def _build_setting(name: str) -> forms.Field:
    setting = SETTINGS.get(name) or PACE[name]
    label, hint = _SETTING_WORDS[name]
    return _build_number(setting, label, hint if name in PACE else f"{hint} Empty: {setting.default:g}.")


def _build_weight(source: str) -> forms.Field:
    return _build_number(WEIGHT, SOURCE_WORDS[source][0], "")


def _build_number(setting: Setting, label: str, hint: str) -> forms.Field:
    words: dict[str, Any] = {"label": label, "help_text": hint, "required": False}
    if setting.is_whole:
        return forms.IntegerField(min_value=int(setting.least), max_value=int(setting.most), **words)
    return forms.FloatField(min_value=setting.least, max_value=setting.most, **words)


class RunScheduleForm(forms.Form):
    """When runs start by themselves. Empty switches it off."""

    corrections = forms.IntegerField(
        min_value=1,
        required=False,
        label="After so many corrections",
        help_text="Accepted, and not yet learned from.",
    )
    days = forms.IntegerField(
        min_value=1,
        required=False,
        label="After so many days",
        help_text="If anything was corrected since.",
    )
    networks = forms.MultipleChoiceField(
        choices=[(network, NETWORK_WORDS[network]) for network in NETWORKS],
        widget=forms.CheckboxSelectMultiple,
        label="What learns then",
        error_messages={"required": "Choose one network at least."},
    )

    def __init__(self, data: Any = None, *, schedule: RunSchedule | None = None) -> None:
        self._kept: dict[str, Any] = dict(schedule.config) if schedule else {}
        counts = {"corrections": schedule.corrections, "days": schedule.days} if schedule else {}
        # The same page has the form for a run, and ids must differ.
        super().__init__(
            data, auto_id="schedule_%s", initial={**counts, "networks": list(networks_of(self._kept))}
        )

    def values(self) -> dict[str, Any]:
        """As the domain takes it: settings that were set by a program stay."""
        counts = {name: self.cleaned_data[name] for name in ("corrections", "days")}
        return {**counts, "config": {**self._kept, "networks": self.cleaned_data["networks"]}}
