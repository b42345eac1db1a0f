"""Every odd kind of image file that a photo upload may be."""

import contextlib
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage
from PIL import ImageOps

from inference.decoding import ImageTooLarge, UndecodableImage, decode_image

DATA = Path(__file__).parents[2] / "data" / "images"
HEIC = (DATA / "turned.heic").read_bytes()
LEFT, RIGHT = (200, 30, 40), (20, 60, 210)


def picture(mode: str = "RGB", size: tuple[int, int] = (64, 32)) -> PillowImage.Image:
    """Red on the left, blue on the right."""
    image = PillowImage.new("RGB", size, LEFT)
    image.paste(RIGHT, (size[0] // 2, 0, size[0], size[1]))
    return image.convert(mode)


def encode(image: PillowImage.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def assert_red_then_blue(content: bytes) -> None:
    image = decode_image(content)
    assert image.dtype == np.uint8
    assert image.shape == (32, 64, 3)
    assert np.allclose(image[16, 8], LEFT, atol=40)
    assert np.allclose(image[16, 56], RIGHT, atol=40)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF"])
def test_formats(form: str) -> None:
    assert_red_then_blue(encode(picture(), form))


@pytest.mark.parametrize(
    ("mode", "form"),
    [("CMYK", "JPEG"), ("P", "PNG"), ("P", "GIF"), ("RGBA", "PNG"), ("YCbCr", "JPEG"), ("LAB", "TIFF")],
)
def test_modes(mode: str, form: str) -> None:
    image = picture()
    assert_red_then_blue(encode(image.convert(mode) if mode != "LAB" else image, form))


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_gray(mode: str) -> None:
    image = decode_image(encode(PillowImage.new("L", (9, 7), 255).convert(mode), "PNG"))
    assert image.shape == (7, 9, 3)
    assert (image == 255).all()


def test_transparent_pixels_become_paper() -> None:
    image = PillowImage.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert (decode_image(encode(image, "PNG")) == 255).all()


@pytest.mark.parametrize("brightest", [1023, 4095, 65535])
def test_sixteen_bits_are_scaled(brightest: int) -> None:
    ramp = np.linspace(0, brightest, 64).astype(np.uint16)[None].repeat(8, axis=0)
    image = decode_image(encode(PillowImage.fromarray(ramp), "PNG"))
    assert image[0, 0, 0] == 0
    assert image[0, 63, 0] == 255
    assert abs(int(image[0, 32, 1]) - 129) < 3


def test_floats_with_nan() -> None:
    values = np.full((3, 3), 0.5, np.float32)
    values[0, 0] = np.nan
    image = decode_image(encode(PillowImage.fromarray(values), "TIFF"))
    assert image[0, 0, 0] == 0


def test_the_first_frame_of_an_animation() -> None:
    frames = [picture("P"), PillowImage.new("P", (64, 32), 0)]
    assert_red_then_blue(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize("orientation", [2, 3, 4, 5, 6, 7, 8])
def test_exif_orientation_is_applied(orientation: int) -> None:
    """The stored pixels are those that a camera held that way would write."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = picture().transpose(PillowImage.Transpose(undo))
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    assert_red_then_blue(encode(stored, "JPEG", exif=exif, quality=95))


def test_heic_from_a_phone_held_upright() -> None:
    assert_red_then_blue(HEIC)


def test_truncated_heic() -> None:
    with pytest.raises(UndecodableImage):
        decode_image(HEIC[:-100])


@pytest.mark.parametrize("item_type", [b"\x93xif", b"Exi\xff", b"\xc3(if"])
def test_heic_whose_item_types_are_no_text(item_type: bytes) -> None:
    """The decoder would end the process; this test would not fail but end the run."""
    with pytest.raises(UndecodableImage, match="damaged"):
        decode_image(HEIC.replace(b"Exif", item_type, 1))


def test_empty_file() -> None:
    with pytest.raises(UndecodableImage, match="empty"):
        decode_image(b"")


@pytest.mark.parametrize(
    "content", [b"\x00", b"hello" * 100, b"%PDF-1.7\n", b"<svg xmlns='x'/>", b"PK\x03\x04" * 9]
)
def test_what_is_no_photo(content: bytes) -> None:
    with pytest.raises(UndecodableImage, match="not a photo"):
        decode_image(content)


def noise(shape: tuple[int, ...]) -> PillowImage.Image:
    return PillowImage.fromarray(np.random.default_rng(1).integers(0, 255, shape, dtype=np.uint8))


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("options", [{"subsampling": 0}, {"subsampling": 2}, {"progressive": True}])
@pytest.mark.parametrize("shape", [(37, 53, 3), (37, 53)])
def test_jpeg_gives_the_pixels_that_pillow_gives(
    shape: tuple[int, ...], options: dict[str, object], orientation: int
) -> None:
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    content = encode(noise(shape), "JPEG", exif=exif, **options)
    upright = ImageOps.exif_transpose(PillowImage.open(io.BytesIO(content)))
    assert (decode_image(content) == np.asarray(upright.convert("RGB"))).all()


def test_an_orientation_that_does_not_exist_is_none() -> None:
    exif = PillowImage.Exif()
    exif[0x0112] = 77
    assert_red_then_blue(encode(picture(), "JPEG", exif=exif))


def test_what_follows_the_photo_in_its_file_does_not_matter() -> None:
    """Phones append a film of the moment."""
    assert_red_then_blue(encode(picture(), "JPEG") + b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 9)


VALID = [HEIC] + [
    encode(noise((40, 60, 3)), form, **options)
    for form, options in [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {}),
        ("TIFF", {}),
    ]
]


@settings(max_examples=100, deadline=None)
@given(
    content=st.sampled_from(VALID),
    # headers, where a byte does most harm, are hit as often as the pixels
    changes=st.lists(st.tuples(st.integers(0, 100) | st.integers(0), st.integers(0, 255)), max_size=8),
    kept=st.floats(0.5, 1),
)
@pytest.mark.filterwarnings("ignore")
def test_damaged_files_give_an_image_or_a_clear_error(
    content: bytes, changes: list[tuple[int, int]], kept: float
) -> None:
    damaged = bytearray(content)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    with contextlib.suppress(UndecodableImage):
        image = decode_image(bytes(damaged[: int(kept * len(damaged))]), max_pixels=1_000_000)
        assert image.dtype == np.uint8
        assert image.ndim == 3
        assert image.shape[2] == 3


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_files_never_crash(form: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (80, 120, 3), dtype=np.uint8)
    content = encode(PillowImage.fromarray(noise), form)
    with pytest.raises(UndecodableImage):
        decode_image(content[: int(len(content) * share)])


def test_one_pixel_high() -> None:
    assert decode_image(encode(PillowImage.new("RGB", (3000, 1)), "PNG")).shape == (1, 3000, 3)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds a few bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("width", "height"), [(10_000, 10_000), (60_000, 60_000), (2_000_000_000, 2)])
def test_bombs_are_refused_before_they_unfold(width: int, height: int) -> None:
    with pytest.raises(ImageTooLarge, match="megapixels"):
        decode_image(png_header(width, height))


def test_the_cap_can_be_lowered() -> None:
    with pytest.raises(ImageTooLarge):
        decode_image(encode(picture(), "PNG"), max_pixels=1000)
