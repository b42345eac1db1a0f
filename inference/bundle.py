"""A bundle: a folder with networks, and a manifest that says what they are and how they hash.

The networks are ONNX files that training can go on from: their initializers are the weights (decision 0009).
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from inference.detector import Detector
from inference.fusion import Calibration
from inference.pipeline import VinReader
from inference.quality import QualityJudge
from inference.quality_measures import MEASURES
from inference.recognizers.characters import CharacterRecognizer
from inference.recognizers.sequence import SequenceRecognizer
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH
from inference.sessions import InvalidNetwork, Network
from inference.vin import ALPHABET

logger = logging.getLogger(__name__)

FORMAT = 2
MANIFEST = "manifest.json"
NETWORKS = ("detector", "sequence", "characters")
"""Found in every bundle."""
QUALITY = "quality"
"""The network that refuses photos; a bundle may do without."""
INTEGER_TWINS = {name: f"{name}-int8" for name in NETWORKS}
"""Networks may have a twin in eight bits, which runs in their place; training goes on without it."""
OUTDATED_QUALITY = (
    "The network that refuses photos was fitted for another version of VINloop and is not used. Fit it anew: "
    "python -m training quality --bundle BUNDLE"
)
RECOGNIZERS = ("sequence", "characters")
DEFAULT_BUNDLE = Path(__file__).resolve().parent.parent / "bundles" / "base"


class InvalidBundle(ValueError):
    """The folder is no bundle, or a file in it is not the one that the manifest promises."""


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """An ONNX file. `input` is the shape of what it takes; -1 where any size goes."""

    file: str
    sha256: str
    input: tuple[int, ...]
    parameters: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle holds. `training` is whatever the training wants to be remembered by."""

    name: str
    created_at: str
    licence: str
    networks: Mapping[str, NetworkFile]
    calibration: Calibration = field(default_factory=Calibration)
    training: Mapping[str, Any] = field(default_factory=dict)
    alphabet: str = ALPHABET


def load_bundle(path: str | Path, *, threads: int = 1) -> VinReader:
    """A reader whose networks use `threads` threads each. Raises InvalidBundle.

    A quality network for other measures than today's is left out: such a reader gives advice by fixed limits
    and refuses nothing.
    """
    folder = Path(path)
    manifest = verify_bundle(folder)
    used = [name for name in (*NETWORKS, QUALITY) if name in manifest.networks]
    if QUALITY in used and manifest.networks[QUALITY].input[-1:] != (len(MEASURES),):
        logger.warning("%s: %s", folder, OUTDATED_QUALITY)
        used.remove(QUALITY)
    networks = {name: _load_network(folder, find_running(manifest, name), threads) for name in used}
    return VinReader(
        detector=Detector(networks["detector"]),
        sequence=SequenceRecognizer(networks["sequence"]),
        characters=CharacterRecognizer(networks["characters"]),
        calibration=manifest.calibration,
        bundle_name=manifest.name,
        quality=QualityJudge(networks.get(QUALITY)),
    )


def verify_bundle(path: str | Path) -> Manifest:
    """The manifest, after every file was found to have its hash. Raises InvalidBundle."""
    folder = Path(path)
    manifest = read_manifest(folder)
    for entry in manifest.networks.values():
        _read_verified(folder, entry.file, entry.sha256)
    return manifest


def bundle_digest(path: str | Path) -> str:
    """The SHA-256 of the manifest, which names every other file by its own. Raises InvalidBundle."""
    return hashlib.sha256(_read_manifest_bytes(Path(path))).hexdigest()


def read_manifest(path: str | Path) -> Manifest:
    """Raises InvalidBundle where the manifest is missing, malformed or of another kind. Checks no hash."""
    try:
        manifest = _decode_manifest(json.loads(_read_manifest_bytes(Path(path))))
        _check_manifest(manifest)
    except InvalidBundle:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidBundle(f"{path} has a malformed manifest: {error!r}") from error
    return manifest


