"""Every odd kind of image file that a photo upload may be."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from inference.decoding import ImageTooLarge, UndecodableImage, decode_image

DATA = Path(__file__).parents[2] / "data" / "images"
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
    assert_red_then_blue((DATA / "turned.heic").read_bytes())


def test_truncated_heic() -> None:
    with pytest.raises(UndecodableImage):
        decode_image((DATA / "turned.heic").read_bytes()[:-100])


def test_empty_file() -> None:
    with pytest.raises(UndecodableImage, match="empty"):
        decode_image(b"")


@pytest.mark.parametrize(
    "content", [b"\x00", b"hello" * 100, b"%PDF-1.7\n", b"<svg xmlns='x'/>", b"PK\x03\x04" * 9]
)
def test_what_is_no_photo(content: bytes) -> None:
    with pytest.raises(UndecodableImage, match="not a photo"):
        decode_image(content)


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
