"""Bar codes, drawn by the writer of the library that reads them, and the VINs in what they say."""

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.barcodes import (
    STRAIGHT,
    TILTED,
    Gray,
    find_vin,
    read_barcodes,
    read_barcodes_near,
    without_repeats,
)
from inference.geometry import quad_from_points, quad_iou, shift_quad
from inference.types import Barcode, Quad
from inference.vin import ALPHABET, check_digit, has_valid_check_digit, is_vin

VIN = "1M8GDM9AXKP042788"
EUROPEAN = "WVWZZZ1KZ8W000001"  # no check digit
CODE_39 = zxingcpp.BarcodeFormat.Code39
FORMATS = [
    CODE_39,
    zxingcpp.BarcodeFormat.Code128,
    zxingcpp.BarcodeFormat.DataMatrix,
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.PDF417,
]
MIDDLE = (450.0, 350.0)
vins = st.text(alphabet=ALPHABET, min_size=17, max_size=17)


def write_code(text: str, form: zxingcpp.BarcodeFormat, module: int = 2) -> Gray:
    code = np.array(zxingcpp.create_barcode(text, form).to_image(scale=module))
    if form in FORMATS[:2]:
        code = np.repeat(code[code.shape[0] // 2][None], 40 * module, axis=0)
    return np.pad(code, 10 * module, constant_values=255)


def photograph(
    code: Gray, *, degrees: float = 0.0, scale: float = 1.0, blur: float = 0.0, dark: bool = False
) -> tuple[Gray, Quad]:
    """The code in the middle of a gray photo, and where its paper lies."""
    if scale < 1:  # as a lens would, before the pixels are taken
        code = cv2.GaussianBlur(code, (0, 0), 0.4 / scale)
    height, width = code.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, scale)
    matrix[:, 2] += np.subtract(MIDDLE, (width / 2, height / 2))
    photo = np.full((700, 900), 128, np.uint8)
    paper = 230 - 0.8 * code if dark else 30 + 0.8 * code
    cv2.warpAffine(paper.astype(np.uint8), matrix, (900, 700), dst=photo, borderMode=cv2.BORDER_TRANSPARENT)
    if blur:
        photo = cv2.GaussianBlur(photo, (0, 0), blur)
    noise = np.random.default_rng(7).normal(0, 3, photo.shape)
    corners = np.array([(0, 0, 1), (width, 0, 1), (width, height, 1), (0, height, 1)]) @ matrix.T
    return np.clip(photo + noise, 0, 255).astype(np.uint8), quad_from_points(corners)


def middle(quad: Quad) -> tuple[float, float]:
    """The code lies in the middle of its paper."""
    x, y = np.asarray(quad).mean(axis=0)
    return float(x), float(y)


def text_line_above(paper: Quad) -> Quad:
    """The quad of a line of text that runs along the upper edge, half as wide as the paper."""
    left, right, _, lower = (np.asarray(corner) for corner in paper)
    along, down = (right - left) / 4, (lower - left) / 4
    return quad_from_points([left + along, right - along, right - along + down, left + along + down])


@pytest.mark.parametrize("form", FORMATS, ids=str)
@pytest.mark.parametrize("degrees", [0, 7, 90, 180, 270])
def test_codes_are_read_as_they_lie(form: zxingcpp.BarcodeFormat, degrees: float) -> None:
    photo, paper = photograph(write_code(VIN, form, 3 if form in FORMATS[2:] else 2), degrees=degrees)
    (barcode,) = read_barcodes_near(photo, text_line_above(paper)) or read_barcodes(photo)
    assert (barcode.format, barcode.text, barcode.vin) == (str(form), VIN, VIN)


@pytest.mark.parametrize("degrees", [0, 5, 90, 180, 274])
@pytest.mark.parametrize("form", FORMATS[:2], ids=str)
def test_the_quick_look_finds_linear_codes(form: zxingcpp.BarcodeFormat, degrees: float) -> None:
    photo, paper = photograph(write_code(VIN, form), degrees=degrees)
    (barcode,) = read_barcodes(photo)
    assert barcode.vin == VIN
    assert quad_iou(barcode.quad, paper) > 0.4 or abs(degrees % 90) > 3


@pytest.mark.parametrize("scale", [0.75, 0.9, 1.0, 1.6])
def test_narrow_bars_of_any_width(scale: float) -> None:
    photo, _ = photograph(write_code(VIN, CODE_39), degrees=2, scale=scale)
    assert [barcode.vin for barcode in read_barcodes(photo)] == [VIN]


def test_a_blurred_code() -> None:
    photo, _ = photograph(write_code(VIN, CODE_39), blur=0.9)
    assert [barcode.vin for barcode in read_barcodes(photo)] == [VIN]


@pytest.mark.parametrize("degrees", [30, 45, 110, 200])
def test_slanted_codes_need_a_direction(degrees: float) -> None:
    photo, paper = photograph(write_code(VIN, CODE_39), degrees=degrees)
    assert read_barcodes(photo) == ()
    (near,) = read_barcodes_near(photo, text_line_above(paper))
    (everywhere,) = read_barcodes(photo, directions=STRAIGHT + TILTED)
    assert near.vin == everywhere.vin == VIN
    assert quad_iou(near.quad, paper) > 0.4


def test_a_color_photo_and_a_text_line_at_its_edge() -> None:
    photo, _ = photograph(write_code(VIN, CODE_39))
    color = np.repeat(photo[:, :, None], 3, axis=2)
    line = ((5.0, 300.0), (895.0, 300.0), (895.0, 330.0), (5.0, 330.0))
    assert [barcode.vin for barcode in read_barcodes_near(color, line)] == [VIN]


@pytest.mark.parametrize("form", FORMATS[2:4], ids=str)
@pytest.mark.parametrize("module", [2, 3, 6, 12])
@pytest.mark.parametrize("degrees", [0, 20, 45, 200])
def test_square_codes_of_any_size_at_any_angle(
    form: zxingcpp.BarcodeFormat, module: int, degrees: float
) -> None:
    photo, paper = photograph(write_code(VIN, form, module), degrees=degrees)
    (barcode,) = read_barcodes(photo)
    assert (barcode.format, barcode.vin) == (str(form), VIN)
    assert middle(barcode.quad) == pytest.approx(middle(paper), abs=2 * module)


@pytest.mark.parametrize("form", FORMATS[2:4], ids=str)
def test_a_code_that_fills_a_photo_of_two_megapixels(form: zxingcpp.BarcodeFormat) -> None:
    code = write_code(VIN, form, 40)
    code = cv2.resize(code, (1150, 1150), interpolation=cv2.INTER_AREA)
    photo = np.pad(code, ((25, 25), (225, 225)), constant_values=200)
    assert [barcode.vin for barcode in read_barcodes(photo)] == [VIN]


@pytest.mark.parametrize("degrees", [0, 20, 45, 110, 200])
def test_stacked_codes_at_any_angle(degrees: float) -> None:
    photo, paper = photograph(write_code(VIN, zxingcpp.BarcodeFormat.PDF417, 2), degrees=degrees)
    (barcode,) = read_barcodes(photo)
    assert barcode.vin == VIN
    assert middle(barcode.quad) == pytest.approx(middle(paper), abs=8)


def test_a_fine_code_in_a_large_photo_is_read_near_the_text() -> None:
    photo, paper = photograph(write_code(VIN, zxingcpp.BarcodeFormat.DataMatrix, 3), degrees=30)
    large = np.full((2600, 3600), 128, np.uint8)
    large[900:1600, 1300:2200] = photo
    line = shift_quad(text_line_above(paper), 1300, 900)
    assert read_barcodes(large) == ()
    (barcode,) = read_barcodes_near(large, line)
    assert barcode.vin == VIN
    assert middle(barcode.quad) == pytest.approx(middle(shift_quad(paper, 1300, 900)), abs=6)


@pytest.mark.parametrize("form", FORMATS[2:4], ids=str)
def test_light_codes_on_dark_metal(form: zxingcpp.BarcodeFormat) -> None:
    photo, _ = photograph(write_code(VIN, form, 4), dark=True)
    assert [barcode.vin for barcode in read_barcodes(photo)] == [VIN]


def test_a_large_photo_is_reduced_and_quads_are_not() -> None:
    photo, paper = photograph(write_code(VIN, CODE_39))
    large = cv2.resize(photo, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    (barcode,) = read_barcodes(large)
    (near,) = read_barcodes_near(large, quad_from_points(4 * np.asarray(text_line_above(paper))))
    for quad in (barcode.quad, near.quad):
        assert quad_iou(quad, quad_from_points(4 * np.asarray(paper))) > 0.4


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (7, 7), (8, 8), (9, 4000)])
def test_tiny_photos_hold_no_code(shape: tuple[int, int]) -> None:
    photo = np.zeros(shape, np.uint8)
    assert read_barcodes(photo, directions=STRAIGHT + TILTED) == ()
    assert read_barcodes_near(photo, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))) == ()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000)), min_size=4, max_size=4))
