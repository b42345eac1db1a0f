"""Fetch open-licence fonts for the synthesis from npm's Fontsource packages into `fonts/`.

Fonts are tools for making training data and are not committed; a very small set lies beside the synthesis
so that a machine without npm can render too. Every family's licence is recorded in `fonts/LICENCES.json`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

FONTS_DIR = Path(__file__).resolve().parent.parent / "fonts"
LICENCES_FILE = "LICENCES.json"
OPEN_LICENCES = frozenset({"OFL-1.1", "Apache-2.0", "MIT", "UFL-1.0"})
WEIGHTS = (400, 500, 700)
WEIGHTS_PER_FAMILY = 2

FAMILIES = (
    # Narrow sans: windshield plates and labels
    *(
        "roboto-condensed",
        "barlow-condensed",
        "barlow-semi-condensed",
        "saira-condensed",
        "saira-semi-condensed",
    ),
    *(
        "archivo-narrow",
        "pt-sans-narrow",
        "fira-sans-condensed",
        "ibm-plex-sans-condensed",
        "sofia-sans-condensed",
    ),
    *("asap-condensed", "encode-sans-condensed", "cabin-condensed", "oswald", "pathway-gothic-one"),
    # Wide and ordinary sans: labels, papers
    *("inter", "roboto", "open-sans", "arimo", "barlow", "overpass", "rajdhani", "titillium-web"),
    *("exo-2", "chakra-petch", "michroma", "jura", "electrolize", "oxanium", "quantico"),
    # Monospace and OCR-like: labels, laser-etched plates
    *(
        "roboto-mono",
        "ibm-plex-mono",
        "jetbrains-mono",
        "share-tech-mono",
        "overpass-mono",
        "b612-mono",
        "space-mono",
    ),
    *(
        "courier-prime",
        "cutive-mono",
        "anonymous-pro",
        "inconsolata",
        "pt-mono",
        "source-code-pro",
        "cousine",
    ),
    *("ubuntu-mono", "oxygen-mono", "fira-mono", "red-hat-mono", "azeret-mono"),
    # Typewriter, serif: papers
    *("special-elite", "tinos", "libre-baskerville", "roboto-slab"),
    # Dot matrix, segment, stencil: plates, dot-peening
    *("doto", "handjet", "dotgothic16", "vt323", "saira-stencil-one", "stardos-stencil", "allerta-stencil"),
    *("codystar", "raleway-dots", "share-tech"),
    # Even, rounded strokes: engraved, embossed and rolled
    *("varela-round", "nunito", "quicksand", "m-plus-rounded-1c", "comfortaa", "dosis"),
    # Like DIN 1451, technical and square: plates of makers
    *("bai-jamjuree", "teko", "khand", "aldrich", "orbitron", "share", "sarpanch", "antonio"),
    # More spacing and slabs: windshield plates, papers
    *("dm-mono", "martian-mono", "kode-mono", "rokkitt", "arvo", "zilla-slab"),
)


class FontsUnavailable(RuntimeError):
    """npm is missing, or not one family could be fetched."""


def fetch_fonts(out_dir: Path = FONTS_DIR, families: tuple[str, ...] = FAMILIES) -> dict[str, str]:
    """Fetch the families that are not there yet; returns family -> licence of all that are in `out_dir`.

    Raises FontsUnavailable where npm is missing or nothing could be fetched. A single family that fails is
    left out.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise FontsUnavailable(
            "npm was not found; install Node, or render with the fonts in training/synthesis/fonts."
        )
    out_dir.mkdir(parents=True, exist_ok=True)
    licences = read_licences(out_dir)
    for family in families:
        if family not in licences and (licence := _fetch_family(npm, family, out_dir)) is not None:
            licences[family] = licence
            (out_dir / LICENCES_FILE).write_text(json.dumps(licences, indent=1, sort_keys=True))
    if not licences:
        raise FontsUnavailable("No font family could be fetched; is the npm registry reachable?")
    return licences


def read_licences(fonts_dir: Path) -> dict[str, str]:
    path = fonts_dir / LICENCES_FILE
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _fetch_family(npm: str, family: str, out_dir: Path) -> str | None:
    with tempfile.TemporaryDirectory() as scratch:
        command = [npm, "pack", f"@fontsource/{family}", "--silent", "--pack-destination", scratch]
        completed = subprocess.run(command, capture_output=True, check=False, timeout=120)  # noqa: S603
        archives = sorted(Path(scratch).glob("*.tgz"))
        if completed.returncode != 0 or not archives:
            return None
        with tarfile.open(archives[0]) as archive:
            return _unpack(archive, family, out_dir)


def _unpack(archive: tarfile.TarFile, family: str, out_dir: Path) -> str | None:
    licence = str(json.loads(_read_member(archive, "package/package.json")).get("license", ""))
    if licence not in OPEN_LICENCES:
        return None
    pattern = re.compile(rf"package/files/{re.escape(family)}-latin-(\d+)-normal\.woff2?$")
    found: dict[int, str] = {}
    for name in archive.getnames():
        if (match := pattern.fullmatch(name)) is not None and (
            name.endswith("2") or int(match[1]) not in found
        ):
            found[int(match[1])] = name
    wanted = sorted(found, key=lambda weight: (weight not in WEIGHTS, weight))[:WEIGHTS_PER_FAMILY]
    if len([w for w in WEIGHTS if w in found]) == len(WEIGHTS):
        wanted = [400, 700]
    for weight in wanted:
        (out_dir / Path(found[weight]).name).write_bytes(_read_member(archive, found[weight]))
    (out_dir / f"{family}.LICENSE").write_bytes(_read_member(archive, "package/LICENSE"))
    return licence


def _read_member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise FontsUnavailable(f"A font package holds no {name}.")
    return member.read()
