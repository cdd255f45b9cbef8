"""What a typed day or lab means: prefix, active track, the only lab, and otherwise a question back."""

from __future__ import annotations

from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.domain.address import Address
from studyctl.errors import AmbiguousAddressError, ExitCode, NotFoundError
from studyctl.services.days import OpenItems
from tests.helpers import FakeClock, House, add_lab, small_bundle


@pytest.mark.parametrize("active", ["p90", "p28", "s3", "guide"])
@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("p90/16", "p90/16"),
        ("90:16", "p90/16"),
        ("28:16", "p28/16"),
        ("p28/day16", "p28/16"),
        ("p28/6", "p28/6-7"),
        ("28:7", "p28/6-7"),
        ("p28/6-7", "p28/6-7"),
        ("s3/2", "s3/2"),
        ("guide:3.2", "guide/3.2"),
        ("s3/wall", "s3/wall"),
    ],
)
def test_a_prefix_decides_whatever_track_is_active(container: Container, active: str, typed: str, address: str) -> None:
    container.settings.use_track(active)
    choice = container.resolve.day(typed)
    assert str(choice.address) == address
    assert choice.also == ()


@pytest.mark.parametrize(("active", "other"), [("p90", "p28"), ("p28", "p90")])
@pytest.mark.parametrize("typed", ["day16", "16"])
def test_without_prefix_the_active_track_decides_and_the_other_day_is_named(
    container: Container, active: str, other: str, typed: str
) -> None:
    container.settings.use_track(active)
    day = container.resolve.day(typed)
    lab = container.resolve.lab(typed)
    assert day.address == lab.address == Address(active, "16")
    assert day.also == lab.also == (Address(other, "16"),)


@pytest.mark.parametrize("active", ["s3", "guide"])
def test_a_day_that_two_other_tracks_have_is_asked_back(container: Container, active: str) -> None:
    container.settings.use_track(active)
    with pytest.raises(AmbiguousAddressError) as day:
        container.resolve.day("day16")
    assert day.value.choices == ["studyctl plan show p90/16", "studyctl plan show p28/16"]
    with pytest.raises(AmbiguousAddressError) as lab:
        container.resolve.lab("day16", "studyctl lab start")
    assert lab.value.choices == [
        "studyctl lab start p28/16   # alloc-toy",
        "studyctl lab start p90/16   # redis-toy",
    ]
    for caught in (day, lab):
        assert caught.value.exit_code == ExitCode.USAGE == 2
        assert all(choice in caught.value.hint for choice in caught.value.choices)


def test_without_prefix_and_active_track_the_only_track_with_a_lab_decides(tmp_path: Path, clock: FakeClock) -> None:
    bundle = small_bundle(tmp_path / "bundle")
    add_lab(bundle, "redis-toy", "p90/79")
    house = House(tmp_path / "learner", bundle, clock)
    container = house.open()
    container.settings.use_track("s3")
    day, lab = container.resolve.day("day16"), container.resolve.lab("day16")
    assert day.address == lab.address == Address("p28", "16")
    assert day.also == (Address("p90", "16"),)
    house.close()


def test_a_day_that_only_one_track_has_needs_no_prefix(container: Container) -> None:
    assert str(container.resolve.day("day7").address) == "p28/6-7"
    assert str(container.resolve.lab("day7").address) == "p28/6-7"
    assert container.resolve.lab("7").lab.slug == "week-end-toy"


def test_progress_and_date_never_decide(container: Container, clock: FakeClock) -> None:
    before = container.resolve.day("day16")
    container.settings.first_start("2026-01-01")
    for _ in range(4):
        container.days.close(OpenItems.DROP)
        clock.next_day(16)
    container.ticks.tick("p28/16/learn/1")
    assert container.resolve.day("day16") == before
    assert container.resolve.lab("day16").address == before.address


def test_a_slug_is_a_lab_on_the_active_tracks_day_or_on_its_first(container: Container) -> None:
    assert str(container.resolve.lab("alloc-toy").address) == "p28/16"
    container.settings.use_track("guide")
    assert str(container.resolve.lab("alloc-toy").address) == "guide/3.2"


def test_a_lab_is_found_from_every_day_that_it_serves(container: Container) -> None:
    assert {container.resolve.lab(day).lab.slug for day in ("p28/16", "guide:3.2", "28:16")} == {"alloc-toy"}
    assert [lab.slug for lab in container.resolve.labs_of(Address("p90", "2"))] == ["first-toy", "second-toy"]


def test_a_day_with_two_labs_asks_which(container: Container) -> None:
    with pytest.raises(AmbiguousAddressError, match="p90/2 has several labs") as caught:
        container.resolve.lab("p90/2")
    assert caught.value.choices == ["studyctl lab run first-toy", "studyctl lab run second-toy"]


def test_a_lab_may_serve_a_day_that_is_not_written_yet(tmp_path: Path, clock: FakeClock) -> None:
    bundle = small_bundle(tmp_path / "bundle")
    add_lab(bundle, "late-toy", "p90/79")
    house = House(tmp_path / "learner", bundle, clock)
    container = house.open()
    assert container.resolve.lab("day79").lab.slug == "late-toy"
    with pytest.raises(NotFoundError):
        container.resolve.day("day79")
    house.close()


@pytest.mark.parametrize(
    ("typed", "words"), [("nonsense!", "is not a day"), ("p90/60", "No plan has a day"), ("day60", "No plan has a day")]
)
def test_no_such_day_is_said(container: Container, typed: str, words: str) -> None:
    with pytest.raises(NotFoundError, match=words) as caught:
        container.resolve.day(typed)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("no-such-lab", "There is no lab 'no-such-lab'"),
        ("p90/1", "There is no lab on p90/1"),
        ("day1", "There is no lab on p90/1, p28/1, s3/1"),
        ("day60", "No plan has a day 'day60'"),
    ],
)
def test_no_such_lab_is_said(container: Container, typed: str, words: str) -> None:
    with pytest.raises(NotFoundError, match=words) as caught:
        container.resolve.lab(typed)
    assert "lab" in caught.value.hint
