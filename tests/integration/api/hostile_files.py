"""Files that people and attackers really send, made on the spot."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw

# A 320 x 240 picture of our own (blue, with a red upper left corner) as heif-enc writes it. Here HEIC can be
# read but not written, as the only free encoders come under the GPL.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAA"
    "AAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAAhwAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAwmlwcnAA"
    "AACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAPPAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAPLoCQCEAAQArQgEBA3AAAAMAkA"
    "AAAwAAAwA8oAoIDxZbqSSmubgQEDAgAAADACAAAAMAISIAAQAHRAHBcrBiQAAAABRpc3BlAAAAAAAAAUAAAADwAAAAEHBpeGkAAAAAAwgICAAA"
    "ABZpcG1hAAAAAAAAAAEAAQOBAoMAAACPbWRhdAAAAIMoAa9SHsjw8HPOR2KmSX//s4f/9XJkPl2aZ46fOO34AT5A6QqVZHwdmlIu8bXUph43jG"
    "xgNgEzligfRsm5G5tZJ5kz+CWgS0HxO+JlBmVkwyiGfIiUKzP5l3iBnZgEZBSiTpTBlxXvtnoTGMDWCEEBg4CsA5BtoDFk4J2CLCXF8AD9gA=="
)

SCRIPT = b"<script>alert(document.cookie)</script>"


def picture(seed: int = 0, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A smooth picture with a mark in its upper left corner; another seed gives quite another picture."""
    width, height = size
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), fill=(220, 30, 30))
    return image


def encode(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(seed: int = 0, size: tuple[int, int] = (320, 240)) -> bytes:
    return encode(picture(seed, size), quality=85)


def png(seed: int = 0) -> bytes:
    return encode(picture(seed), "PNG")


# Legitimate, though unusual


def cmyk_jpeg() -> bytes:
    return encode(picture(1).convert("CMYK"), quality=85)


def sixteen_bit_png() -> bytes:
    levels = (np.asarray(picture(2).convert("L"), dtype=np.uint16) << 8) + 17
    return encode(Image.fromarray(levels), "PNG")


def palette_png() -> bytes:
    return encode(picture(3).convert("P", palette=Image.Palette.ADAPTIVE), "PNG")


def gray_jpeg() -> bytes:
    return encode(picture(4).convert("L"), quality=85)


def transparent_png() -> bytes:
    image = picture(5).convert("RGBA")
    image.putalpha(120)
    return encode(image, "PNG")


def animated_webp() -> bytes:
    return encode(picture(6), "WEBP", save_all=True, append_images=[picture(7), picture(8)], duration=100)


def rotated_jpeg() -> bytes:
    """Stored lying on its side: upright it is 240 wide and 320 high, with the mark at the upper right."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encode(picture(9), quality=85, exif=exif)


# Damaged


def truncated_jpeg() -> bytes:
    whole = jpeg(10, (640, 480))
    return whole[: len(whole) // 2]


def truncated_png() -> bytes:
    whole = png(11)
    return whole[: len(whole) // 2]


def broken_heic() -> bytes:
    """The header is sound, the picture is noise."""
    return HEIC[:358] + bytes(reversed(HEIC[358:]))


def corrupt_png() -> bytes:
    """Bits flipped in the middle of the pixels."""
    whole = bytearray(png(12))
    middle = len(whole) // 2
    whole[middle : middle + 64] = bytes(byte ^ 0xFF for byte in whole[middle : middle + 64])
    return bytes(whole)


# Hostile


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">' + SCRIPT + b"</svg>"


def polyglot_jpeg_zip() -> bytes:
    """A sound JPEG with a sound ZIP behind it."""
    return jpeg(13) + archive([("page.html", SCRIPT)])


def polyglot_jpeg_html() -> bytes:
    """A sound JPEG whose comment is a page with a script."""
    return encode(picture(14), quality=85, comment=SCRIPT)


def png_of(width: int, height: int, rows: bytes) -> bytes:
    """A one-bit PNG that claims a size, with these compressed rows."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def hundred_megapixel_header() -> bytes:
    """Claims 12 000 x 12 000 pixels and brings almost none."""
    return png_of(12_000, 12_000, zlib.compress(b"\x00" * 1000))


def decompression_bomb() -> bytes:
    """60 000 x 60 000 pixels, every one of them there, in half a megabyte."""
    compressor = zlib.compressobj(9)
    row = b"\x00" * (1 + 60_000 // 8)
    rows = b"".join(compressor.compress(row) for _ in range(60_000)) + compressor.flush()
    return png_of(60_000, 60_000, rows)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# Archives


def archive(entries: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in entries:
            writer.writestr(name, content)
    return buffer.getvalue()


def climbing_archive() -> bytes:
    return archive([("../../etc/cron.d/photo.jpg", jpeg(20))])


def absolute_archive() -> bytes:
    return archive([("/etc/cron.d/photo.jpg", jpeg(21))])


def windows_archive() -> bytes:
    return archive([("C:\\Windows\\photo.jpg", jpeg(22))])


def linking_archive() -> bytes:
    """Its entry is a symbolic link to a file of the server."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer:
        link = zipfile.ZipInfo("photo.jpg")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        writer.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def nested_archive() -> bytes:
    return archive([("inner.zip", archive([("photo.jpg", jpeg(23))]))])


def archive_bomb() -> bytes:
    """600 MB of nothing in half a megabyte."""
    return archive([(f"photo-{number}.jpg", b"\x00" * 60_000_000) for number in range(10)])


def lying_archive() -> bytes:
    """Its directory says that the entry has ten bytes when it has ten million."""
    whole = bytearray(archive([("photo.jpg", b"\x00" * 10_000_000)]))
    true_size = struct.pack("<I", 10_000_000)
    return bytes(whole.replace(true_size, struct.pack("<I", 10)))


def crowded_archive(entries: int = 100_000) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer:
        for number in range(entries):
            writer.writestr(zipfile.ZipInfo(f"{number}.jpg"), b"")
    return buffer.getvalue()


def overlapping_archive() -> bytes:
    """A hundred names for the same compressed bytes (Fifield, "A better zip bomb", 2019)."""
    whole = archive([("photo.jpg", jpeg(26))])
    end = whole.rindex(b"PK\x05\x06")
    start = whole.index(b"PK\x01\x02")
    directory = whole[start:end] * 100
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 100, 100, len(directory), start, 0)
    return whole[:start] + directory + tail


def encrypted_archive() -> bytes:
    """Marked as encrypted: there is no password to ask for."""
    whole = bytearray(archive([("photo.jpg", jpeg(24))]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = whole.index(signature) + offset
        whole[place] |= 1
    return bytes(whole)


def broken_archive() -> bytes:
    whole = archive([("photo.jpg", jpeg(25))])
    return whole[: len(whole) - 30]


def empty_archive() -> bytes:
    return archive([])
