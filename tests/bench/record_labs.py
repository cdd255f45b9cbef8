"""Runs the reference of every lab once and keeps its record under data/records/, one file for each lab and device.

    python tests/bench/record_labs.py [SLUG ...] [--device cpu|cuda:0] [--profile quick|full]

Needs what the labs need (torch, numpy, the standard library), so it runs on a bare GPU machine, too. A lab that cannot
run there is skipped; a noisy or failed reference is shown and not kept. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from graders import manifest  # noqa: E402 - the script runs from anywhere
from graders.selfcheck import grade  # noqa: E402

RECORDS = ROOT / "data" / "records"
ATTEMPTS = 3


def main() -> int:
    """Exit code 1 when a reference did not pass."""
    parser = argparse.ArgumentParser()
    parser.add_argument("slugs", nargs="*")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--profile", default="quick")
    options = parser.parse_args()
    labs = [manifest.find(slug) for slug in options.slugs] or manifest.load_all()
    verdicts = {}
    RECORDS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--device", options.device, "--profile", options.profile]
        arguments += ["--ceilings", str(Path(folder) / "ceilings.json")]
        for lab in labs:
            verdicts[lab.slug] = _record(lab, options.device, arguments)
            sys.stderr.write(f"{lab.slug:24} {verdicts[lab.slug]}\n")
    print(json.dumps(verdicts, indent=1))
    return 0 if set(verdicts.values()) <= {"passed", "unavailable", "not for this device"} else 1


def _record(lab: manifest.Lab, device: str, arguments: list[str]) -> str:
    if device.partition(":")[0] not in lab.devices:
        return "not for this device"
    verdict = "noisy"
    for _ in range(ATTEMPTS):
        event = grade(lab, lab.folder / "reference.py", *arguments)
        verdict = str(event["verdict"])
        if verdict != "noisy":
            break
    if verdict == "passed":
        path = RECORDS / f"{lab.slug}-{device.partition(':')[0]}.json"
        path.write_text(json.dumps(event, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    elif verdict != "unavailable":
        sys.stderr.write(f"{event['reason']}\n")
    return verdict


if __name__ == "__main__":
    sys.exit(main())
