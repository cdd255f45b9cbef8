"""``python -m tests.cheats [--json] [WORD ...]``: the table of attacks and of the honest crowd.

Words choose submissions whose name or lab contains one of them. Exit code 1 when one came out wrong.
"""

from __future__ import annotations

import json
import sys

from tests.cheats.referee import Judged, judge
from tests.cheats.submission import Submission, attacks, honest


def main(arguments: list[str]) -> int:
    """Print one line for each submission, or one JSON document."""
    words = [word for word in arguments if not word.startswith("-")]
    as_json = "--json" in arguments
    chosen = [each for each in [*attacks(), *honest()] if _wanted(each, words)]
    results = []
    for each in chosen:
        results.append(judge(each))
        (sys.stderr if as_json else sys.stdout).write(_line(results[-1]) + "\n")
    if as_json:
        sys.stdout.write(json.dumps([result.as_dict() for result in results], indent=1) + "\n")
    wrong = sum(result.right is False for result in results)
    sys.stderr.write(f"{len(results)} submissions, {wrong} came out wrong\n")
    return 1 if wrong else 0


def _wanted(submission: Submission, words: list[str]) -> bool:
    return not words or any(word in submission.name or word in submission.lab for word in words)


def _line(result: Judged) -> str:
    mark = {True: "ok  ", False: "BAD ", None: "skip"}[result.right]
    failed = ", ".join(result.failed)
    text = f"{mark} {result.name:36} {result.lab:22} {result.expect:12} {result.verdict:10} {result.seconds:5.1f} s"
    return f"{text}  {failed or result.reason[:80]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