def test_any_quad_is_looked_at(points: list[tuple[float, float]]) -> None:
    photo = np.random.default_rng(0).integers(0, 255, (60, 90), dtype=np.uint8)
    assert isinstance(read_barcodes_near(photo, quad_from_points(points)), tuple)


@pytest.mark.parametrize(
    ("text", "vin"),
    [
        (VIN, VIN),
        (f"*{VIN}*", VIN),
        (f"I{VIN}", VIN),
        (f"VIN: {VIN}", VIN),
        (f"VIN{VIN}", VIN),
        ("1M8GD M9AXK P042788", VIN),
        (VIN.lower(), VIN),
        (f"[)><RS>06<GS>I{VIN}<GS>P4711<RS><EOT>", VIN),
        (f"https://maker.example/car?vin={VIN}&plant=7", VIN),
        (f"0423{VIN}99X", VIN),
        (EUROPEAN, EUROPEAN),
        (f"ORDER 12345678901234567 {EUROPEAN}", EUROPEAN),
        (f"{EUROPEAN} {VIN}", VIN),
        (f"00{EUROPEAN}", None),
        ("1M8GDM9AXKP04278", None),
        ("IM8GDM9AXKP042788", None),
        ("1234567890123456789012345", None),
        ("", None),
        ("\N{LATIN SMALL LETTER LONG S}" * 17, None),
    ],
)
def test_the_vin_in_a_text(text: str, vin: str | None) -> None:
    assert find_vin(text) == vin


@given(st.text())
def test_what_is_found_is_a_vin_of_the_text(text: str) -> None:
    vin = find_vin(text)
    assert vin is None or (is_vin(vin) and vin in "".join(filter(str.isalnum, text)).upper())


@given(vins, st.sampled_from(["", "*", "I", "VIN:", "VIN ", "vin", " "]))
def test_every_vin_is_found_under_its_wrapping(vin: str, before: str) -> None:
    after = before if before == "*" else ""
    assert find_vin(before + vin + after) == vin


@given(vins, st.text(alphabet="0123456789", max_size=9), st.text(alphabet="OIQ", max_size=5))
def test_a_checked_vin_is_found_between_other_symbols(vin: str, before: str, after: str) -> None:
    checked = "JHM" + vin[3:13] + "0042"
    checked = checked[:8] + check_digit(checked) + checked[9:]
    found = find_vin(before + checked + after)
    assert found is not None
    assert has_valid_check_digit(found)


def test_each_code_is_listed_once() -> None:
    quad = quad_from_points([(0, 0), (1, 0), (1, 1), (0, 1)])
    other, code = Barcode("Code 39", "L0T-7", None, quad), Barcode("Code 39", VIN, VIN, quad)
    assert without_repeats([other, code, other]) == (other, code)
