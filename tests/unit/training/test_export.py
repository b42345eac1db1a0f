import json
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.bundle import DEFAULT_BUNDLE, InvalidBundle, load_bundle, read_manifest
from training import quantization
from training.__main__ import main
from training.export import ExportFailed, ParityError, check_parity, export_bundle, to_onnx
from training.weights import InvalidWeights, TrainedWeights, load_network, round_kernels, save_weights

from .conftest import tiny_detector, tiny_sequence


def test_a_bundle_loads_in_the_engine_and_reads(tiny_bundle: Path) -> None:
    reading = load_bundle(tiny_bundle).read(np.full((80, 120, 3), 90, np.uint8))
    assert reading.image_size == (120, 80)


def test_both_networks_agree_with_their_onnx_at_several_sizes() -> None:
    for name, network in (("sequence", tiny_sequence()), ("detector", tiny_detector())):
        assert check_parity(network.eval(), to_onnx(network, name), name) < 1e-4


@pytest.mark.parametrize("name", ["sequence", "detector"])
def test_tampered_weights_are_a_parity_error(name: str) -> None:
    network = tiny_sequence() if name == "sequence" else tiny_detector()
    content = to_onnx(network, name)
    with torch.no_grad():
        list(network.parameters())[-1].add_(0.5)
    with pytest.raises(ParityError, match=name):
        check_parity(network, content, name)


def test_weights_that_answer_with_no_number_are_a_parity_error() -> None:
    network = tiny_sequence()
    content = to_onnx(network, "sequence")
    with torch.no_grad():
        network.head.bias.fill_(float("nan"))
    with pytest.raises(ParityError):
        check_parity(network, content, "sequence")


def test_what_is_not_trained_is_carried_over_from_the_base(tiny_bundle: Path, tmp_path: Path) -> None:
    torch.manual_seed(9)
    network = tiny_sequence()
    with torch.no_grad():
        network.head.bias.add_(1)
    save_weights(tmp_path / "new.safetensors", "sequence", network)
    weights = TrainedWeights(
        sequence=tmp_path / "new.safetensors", calibration={"temperature": 2.0, "bias": 0.5}
    )
    out_dir = export_bundle(
        weights=weights,
        base_bundle=tiny_bundle,
        name="second",
        out_dir=tmp_path / "second",
        training={"steps": 3},
    )
    base, second = read_manifest(tiny_bundle), read_manifest(out_dir)
    for name in ("detector", "detector-int8", "characters-int8"):
        assert second.networks[name].sha256 == base.networks[name].sha256
    assert second.networks["sequence"].sha256 != base.networks["sequence"].sha256
    assert second.calibration.temperature == 2.0
    assert second.training == {"steps": 3}
    load_bundle(out_dir)


def test_a_network_that_answers_differently_in_eight_bits_goes_without_a_twin(
    tiny_weights: TrainedWeights, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(quantization.MOST_DIFFERENT, "characters", 0.0)
    out_dir = export_bundle(
        weights=TrainedWeights(characters=tiny_weights.characters),
        base_bundle=tiny_bundle,
        name="third",
        out_dir=tmp_path / "third",
        training={},
        samples=1,
    )
    assert "characters-int8" not in read_manifest(out_dir).networks
    assert not (out_dir / "characters-int8.onnx").exists()
    assert "detector-int8" in read_manifest(out_dir).networks
    load_bundle(out_dir)


def test_a_network_from_nowhere_is_refused_and_leaves_nothing(
    tiny_weights: TrainedWeights, tmp_path: Path
) -> None:
    only = TrainedWeights(sequence=tiny_weights.sequence)
    with pytest.raises(ExportFailed, match="detector"):
        export_bundle(weights=only, base_bundle=None, name="half", out_dir=tmp_path / "half", training={})
    assert list(tmp_path.iterdir()) == []


def test_a_base_bundle_with_another_hash_is_refused(tiny_bundle: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    copied.mkdir()
    document = json.loads((tiny_bundle / "manifest.json").read_text())
    (copied / "manifest.json").write_text(json.dumps(document))
    for entry in document["networks"].values():
        (copied / entry["file"]).write_bytes(b"other bytes")
    with pytest.raises(InvalidBundle):
        export_bundle(
            weights=TrainedWeights(), base_bundle=copied, name="x", out_dir=tmp_path / "x", training={}
        )


@pytest.mark.parametrize("name", ["sequence", "detector"])
def test_training_goes_on_from_the_very_weights_of_the_onnx_file(name: str, tmp_path: Path) -> None:
    network = tiny_sequence() if name == "sequence" else tiny_detector()
    round_kernels(network)
    path = tmp_path / f"{name}.onnx"
    path.write_bytes(to_onnx(network, name))
    again = load_network(path, name)
    assert again.settings == network.settings
    assert all(torch.equal(value, again.state_dict()[key]) for key, value in network.state_dict().items())


def test_rounded_kernels_take_half_the_bytes_and_answer_alike() -> None:
    network = tiny_detector()
    before = to_onnx(network, "detector")
    round_kernels(network)
    after = to_onnx(network, "detector")
    kernels = sum(4 * parameter.numel() for parameter in network.parameters() if parameter.dim() > 1)
    assert len(before) - len(after) > 0.3 * kernels
    assert check_parity(network, after, "detector") < 1e-4


@pytest.mark.parametrize("content", [b"", b"no weights at all"])
@pytest.mark.parametrize("file", ["w.safetensors", "w.onnx"])
def test_damaged_weights_are_refused(content: bytes, file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(content)
    with pytest.raises(InvalidWeights):
        load_network(tmp_path / file, "sequence")


def test_weights_of_another_network_are_refused(tiny_weights: TrainedWeights) -> None:
    assert tiny_weights.detector is not None
    with pytest.raises(InvalidWeights, match="detector"):
        load_network(tiny_weights.detector, "sequence")


def test_the_mean_of_two_trainings(tiny_bundle: Path, tmp_path: Path) -> None:
    network = load_network(tiny_bundle / "detector.onnx", "detector")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1)
    save_weights(tmp_path / "new.safetensors", "detector", network)
    paths = [str(tiny_bundle / "detector.onnx"), str(tmp_path / "new.safetensors")]
    assert main(["mean", "detector", *paths, "--out", str(tmp_path / "mean.safetensors")]) == 0
    mean = load_network(tmp_path / "mean.safetensors", "detector")
    for name, parameter in mean.named_parameters():
        torch.testing.assert_close(parameter, before[name] + 0.5)


def test_networks_that_differ_have_no_mean(tiny_bundle: Path, tmp_path: Path, capsys) -> None:
    paths = [str(tiny_bundle / "detector.onnx"), str(DEFAULT_BUNDLE / "detector.onnx")]
    assert main(["mean", "detector", *paths, "--out", str(tmp_path / "mean.safetensors")]) == 1
    assert "mean" in capsys.readouterr().err
    assert not (tmp_path / "mean.safetensors").exists()
