from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from inference.recognizers.characters import ANCHORS, OUTPUTS, STRIDE_X, STRIDE_Y, read_lines
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH
from inference.vin import ALPHABET
from training.character_boxes import align_symbols, box_shards
from training.character_streams import (
    CharacterBatch,
    character_batch,
    move_boxes,
    stream_characters,
    vary_sample,
)
from training.export import check_parity, to_onnx
from training.networks.characters import CharacterNetwork, begin_with, lay_beside
from training.shards import save_shard, write_shard
from training.streams import NoTrainingData, RealShare
from training.systems.characters import (
    assign,
    best_ious,
    character_loss,
    character_system,
    exact_share,
    mean_iou,
)
from training.systems.loop import LoopConfig, Trainer
from training.train import CONFIGS, read_config
from training.weights import load_network, save_weights

ROWS, COLUMNS = CROP_HEIGHT // STRIDE_Y, CROP_WIDTH // STRIDE_X


def tiny_network() -> CharacterNetwork:
    torch.manual_seed(4)
    return CharacterNetwork(widths=(4, 4, 8, 8), channels=16)


def some_batch(count: int = 2) -> CharacterBatch:
    """Boxes of many sizes about the middle of the crops."""
    generator = torch.Generator().manual_seed(1)
    middles = torch.stack([torch.arange(17) * 21.3 + 17, torch.full((17,), 25.0)], dim=1)
    halves = torch.tensor([8.0, 17.0]) * (1 + 0.3 * torch.rand((count, 17, 2), generator=generator))
    boxes = torch.cat([middles - halves, middles + halves], dim=2)
    symbols = torch.randint(len(ALPHABET), (count, 17), generator=generator)
    inputs = torch.randn((count, 1, CROP_HEIGHT, CROP_WIDTH), generator=generator)
    return CharacterBatch(inputs, symbols, boxes, torch.ones(count, dtype=torch.bool))


def perfect_outputs(batch: CharacterBatch) -> Tensor:
    """What a network would answer that knows the boxes and symbols."""
    outputs = torch.zeros(len(batch.boxes), ROWS, COLUMNS, len(ANCHORS), OUTPUTS)
    outputs[..., 4] = -12.0
    crop, place, row, column, anchor = assign(batch.boxes, ROWS, COLUMNS)
    boxes = batch.boxes[crop, place]
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    offsets = middles / torch.tensor([STRIDE_X, STRIDE_Y]) - torch.stack([column, row], dim=1)
    sizes = torch.log((boxes[:, 2:] - boxes[:, :2]) / torch.tensor(ANCHORS)[anchor])
    answers = torch.cat([torch.logit(offsets, eps=1e-6), sizes, torch.full((len(crop), 1), 12.0)], dim=1)
    outputs[crop, row, column, anchor, :5] = answers
    outputs[crop, row, column, anchor, 5 + batch.symbols[crop, place]] = 20.0
    return outputs


def test_what_is_taught_is_what_production_decodes() -> None:
    batch = some_batch()
    outputs = perfect_outputs(batch)
    lines = read_lines(outputs.numpy())
    assert exact_share(lines, batch.symbols) == 1
    assert mean_iou(lines, batch.boxes) > 0.999
    assert float(character_loss(outputs, batch)) < 0.01


@pytest.mark.parametrize("error", ["class", "place", "size", "missed", "invented"])
def test_every_sort_of_error_costs(error: str) -> None:
    batch = some_batch(1)
    outputs = perfect_outputs(batch)
    crop, _, row, column, anchor = (values[:1] for values in assign(batch.boxes, ROWS, COLUMNS))
    cell = outputs[crop, row, column, anchor].clone()
    if error == "class":
        cell[:, 5:] = cell[:, 5:].roll(1, dims=1)
    elif error == "place":
        cell[:, 0] = -cell[:, 0] + 3
    elif error == "size":
        cell[:, 2] += 1
    elif error == "missed":
        cell[:, 4] = -12
    outputs[crop, row, column, anchor] = cell
    if error == "invented":
        outputs[0, 0, 3, 0, 4] = 5.0
    assert float(character_loss(outputs, batch)) > 0.05


