"""Keeps every test away from the real home, and opens containers below a temporary one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from studyctl.container import Container
from studyctl.content.library import Library
from tests.helpers import REPOSITORY, FakeClock, House, small_bundle

settings.register_profile(
    "studyctl", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.load_profile("studyctl")


@pytest.fixture(autouse=True)
def _away_from_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("STUDYCTL_HOME", str(home))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("STUDYCTL_DATABASE_URL", raising=False)


@pytest.fixture
def clock() -> FakeClock:
    """A clock at 9:00 on a Monday in Berlin."""
    return FakeClock()


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bundle. Read only: a test that changes content builds its own."""
    return small_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def shipped() -> Library:
    """The content that ships."""
    return Library(REPOSITORY)


@pytest.fixture
def house(tmp_path: Path, bundle: Path, clock: FakeClock) -> Iterator[House]:
    """A home over the small bundle, not opened yet."""
    house = House(tmp_path / "learner", bundle, clock)
    yield house
    house.close()


@pytest.fixture
def container(house: House) -> Container:
    """Services over a fresh database and the small bundle."""
    return house.open()
