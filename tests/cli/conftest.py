"""A command line in this process, over a home of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from studyctl.cli.app import run


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as the one JSON document that it must be."""
        return json.loads(self.out)


Cli = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that no other test sees."""
    monkeypatch.setenv("STUDYCTL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("STUDYCTL_DATABASE_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture
def cli(home: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run `studyctl` with arguments."""

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        code = run(lambda start: 0, list(arguments))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Done(code, captured.out, captured.err)

    return call
