import pytest

from inference.vin import ALPHABET
from training.fonts import FontsUnavailable, fetch_fonts
from training.synthesis.typefaces import COMMITTED_FONTS, Typeface, list_typefaces


def test_fonts_that_come_along_are_small_and_bring_their_licence() -> None:
    fonts = sorted(COMMITTED_FONTS.glob("*.woff2"))
    assert len(fonts) >= 2
    for font in fonts:
        licence = COMMITTED_FONTS / f"{font.name.split('-latin')[0]}.LICENSE"
        assert "SIL Open Font License" in licence.read_text()
        assert font.stat().st_size < 30_000


@pytest.mark.parametrize("font", sorted(COMMITTED_FONTS.glob("*.woff2")), ids=lambda path: path.stem)
def test_fonts_that_come_along_draw_every_symbol_differently(font) -> None:
    face = Typeface(font.stem, str(font))
    drawn = {face.glyph(symbol).mask.tobytes() for symbol in ALPHABET}
    assert len(drawn) == len(ALPHABET)


@pytest.mark.parametrize("kind", ["any", "dots", "paper", "stroke"])
def test_there_is_a_typeface_for_every_use(kind: str) -> None:
    assert list_typefaces(kind)


def test_fetching_without_npm_says_what_to_do(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FontsUnavailable, match="npm was not found"):
        fetch_fonts(tmp_path / "fonts")
