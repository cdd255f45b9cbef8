"""The wheel adds one importable name and carries all content."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly built wheel."""
    folder = tmp_path_factory.mktemp("dist")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_adds_one_importable_name(wheel: Path) -> None:
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"studyctl"}


def test_everything_that_git_tracks_below_the_content_folders_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "curriculum", "labs", "graders", "data"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    assert tracked, "git lists no content"
    assert [name for name in tracked if f"studyctl/_bundle/{name}" not in packed] == []


def test_the_unpacked_wheel_finds_its_content_and_its_labs(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "STUDYCTL_HOME": str(tmp_path / "home")}

    def studyctl(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "studyctl", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    where = subprocess.run(
        [sys.executable, "-c", "import studyctl; print(studyctl.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    ).stdout
    assert where.startswith(str(tmp_path)), "the test must not see the working tree"
    assert json.loads(studyctl("curriculum", "stats", "--json").stdout)["p90"]["totals"]["days"] == 90
    assert "## The idea" in studyctl("lesson", "p90/22", "--plain").stdout
    started = studyctl("lab", "start", "28:16", "--json")
    assert started.returncode == 0, started.stderr
    graded = studyctl("lab", "run", "28:16", "--json")
    assert graded.returncode == 1, graded.stderr
