"""The house keeps its walls: import contracts, late imports, small documented modules."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studyctl.storage.tables import LOGS
from tests.helpers import REPOSITORY

MODULES = sorted(path for path in (REPOSITORY / "studyctl").rglob("*.py") if "_bundle" not in path.parts)
HEAVY = ("textual", "torch", "numpy")
RUN = """
import json, sys
from studyctl.cli.app import run
code = run(lambda start: 1, sys.argv[1:])
print(json.dumps({"code": code, "modules": sorted({name.split(".")[0] for name in sys.modules})}), file=sys.stderr)
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own in the repository."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_import_contracts_are_kept() -> None:
    command = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = python("-c", command)
    assert result.returncode == 0, result.stdout + result.stderr
    assert ", 0 broken" in result.stdout


@pytest.mark.parametrize(
    "line",
    [
        ("--version",),
        ("--help",),
        ("today",),
        ("today", "--json"),
        ("track", "list", "--json"),
        ("plan", "show", "p90/16"),
        ("plan", "show", "28:16", "--json"),
        ("review", "due", "--json"),
        ("interview", "next", "--json"),
        ("sprint", "status", "--json"),
        ("inbox", "list", "--json"),
        ("lab", "list", "--json"),
        ("lab", "show", "28:16"),
        ("export", "markdown"),
        ("curriculum", "stats", "--json"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_a_read_command_loads_no_screens_and_no_tensors(line: tuple[str, ...]) -> None:
    result = python("-c", RUN, *line)
    report = json.loads(result.stderr.splitlines()[-1])
    assert report["code"] == 0, result.stderr
    assert result.stdout
    assert [module for module in HEAVY if module in report["modules"]] == []
    if line[0].startswith("--"):
        assert "sqlalchemy" not in report["modules"]


def test_the_search_for_loaded_modules_would_find_them() -> None:
    result = python("-c", "import textual.app\n" + RUN, "--version")
    assert "textual" in json.loads(result.stderr.splitlines()[-1])["modules"]


def test_the_domain_loads_no_storage_and_no_screen() -> None:
    names = [path.stem for path in MODULES if path.parent.name == "domain" and path.stem != "__init__"]
    assert len(names) > 8
    imports = "; ".join(f"import studyctl.domain.{name}" for name in names)
    result = python("-c", f"{imports}; import sys, json; print(json.dumps(sorted(sys.modules)))")
    assert result.returncode == 0, result.stderr
    loaded = set(json.loads(result.stdout))
    forbidden = {"sqlalchemy", "sqlmodel", "alembic", "pydantic", "textual", "typer", "rich", "jinja2", "sqlite3"}
    assert loaded & forbidden == set()
    assert {name for name in loaded if name.startswith("studyctl.")} <= {
        "studyctl.domain",
        "studyctl.errors",
        *(f"studyctl.domain.{name}" for name in names),
    }


def test_opening_the_container_loads_no_migrations_where_the_schema_is_there(tmp_path: Path) -> None:
    code = (
        "import sys; from studyctl.container import open_container; open_container().close(); "
        "print('alembic' in sys.modules)"
    )
    home = {"STUDYCTL_HOME": str(tmp_path)}
    assert [python("-c", code, **home).stdout.strip() for _ in range(2)] == ["True", "False"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_module_says_in_its_first_line_what_it_is_for_and_stays_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.startswith('"""'), "the first line is the docstring"
    first = (ast.get_docstring(ast.parse(source)) or "").splitlines()[0]
    assert len(first) > 10
    assert len(source.splitlines()) <= 300


def test_nothing_in_the_domain_reads_clock_or_dice_by_itself() -> None:
    """`SystemClock` is the one place that asks the machine; a seeded generator is no dice."""
    questions = {
        *("datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time", "uuid.uuid4", "open"),
        *("random.random", "random.randint", "random.choice", "random.shuffle"),
    }
    asked = [
        f"{path.name}: {ast.unparse(node)}"
        for path in MODULES
        if path.parent.name == "domain"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in questions
    ]
    assert asked == ["clock.py: datetime.now()"]


def test_the_logs_are_named_in_one_place() -> None:
    assert {"review_log", "interview_log", "lab_record", "hint_log", "journal"} == LOGS
