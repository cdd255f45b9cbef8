"""Several writers at once: threads of one program, and programs of one learner, lose nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import pytest

from studyctl.container import Container
from studyctl.errors import DataError, ExitCode
from studyctl.storage.engine import open_engine
from studyctl.storage.repositories.sprints import thoughts
from tests.helpers import REPOSITORY, House

THOUGHTS_EACH = 25
WRITER = """
import sys
from pathlib import Path
from tests.helpers import FakeClock, House
container = House(Path(sys.argv[1]), Path(sys.argv[2]), FakeClock()).open()
print("ready", flush=True)
sys.stdin.readline()
for n in range({count}):
    container.inbox.capture(f"{{sys.argv[3]}} {{n}}")
container.close()
"""


def expected(names: str) -> list[str]:
    """What writers with these names captured."""
    return sorted(f"{name} {n}" for name in names for n in range(THOUGHTS_EACH))


def test_threads_that_write_at_once_lose_nothing(container: Container) -> None:
    def capture(name: str) -> None:
        for n in range(THOUGHTS_EACH):
            container.inbox.capture(f"{name} {n}")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(capture, "abc"))
    assert sorted(thought.text for thought in container.inbox.thoughts()) == expected("abc")


def test_programs_that_write_at_once_lose_nothing(house: House, bundle: Path) -> None:
    home = house.paths.data.parent
    command = [sys.executable, "-c", WRITER.format(count=THOUGHTS_EACH), str(home), str(bundle)]
    writers = [
        subprocess.Popen(
            [*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY
        )
        for name in "xy"
    ]
    for writer in writers:  # both created or migrated the same empty database at the same time
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n", writer.communicate()[1].decode()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.flush()
    for writer in writers:
        _out, err = writer.communicate(timeout=60)
        assert writer.returncode == 0, err.decode()
    container = house.open()
    assert sorted(thought.text for thought in container.inbox.thoughts()) == expected("xy")
    for _ in range(2 * THOUGHTS_EACH):
        container.undo.undo("inbox")
    assert container.inbox.thoughts(None) == ()


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_file_that_another_program_is_creating_is_waited_for(tmp_path: Path, lock: str) -> None:
    path = tmp_path / "study.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE t (x)")
    other.execute(f"BEGIN {lock}")
    other.execute("INSERT INTO t VALUES (1)")
    release = Timer(0.1, other.execute, ["COMMIT"])
    release.start()
    engine = open_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    release.join()
    other.close()
    engine.dispose()


def test_a_reader_sees_one_moment_while_another_program_writes(house: House) -> None:
    reader, writer = house.open(), house.open()
    with reader.context.database.read() as connection:
        assert thoughts(connection) == []
        writer.inbox.capture("meanwhile")
        assert thoughts(connection) == []
    assert [thought.text for thought in reader.inbox.thoughts()] == ["meanwhile"]


def test_a_database_that_stays_locked_is_explained(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studyctl.storage.engine.BUSY_TIMEOUT_MS", 20)
    holder, waiting = house.open(), house.open()
    with holder.context.database.write("items", "a long act"), pytest.raises(DataError, match="locked") as caught:
        waiting.inbox.capture("too late")
    assert caught.value.exit_code == ExitCode.DATA
    assert "Close the other" in caught.value.hint
    waiting.inbox.capture("in time")


def test_a_database_is_given_back_whole(house: House) -> None:
    container = house.open()
    container.inbox.capture("a thought")
    container.context.database.version()
    container.close()
    assert not house.paths.database.with_name("studyctl.db-wal").exists(), "a connection was left open"
    assert [thought.text for thought in house.open().inbox.thoughts()] == ["a thought"]
