"""What is measured in plates with one known fault each, and what is made of it."""

from collections.abc import Mapping

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from inference.geometry import quad_from_box
from inference.quality import ADVICE, CLASSES, TRUSTED, Evidence, QualityJudge, list_hindrances
from inference.quality_measures import MEASURES, measure_quality, overview, room_at_ends
from inference.rectifier import rectify
from inference.sessions import Network
from inference.types import Image, QualityCode, QualityReport, Region

BOX = (100, 200, 500, 230)
READ = Evidence(confidence=0.6, is_credible=True, measures={"likelihood": 0.9})


def plate(ink: int = 20, ground: int = 150) -> Image:
    """Upright strokes, five pixels wide, on a ground."""
    image = np.full((480, 640, 3), ground, np.uint8)
    for x in range(BOX[0], BOX[2], 12):
        image[BOX[1] : BOX[3], x : x + 5] = ink
    return image


def measure(image: Image, box: tuple[int, int, int, int] = BOX) -> dict[str, float]:
    region = Region(quad_from_box(box), 1.0)
    return measure_quality(image, region, rectify(image, region), lines=[region])


def judge(image: Image, box: tuple[int, int, int, int] = BOX, evidence: Evidence = READ) -> QualityReport:
    region = Region(quad_from_box(box), 1.0)
    return QualityJudge().judge(image, region, rectify(image, region), evidence)


def codes(report: QualityReport) -> list[QualityCode]:
    return [issue.code for issue in report.issues]


def dazzle(image: Image) -> Image:
    light = np.zeros(image.shape[:2], np.float32)
    light[215, 300] = 1.0
    light = cv2.GaussianBlur(light, (0, 0), 30)
    return np.clip(image + 1500 * (light / light.max())[..., None], 0, 255).astype(np.uint8)


def test_all_measures_are_told_in_the_order_of_their_names() -> None:
    assert tuple(measure(plate())) == MEASURES
    assert tuple(measure_quality(plate(), None, None)) == MEASURES


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (700, 3), (3000, 4000)])
def test_photos_of_any_size_are_measured(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 90, np.uint8)
    assert max(overview(image).shape) <= 384
    assert np.isfinite(list(measure_quality(image, None, None).values())).all()


@pytest.mark.parametrize(
    ("spoilt", "name", "rises"),
    [
        (cv2.GaussianBlur(plate(), (0, 0), 5), "crop_across_1", False),
        (cv2.GaussianBlur(plate(), (0, 0), 5), "photo_edges_1", False),
        (plate(ink=120, ground=135), "cell_median", False),
        (plate(ink=2, ground=8), "photo_black", True),
        (plate(ink=252, ground=255), "near_white", True),
        (dazzle(plate()), "near_spot", True),
        (dazzle(plate()), "white_cells", True),
    ],
)
def test_a_fault_moves_its_measure(spoilt: Image, name: str, rises: bool) -> None:
    change = measure(spoilt)[name] - measure(plate())[name]
    assert change > 0.1 if rises else change < -0.1


@pytest.mark.parametrize(
    ("spoilt", "name", "rises"),
    [
        (dazzle(plate()), "spot_size", True),
        (dazzle(plate()), "spot_halo", True),
        (dazzle(plate()), "spot_ring_3", True),
        (dazzle(plate()), "lines_spot", True),
        (cv2.GaussianBlur(plate(), (0, 0), 5), "fine_1000", False),
        (cv2.GaussianBlur(plate(), (0, 0), 5), "photo_steepest", False),
        (plate(ink=120, ground=135), "tiles_98", False),
        (plate(ink=120, ground=135), "fine_wide_1000", False),
    ],
)
def test_a_fault_moves_the_measures_of_the_photo(spoilt: Image, name: str, rises: bool) -> None:
    change = measure(spoilt)[name] - measure(plate())[name]
    assert change > 0.1 if rises else change < -0.1


def test_white_paper_has_no_halo_and_light_fades_out() -> None:
    paper = plate()
    paper[20:120, 40:240] = 255
    assert measure(paper)["spot_size"] > 0.1
    assert measure(paper)["spot_halo"] < 0.1 < measure(dazzle(plate()))["spot_halo"]


def test_sharpness_is_the_same_whatever_the_size_of_the_photo() -> None:
    large = cv2.resize(plate(), None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)
    first, second = measure(plate()), measure(large, tuple(4 * edge for edge in BOX))  # type: ignore[arg-type]
    for name in ("crop_across_2", "photo_edges_4", "crop_p50", "frame_ends"):
        assert first[name] == pytest.approx(second[name], abs=0.06)