def write_manifest(path: str | Path, manifest: Manifest) -> None:
    """Writes manifest.json into the folder, aside first. Raises InvalidBundle where it would not load."""
    _check_manifest(manifest)
    target = Path(path) / MANIFEST
    document = {"format": FORMAT, **_plain(asdict(manifest))}
    aside = target.with_suffix(".tmp")
    aside.write_text(json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n")
    aside.replace(target)


def describe_network(path: str | Path, file: str, *, shape: tuple[int, ...], parameters: int) -> NetworkFile:
    """The manifest's entry for an ONNX file that lies in the folder already."""
    return NetworkFile(file=file, sha256=hash_file(Path(path) / file), input=shape, parameters=parameters)


def hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in document.items()}


def _read_manifest_bytes(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise InvalidBundle(f"{folder} is no bundle: it has no readable {MANIFEST}.") from error


def _decode_manifest(document: dict[str, Any]) -> Manifest:
    if document["format"] != FORMAT:
        raise InvalidBundle(
            f"This is a bundle of format {document['format']!r}, and this version of VINloop reads format"
            f" {FORMAT}. Register bundles/base again, or export a bundle from newly trained weights."
        )
    fields = {name: document[name] for name in ("name", "created_at", "licence", "training", "alphabet")}
    networks = {
        name: NetworkFile(**{**entry, "input": tuple(entry["input"])})
        for name, entry in document["networks"].items()
    }
    return Manifest(**fields, networks=networks, calibration=Calibration(**document["calibration"]))


def _check_manifest(manifest: Manifest) -> None:
    if manifest.alphabet != ALPHABET:
        raise InvalidBundle(f"The bundle reads the alphabet {manifest.alphabet!r}, not {ALPHABET}.")
    missing = [name for name in NETWORKS if name not in manifest.networks]
    if missing:
        raise InvalidBundle(f"The bundle has no network named {' and '.join(missing)}.")
    recognizers = {*RECOGNIZERS, *(INTEGER_TWINS[name] for name in RECOGNIZERS)}
    for name in sorted(recognizers & manifest.networks.keys()):
        if tuple(manifest.networks[name].input[-2:]) != (CROP_HEIGHT, CROP_WIDTH):
            raise InvalidBundle(
                f"The {name} network does not take crops of {CROP_HEIGHT} x {CROP_WIDTH} pixels."
            )
    numbers = asdict(manifest.calibration)
    if not all(map(math.isfinite, numbers.values())) or manifest.calibration.temperature <= 0:
        raise InvalidBundle(f"The calibration is unusable: {numbers}.")
    for entry in manifest.networks.values():
        _check_name(entry.file)


def _check_name(file: str) -> None:
    """Only files inside the bundle: a manifest from elsewhere must not make us open others."""
    parts = PurePosixPath(file).parts
    if not parts or ".." in parts or PurePosixPath(file).is_absolute() or "\\" in file:
        raise InvalidBundle(f"{file!r} does not name a file inside the bundle.")


def _read_verified(folder: Path, file: str, sha256: str) -> bytes:
    try:
        content = (folder / file).read_bytes()
    except OSError as error:
        raise InvalidBundle(f"{folder} lacks {file}.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise InvalidBundle(f"{file} in {folder} does not have the hash that the manifest promises.")
    return content


def find_running(manifest: Manifest, name: str) -> NetworkFile:
    """The file that runs: the twin in eight bits where there is one."""
    return manifest.networks.get(INTEGER_TWINS.get(name, name), manifest.networks[name])


def _load_network(folder: Path, entry: NetworkFile, threads: int) -> Network:
    """From the very bytes that were hashed, so that the file cannot change in between."""
    try:
        return Network(_read_verified(folder, entry.file, entry.sha256), threads=threads)
    except InvalidNetwork as error:
        raise InvalidBundle(f"{entry.file} in {folder} cannot be used: {error}") from error