def test_a_second_box_on_a_character_is_not_held_against_the_network() -> None:
    batch = some_batch(1)
    outputs = perfect_outputs(batch)
    crop, _, row, column, anchor = (int(values[0]) for values in assign(batch.boxes, ROWS, COLUMNS))
    other = (anchor + 1) % len(ANCHORS)
    outputs[crop, row, column, other] = outputs[crop, row, column, anchor]
    outputs[crop, row, column, other, 2:4] += torch.log(
        torch.tensor(ANCHORS)[anchor] / torch.tensor(ANCHORS)[other]
    )
    assert float(best_ious(outputs, batch.boxes)[crop, row, column, other]) > 0.99
    assert float(character_loss(outputs, batch)) < 0.01


def test_characters_outside_of_the_crop_teach_nothing() -> None:
    batch = some_batch(1)
    batch.boxes[0, 16] += torch.tensor([60.0, 0.0, 60.0, 0.0])
    _, place, *_ = assign(batch.boxes, ROWS, COLUMNS)
    assert place.tolist() == list(range(16))


def test_boxes_move_with_the_pixels() -> None:
    """The centroid of a bright box follows its drawn place."""
    pixels = np.zeros((CROP_HEIGHT, CROP_WIDTH), np.uint8)
    pixels[14:34, 100:116] = 255
    sample = {"pixels": pixels, "boxes": np.array([[100, 14, 116, 34]], np.float32)}
    rng = np.random.default_rng(5)
    for _ in range(20):
        moved = vary_sample(rng, sample)
        image = moved["pixels"].astype(float)
        image = 255 - image if image[0, 0] > 128 else image
        ys, xs = np.nonzero(image > 60)
        x1, y1, x2, y2 = moved["boxes"][0]
        assert abs(xs.mean() + 0.5 - (x1 + x2) / 2) < 1
        assert abs(ys.mean() + 0.5 - (y1 + y2) / 2) < 1
        assert len(xs) == pytest.approx((x2 - x1) * (y2 - y1), rel=0.2)


def test_a_lean_widens_no_box() -> None:
    lean = np.array([[1.0, 0.3, 0.0], [0.0, 1.0, 0.0]])
    (box,) = move_boxes(np.array([[10, 0, 20, 40]], np.float32), lean)
    assert box.tolist() == pytest.approx([16, 0, 26, 40])


def test_space_to_depth_keeps_what_belongs_to_a_cell_together() -> None:
    rows = torch.arange(12)[:, None] // 4
    columns = torch.arange(96)[None] // 2
    cells = (rows * 48 + columns).float()[None, None].repeat(2, 3, 1, 1)
    beside = lay_beside(cells)
    assert beside.shape == (2, 24, 3, 48)
    assert (beside == torch.arange(144).view(3, 48)).all()


def test_the_first_layers_of_another_network_are_taken_over_where_they_fit() -> None:
    network, other = tiny_network(), CharacterNetwork(widths=(4, 4, 8, 12), channels=16)
    assert begin_with(network, other.state_dict()) > 0
    assert torch.equal(network.features[3][0].weight, other.features[3][0].weight)
    assert not torch.equal(network.line[0].conv.weight, other.line[0].conv.weight)
    assert not network.features[1][0].weight.requires_grad
    assert network.features[2][0].weight.requires_grad
    untouched = tiny_network()
    assert begin_with(untouched, {"other": torch.zeros(1)}) == 0
    assert all(parameter.requires_grad for parameter in untouched.parameters())


def test_a_few_steps_on_drawn_crops_lower_the_loss(tmp_path: Path) -> None:
    write_shard("crops", tmp_path / "shard-00000", seed=(1, 0), size=8)
    batches = stream_characters(tmp_path, batch_size=4, seed=1)
    batch = next(batches)
    assert batch.inputs.shape == (4, 1, CROP_HEIGHT, CROP_WIDTH)
    assert batch.boxes.shape == (4, 17, 4)
    network = tiny_network()
    system = character_system(network, batch)
    before = float(system.loss(batch).detach())
    config = LoopConfig(minutes=0.02, batch_size=4, learning_rate=1e-2, warm_up=2)
    figures = Trainer(system, config, tmp_path / "out").run(batches)
    assert figures["validation_loss"] < before
    assert 0 <= figures["validation_iou"] <= 1


