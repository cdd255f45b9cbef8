"""`export cards` and `import cards`: stdout is data, stderr says what is lost, and a hostile file changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studyctl.container import open_container
from studyctl.services import exchange
from tests.cli.conftest import Cli
from tests.exchange.homes import digest_of, files_of
from tests.exchange.hostile_cases import FILES

CARD = "docker-copy-cache-key"


@pytest.fixture
def state(home: Path) -> Callable[[], tuple[str, dict[str, str]]]:
    """Digest of the database and the files of own decks."""

    def read() -> tuple[str, dict[str, str]]:
        container = open_container()
        try:
            return digest_of(container), files_of(container.context.paths.cards)
        finally:
            container.close()

    return read


def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Go on in another home."""
    monkeypatch.setenv("STUDYCTL_HOME", str(tmp_path / "elsewhere"))


def test_cards_go_to_another_home_and_undo_takes_them_back(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cards.apkg"
    assert cli("review", "answer", CARD, "easy").code == 0
    assert cli("review", "suspend", CARD).code == 0
    written = cli("export", "cards", str(path))
    assert (written.code, written.out.splitlines()[1]) == (0, "1 with a schedule, 1 line of the log")
    assert "such as suspend and move, show in the schedule alone: 1." in written.err
    assert "4 places" in written.err
    elsewhere(monkeypatch, tmp_path)
    due = cli("review", "due", "--json").json
    looked = cli("import", "cards", str(path), "--look", "--json").json
    assert (looked["stored"], looked["changed"], looked["answers"]) == (False, 1, 1)
    assert cli("review", "due", "--json").json == due
    done = cli("import", "cards", str(path))
    assert (done.code, done.err) == (0, "`studyctl undo` takes all of it back.\n")
    assert "changed  1" in done.out
    assert "suspended" in cli("review", "answer", CARD, "3").err
    assert "Nothing had to be changed." in cli("import", "cards", str(path)).err
    assert cli("doctor", "--rebuild").code == 0
    assert cli("undo").out.startswith("Undone: import cards cards.apkg")
    assert cli("review", "answer", CARD, "3").code == 0


def test_json_of_an_export_is_a_summary(cli: Cli, tmp_path: Path) -> None:
    done = cli("export", "cards", str(tmp_path / "cards.jsonl"), "--deck", "p90/16", "--no-schedule", "--json")
    assert done.json["cards"] > 5
    assert (done.json["scheduled"], done.json["reviews"], done.json["left_out"]) == (0, 0, [])
    cards = [json.loads(line)["card"] for line in (tmp_path / "cards.jsonl").read_text().splitlines()[1:]]
    assert {card["deck"] for card in cards} == {"studyctl::p90::16"}
    assert all(card["extra"]["source"] and "state" not in card for card in cards)


def test_a_backup_says_how_to_look_at_it(cli: Cli, home: Path, tmp_path: Path) -> None:
    done = cli("export", "backup", str(tmp_path / "all.zip"))
    assert (done.code, "the database and 0 own decks" in done.out) == (0, True)
    assert "STUDYCTL_HOME=copy studyctl doctor" in done.err
    assert cli("export", "backup", str(tmp_path / "all.zip"), "--json").json["decks"] == 0
    assert cli("export", "backup", str(tmp_path / "all.tar")).code == 2


def test_a_query_chooses_the_cards(cli: Cli, tmp_path: Path) -> None:
    cli("review", "answer", CARD, "easy")
    path = str(tmp_path / "cards.jsonl")
    done = cli("export", "cards", path, "--query", "tag:docker -is:new", "--json").json
    assert (done["cards"], done["scheduled"], done["reviews"]) == (1, 1, 1)
    assert cli("export", "cards", path, "--query", "tag:docker", "--deck", "p90/16").code == 2
    wrong = cli("export", "cards", path, "--query", "tg:docker")
    assert (wrong.code, "tag:" in wrong.err) == (2, True)


def test_what_a_table_leaves_behind_is_said(cli: Cli, tmp_path: Path) -> None:
    cli("review", "answer", CARD, "easy")
    done = cli("export", "cards", str(tmp_path / "cards.csv"))
    assert done.out.endswith("1 with a schedule, 0 lines of the log\n")
    assert "CSV has no log" in done.err


def test_cards_that_are_left_out_are_named_on_stderr(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("id,front,back\nx,What?,\n" + "".join(f"n-{n},,{n}\n" for n in range(8)) + "y,One?,1\n")
    done = cli("import", "cards", str(path), "--deck", "mine")
    assert done.code == 0
    assert "written: imported-mine.toml" in done.out
    assert "Skipped, since it has no text in front" in done.err
    assert "and 3 more" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("export", "cards", "cards.txt"), 2, ".apkg, .csv, .jsonl"),
        (("export", "cards", "no/such/folder.csv"), 2, "folder that exists"),
        (("export", "cards", "."), 2, "cannot be a file"),
        (("export", "cards", "cards.csv", "--deck", "no such"), 2, "studyctl::"),
        (("import", "cards", "none.apkg"), 2, "no file"),
        (("import", "cards", "pyproject.toml"), 2, ".colpkg"),
        (("import", "cards", "."), 2, "not read from"),
    ],
)
def test_what_cannot_be_done_says_what_to_type(
    cli: Cli, arguments: tuple[str, ...], code: int, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli(*arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert list(tmp_path.glob("*.*")) == []


def test_a_hostile_package_changes_nothing(
    cli: Cli, tmp_path: Path, state: Callable[[], tuple[str, dict[str, str]]]
) -> None:
    before = state()
    for name, (make, _) in FILES.items():
        done = cli("import", "cards", str(make(tmp_path / "hostile.apkg")))
        assert (done.code, done.out) == (4, ""), name
        assert "hostile.apkg" in done.err, name
        assert "Nothing was changed." in done.err, name
        assert state() == before, name
        (tmp_path / "hostile.apkg").unlink()


HOSTILE_TEXT = {
    "nul.csv": (b"front,back\na\0,b\n", "NUL"),
    "latin.csv": (b"front,back\n\xff,b\n", "UTF-8"),
    "escape.csv": (b"front,back\na\x1b[2J,b\n", "control sequence"),
    "head.csv": (b"a,b\n1,2\n", "front and back"),
    "wide.csv": (b"front,back\n1,2,3\n", "3 columns"),
    "twice.csv": (b"id,front,back\nx,1,2\nx,3,4\n", "twice"),
    "surrogate.jsonl": (b'{"card": {"front": "\\ud800", "back": "x"}}\n', "Unicode"),
    "deep.jsonl": (b"[" * 100_000 + b"\n", "line 1"),
    "lost.jsonl": (b'{"review": {"card": "x", "at": 1, "rating": 3}}\n', "names the card"),
    "number.jsonl": (
        b'{"card": {"front": "a", "back": "b", "state": {"phase": "review", "interval": 1e99}}}\n',
        "line 1",
    ),
}


def test_a_hostile_text_changes_nothing(
    cli: Cli, tmp_path: Path, state: Callable[[], tuple[str, dict[str, str]]]
) -> None:
    before = state()
    for name, (content, said) in HOSTILE_TEXT.items():
        (tmp_path / name).write_bytes(content)
        done = cli("import", "cards", str(tmp_path / name))
        assert (done.code, done.out) == (4, ""), name
        assert said in done.err, name
        assert state() == before, name


def test_texts_that_look_like_commands_stay_texts(cli: Cli, home: Path, tmp_path: Path) -> None:
    evil = [
        "'''",
        '"""',
        '"""\n[[card]]\nid = "evil"',
        "\\",
        "\x1b",
        "'; DROP TABLE card; --",
        "{{",
        "=1+1",
        "[[card]]",
    ]
    rows = [{"card": {"front": f"f{text}", "back": f"b{text}", "deck": "../../etc/passwd"}} for text in evil]
    path = tmp_path / "evil.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert cli("import", "cards", str(path)).code == 0
    assert [file.name for file in (home / "cards").iterdir()] == ["imported-etc-passwd.toml"]
    found = cli("export", "cards", str(tmp_path / "back.jsonl"), "--deck", "../../etc/passwd").code
    assert found == 0
    lines = (tmp_path / "back.jsonl").read_text().splitlines()[1:]
    wanted = [text.replace("\x1b", "") for text in evil]
    assert [json.loads(line)["card"]["front"] for line in lines] == [f"f{text}" for text in wanted]


def test_the_newest_format_without_zstandard_says_what_to_install(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> Any:
        from studyctl.errors import CannotRunHereError

        raise CannotRunHereError("zstandard is not installed.", "pip install zstandard")

    monkeypatch.setitem(exchange._READERS, ".colpkg", refuse)
    (tmp_path / "new.colpkg").write_bytes(b"")
    done = cli("import", "cards", str(tmp_path / "new.colpkg"))
    assert (done.code, done.out) == (3, "")