@pytest.mark.parametrize(
    ("box", "expected"), [((0, 200, 400, 230), 0.0), ((300, 200, 700, 230), -0.99), (BOX, 1.0)]
)
def test_how_far_the_line_stays_from_the_frame(box: tuple[int, int, int, int], expected: float) -> None:
    assert measure(plate(), box)["frame_ends"] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("box", "least", "most"),
    [
        (BOX, 0.97, 0.99),  # 100 and 140 pixels, of about 24 a character
        ((100, 0, 500, 30), 0.97, 0.99),  # close to the side that it runs along
        ((2, 200, 402, 230), 0.04, 1.0),
        ((300, 200, 700, 230), -0.85, 1.0),
    ],
)
def test_how_much_room_is_at_the_ends(box: tuple[int, int, int, int], least: float, most: float) -> None:
    found = measure(plate(), box)
    assert found["room_least"] == pytest.approx(least, abs=0.02)
    assert found["room_most"] == pytest.approx(most, abs=0.02)


def test_a_line_across_the_photo_has_its_room_above_and_below() -> None:
    region = Region(((300.0, 60.0), (300.0, 400.0), (270.0, 400.0), (270.0, 60.0)), 1.0)
    assert room_at_ends(plate(), region) == pytest.approx((60, 80))


def test_without_a_network_a_good_photo_has_no_issues() -> None:
    for image in (plate(), plate(ink=230, ground=60), plate(ink=10, ground=250)):
        assert codes(judge(image)) == []
        assert judge(image).readable


@pytest.mark.parametrize(
    ("image", "box", "code"),
    [
        (cv2.GaussianBlur(plate(), (0, 0), 5), BOX, "blurred"),
        (plate(ink=120, ground=135), BOX, "low_contrast"),
        (plate(ink=2, ground=18), BOX, "too_dark"),
        (plate(ink=252, ground=255), BOX, "too_bright"),
        (dazzle(plate()), BOX, "glare"),
        (plate(), (300, 200, 700, 230), "cut_off"),
        (cv2.resize(plate(), None, fx=0.15, fy=0.15), (15, 30, 75, 34), "too_small"),
    ],
)
def test_without_a_network_plain_faults_are_told_but_nothing_is_refused(
    image: Image, box: tuple[int, int, int, int], code: QualityCode
) -> None:
    report = judge(image, box)
    assert code in codes(report)
    assert report.readable


def test_a_photo_in_which_nothing_was_read_is_refused_with_advice() -> None:
    assert codes(QualityJudge().judge(plate())) == ["no_vin"]
    assert codes(QualityJudge().judge(plate(ink=0, ground=3)))[0] == "too_dark"
    assert not QualityJudge().judge(plate()).readable


def network_that_says(logits: Mapping[QualityCode | None, float]) -> Network:
    """The same logits whatever was measured."""
    weights = np.zeros((len(MEASURES), len(CLASSES)), np.float32)
    bias = np.array([logits.get(name, 0.0) for name in CLASSES], np.float32)
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["input", "weights", "bias"], ["output"])],
        "constant",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", len(MEASURES)])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", len(CLASSES)])],
        [onnx.numpy_helper.from_array(weights, "weights"), onnx.numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return Network(model.SerializeToString())


def judge_with(logits: Mapping[QualityCode | None, float], evidence: Evidence) -> QualityReport:
    region = Region(quad_from_box(BOX), 1.0)
    judging = QualityJudge(network_that_says(logits))
    return judging.judge(plate(), region, rectify(plate(), region), evidence)


def test_the_network_refuses_with_the_worst_hindrance_first() -> None:
    report = judge_with({"glare": 5.0, "blurred": 6.0}, READ)
    assert not report.readable
    assert codes(report) == ["blurred", "glare"]
    assert report.issues[0].advice == ADVICE["blurred"]


def test_what_was_read_surely_was_good_enough() -> None:
    report = judge_with({"glare": 5.0}, Evidence(TRUSTED, True))
    assert (report.readable, report.issues) == (True, ())


def test_the_advice_that_most_likely_helps_comes_first() -> None:
    chances = {**dict.fromkeys(CLASSES, 0.0), "glare": 0.35, "too_small": 0.3, "cut_off": 0.2, "no_vin": 0.15}
    assert list_hindrances(chances, at_least_one=True) == ["no_vin", "glare", "cut_off", "too_small"]
    sure = {**dict.fromkeys(CLASSES, 0.0), "too_small": 0.7, "glare": 0.3}
    assert list_hindrances(sure, at_least_one=True) == ["too_small", "glare"]


def test_a_readable_photo_is_told_what_hinders_it_too() -> None:
    report = judge_with({None: 6.0, "blurred": 5.5}, READ)
    assert (report.readable, codes(report)) == (True, ["blurred"])
    assert judge_with({None: 6.0}, READ).issues == ()


def test_a_fine_photo_without_a_credible_vin_is_refused_with_the_likeliest_advice() -> None:
    report = judge_with({None: 9.0, "no_vin": 1.0}, Evidence())
    assert (report.readable, codes(report)) == (False, ["no_vin"])


def test_every_issue_has_advice_for_the_person() -> None:
    assert all(text.endswith(".") and ":" in text for text in ADVICE.values())
