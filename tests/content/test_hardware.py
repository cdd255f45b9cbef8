"""data/hardware.toml says what the makers say, and graders.hardware finds a GPU by the name NVML gives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from graders.errors import UsageError
from graders.hardware import Hardware, find, load

GIB = 2**30
DTYPES = {"fp32", "tf32", "fp16", "bf16", "fp8", "int8"}


def named(name: str) -> Hardware:
    gpu = find(name)
    assert gpu is not None, name
    return gpu


@pytest.mark.parametrize(
    ("nvml", "name"),
    [
        ("Tesla T4", "Tesla T4"),
        ("Tesla V100-SXM2-16GB", "Tesla V100 SXM2 16 GB"),
        ("NVIDIA A10", "A10"),
        ("NVIDIA A100-SXM4-40GB", "A100 SXM4 40 GB"),
        ("A100-SXM4-40GB", "A100 SXM4 40 GB"),
        ("NVIDIA A100 80GB PCIe", "A100 PCIe 80 GB"),
        ("NVIDIA GeForce RTX 4090", "GeForce RTX 4090"),
        ("NVIDIA H100 80GB HBM3", "H100 SXM5 80 GB"),
        ("nvidia  h100 pcie", "H100 PCIe 80 GB"),
    ],
)
def test_a_gpu_is_found_by_its_nvml_name(nvml: str, name: str) -> None:
    assert named(nvml).name == name


@pytest.mark.parametrize(
    "nvml",
    [
        "",
        "NVIDIA",
        "NVIDIA A10G",
        "NVIDIA L40",
        "NVIDIA GeForce RTX 3090 Ti",
        "NVIDIA GeForce RTX 4090 D",
        "NVIDIA GeForce RTX 4090 Laptop GPU",
        "NVIDIA A100-SXM4-40GB MIG 1g.5gb",
        "NVIDIA H100 NVL",
        "AMD Instinct MI300X",
    ],
)
def test_a_cousin_is_not_taken_for_a_known_gpu(nvml: str) -> None:
    assert find(nvml) is None


def test_the_ridge_points_are_those_of_the_guide() -> None:
    assert named("NVIDIA H100 80GB HBM3").ridge("bf16") == pytest.approx(295, abs=1)
    assert named("NVIDIA A100-SXM4-40GB").ridge("fp16") == pytest.approx(201, abs=1)


def test_attainable_is_the_lower_of_the_two_roofs() -> None:
    gpu = named("NVIDIA H100 80GB HBM3")
    assert gpu.attainable(1 / 12, "fp32") == pytest.approx(0.279e12, rel=0.01)  # adding two vectors
    assert gpu.attainable(10_000, "fp32") == gpu.flops["fp32"]


@pytest.mark.parametrize("gpu", load(), ids=lambda gpu: gpu.name)
def test_the_numbers_fit_together(gpu: Hardware) -> None:
    assert gpu.source
    assert set(gpu.flops) <= DTYPES
    assert gpu.memory_bytes % GIB == 0
    assert 0.2e12 < gpu.bandwidth_bytes_per_s < 10e12
    assert gpu.link_bytes_per_s < gpu.bandwidth_bytes_per_s
    rates = [gpu.flops[dtype] for dtype in ("fp32", "tf32", "fp16", "fp8") if dtype in gpu.flops]
    assert rates == sorted(rates)
    if "bf16" in gpu.flops:
        assert gpu.flops["bf16"] == gpu.flops["fp16"]
    if gpu.sms is not None and "fp32" in gpu.flops:
        # An FMA on each of 64 or 128 lanes of an SM; the boost clocks of all of these lie between 1.3 and 2.6 GHz.
        lanes = 64 if gpu.compute_capability in {"7.0", "7.5", "8.0"} else 128
        assert 1.3e9 < gpu.flops["fp32"] / (2 * lanes * gpu.sms) < 2.6e9


def test_no_name_stands_for_two_gpus() -> None:
    names = [name.lower() for gpu in load() for name in gpu.names]
    assert len(names) == len(set(names))


def test_tensor_rates_are_dense() -> None:
    """One tensor core of an A100 does 256 fp16 FMA per clock, one of an H100 512; four of them in each SM."""
    for nvml, fma, clock in (
        ("NVIDIA A100-SXM4-40GB", 256, 1.41e9),
        ("NVIDIA H100 80GB HBM3", 512, 1.83e9),
        ("NVIDIA H100 PCIe", 512, 1.62e9),
    ):
        gpu = named(nvml)
        assert gpu.sms is not None
        assert gpu.flops["fp16"] == pytest.approx(2 * fma * 4 * gpu.sms * clock, rel=0.02)


def test_a_missing_or_malformed_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"hardware\.toml"):
        find("Tesla T4", tmp_path / "nowhere")
    (tmp_path / "hardware.toml").write_text('[[gpu]]\nname = "half a GPU"\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"hardware\.toml"):
        find("Tesla T4", tmp_path)
