"""What holds for every lab: its starter does not pass, its reference does, and the record gives the verdict again.

The mutants take longer than a test suite should: ``studyctl dev check`` (``make labs``) runs them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graders import manifest
from graders.manifest import Lab
from graders.selfcheck import grade
from graders.verify import verify

LABS = manifest.load_all()
ATTEMPTS = 2

every_lab = pytest.mark.parametrize("lab", [pytest.param(lab, id=lab.slug) for lab in LABS])


@pytest.fixture(scope="module")
def ceilings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measured by the first lab that needs them."""
    return tmp_path_factory.mktemp("machine") / "ceilings.json"


@every_lab
def test_the_starter_runs_and_does_not_pass(lab: Lab, ceilings: Path) -> None:
    event = grade(lab, lab.folder / "starter.py", "--ceilings", str(ceilings))
    if event["verdict"] == "unavailable":
        pytest.skip(event["reason"])
    assert event["verdict"] not in {"passed", "broken"}, event["reason"]
    assert "the referee could not finish" not in event["reason"]


@every_lab
def test_the_reference_passes_and_its_samples_say_so_again(lab: Lab, ceilings: Path, tmp_path: Path) -> None:
    for _ in range(ATTEMPTS):
        event = grade(lab, lab.folder / "reference.py", "--ceilings", str(ceilings))
        if event["verdict"] != "noisy":
            break
    if event["verdict"] in {"unavailable", "noisy"}:
        pytest.skip(event["reason"])
    assert event["verdict"] == "passed", event["reason"]
    assert event["plots"]
    assert event["seconds"] < lab.budget["quick"] <= 60
    record = tmp_path / "record.json"
    record.write_text(json.dumps(event, sort_keys=True))
    found = verify(record, lab.folder.parent, lab.folder / "reference.py")
    assert (found.sealed, found.holds, found.changed, found.differences) == (True, True, [], [])


@every_lab
def test_every_mutant_has_a_check_of_its_own(lab: Lab) -> None:
    assert len({mutant.fails for mutant in lab.mutants}) == len(lab.mutants) >= 3
    assert {path.name for path in (lab.folder / "mutants").glob("*.py")} == {Path(m.file).name for m in lab.mutants}


@every_lab
def test_every_hint_costs_more_than_the_one_before(lab: Lab) -> None:
    costs = [hint.cost for hint in lab.hints]
    assert len(costs) >= 3
    assert costs == sorted(set(costs))
    assert all(len(hint.text) > 20 for hint in lab.hints)


@every_lab
def test_the_page_asks_the_question_and_explains_each_threshold(lab: Lab) -> None:
    page = (lab.folder / "README.md").read_text(encoding="utf-8")
    assert page.startswith("# ")
    assert len(page) > 1500
    assert lab.slug in page or lab.title in page


@every_lab
def test_the_lists_of_labs_name_it(lab: Lab) -> None:
    root = lab.folder.parent.parent
    for page in (root / "README.md", root / "labs" / "README.md"):
        assert f"`{lab.slug}`" in page.read_text(encoding="utf-8"), page


@every_lab
def test_a_kept_record_is_whole_and_gives_its_verdict_again(lab: Lab) -> None:
    for path in (lab.folder.parent.parent / "data" / "records").glob(f"{lab.slug}-*.json"):
        found = verify(path, lab.folder.parent, None)
        assert found.sealed
        assert found.holds or found.changed, found.differences