def test_symbols_are_places_in_the_alphabet() -> None:
    pixels = np.zeros((CROP_HEIGHT, CROP_WIDTH), np.uint8)
    symbols = np.arange(17, dtype=np.uint8)
    batch = character_batch([{"pixels": pixels, "symbols": symbols, "boxes": np.zeros((17, 4), np.float32)}])
    assert batch.symbols.tolist() == [list(range(17))]


def test_the_configuration_that_comes_along_is_valid() -> None:
    assert LoopConfig.from_json(read_config(CONFIGS / "characters.json")).minutes > 0


def test_the_onnx_file_and_the_weights_file_answer_as_the_network(tmp_path: Path) -> None:
    network = tiny_network().eval()
    assert check_parity(network, to_onnx(network, "characters"), "characters") < 1e-4
    save_weights(tmp_path / "characters.safetensors", "characters", network)
    loaded = load_network(tmp_path / "characters.safetensors", "characters")
    inputs = torch.randn(1, 1, CROP_HEIGHT, CROP_WIDTH)
    with torch.inference_mode():
        assert torch.equal(loaded(inputs), network(inputs))


def test_the_known_vin_says_which_boxes_are_the_line() -> None:
    """A sure box of another symbol before the line and one beside a character do not mislead."""
    batch = some_batch(2)
    outputs = perfect_outputs(batch)
    boxed = align_symbols(outputs.numpy(), batch.symbols.numpy().astype(np.uint8))
    assert boxed.trusted.all()
    assert np.abs(boxed.boxes - batch.boxes.numpy()).max() < 0.01
    outputs[0, 1, 47, 1] = outputs[0, 1, 2, 1]
    outputs[0, 1, 47, 1, 4:] = torch.cat([torch.tensor([9.0]), torch.randn(len(ALPHABET))])
    again = align_symbols(outputs.numpy(), batch.symbols.numpy().astype(np.uint8))
    assert np.abs(again.boxes - batch.boxes.numpy()).max() < 0.01


def test_crops_that_show_another_vin_are_not_trusted() -> None:
    batch = some_batch(2)
    wrong = batch.symbols.numpy().astype(np.uint8)
    wrong[1] = (wrong[1] + 1) % len(ALPHABET)
    boxed = align_symbols(perfect_outputs(batch).numpy(), wrong)
    assert boxed.trusted.tolist() == [True, False]


def test_boxed_shards_teach_what_but_not_where(tmp_path: Path) -> None:
    write_shard("crops", tmp_path / "drawn" / "shard-00000", seed=(1, 0), size=8)
    arrays = {file.stem: np.load(file) for file in (tmp_path / "drawn" / "shard-00000").glob("*.npy")}
    save_shard(tmp_path / "found" / "shard-00000", arrays)
    real = RealShare(tmp_path / "found", 0.25)
    batch = next(stream_characters(tmp_path / "drawn", batch_size=4, seed=1, real=real))
    assert batch.exact.tolist() == [False, True, True, True]
    outputs = perfect_outputs(some_batch(1))
    outputs[..., :4] += 1
    wrong, unknown = some_batch(1), some_batch(1)
    unknown.exact[:] = False
    assert float(character_loss(outputs, unknown)) < float(character_loss(outputs, wrong)) - 1


def test_shards_are_copied_with_boxes(tmp_path: Path) -> None:
    """An untrained network sees no VIN, so that nothing is trusted; with no demands, all would be kept."""
    write_shard("crops", tmp_path / "real" / "shard-00000", seed=(1, 0), size=3)
    assert box_shards(tiny_network().eval(), tmp_path / "real", tmp_path / "boxed") == (0, 3)
    assert np.load(tmp_path / "boxed" / "shard-00000" / "boxes.npy").shape == (0, 17, 4)
    with pytest.raises(NoTrainingData):
        box_shards(tiny_network(), tmp_path / "nowhere", tmp_path / "boxed")
