"""What of a learner's file is device code, what is refused, and that sides of a branch stay different places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("numpy")

import numpy as np

from graders.errors import SubmissionRefusedError
from graders.loading import load_solution
from graders.manifest import DEFAULT_LABS
from graders.simt import LANES, Launch, execute, trace
from graders.simt.device import device_code
from graders.simt.positions import MOST_FRAMES

WARP = Launch((1, 1), (LANES, 1))
FILE = '''"""A file."""
import os
from math import gcd
import numpy as np
import typing

WIDTH: int = 4 * 8
TABLE = [1]
TABLE.append(gcd(WIDTH, 12))
i = os.getpid()


def helper(x: np.ndarray, i: int) -> "typing.Any":
    return x[i + TABLE[1] - 4]


class Elsewhere:
    pass


def kernel(t, x, out, input=3):
    i = t.threadIdx.x
    if i < WIDTH and input:
        out[i] = helper(x, i) + 1.0


if __name__ == "__main__":
    for i in range(3):
        print(os.getpid())
'''


def taken(source: str) -> str:
    return device_code(source.encode(), "mine.py", ["kernel"])


def test_a_kernel_takes_along_what_it_uses_and_each_line_stays_where_it_was() -> None:
    code = taken(FILE)
    lines, kept = FILE.split("\n"), code.split("\n")
    assert len(kept) == len(lines)
    assert [place for place, line in enumerate(lines) if "def kernel" in line] == [
        place for place, line in enumerate(kept) if "def kernel" in line
    ]
    assert "import os" not in code
    assert "numpy as" not in code
    assert "Elsewhere" not in code
    x, out = np.arange(LANES, dtype=np.float32), np.zeros(LANES, np.float32)
    kernel = load_solution(code.encode(), "mine.py", ["kernel"]).kernel
    execute(trace(kernel, WARP, [None, None]), WARP, [x, out])
    np.testing.assert_array_equal(out, x + 1)


@pytest.mark.parametrize(
    "body",
    [
        "t._tracer",
        "getattr(t, 'x')",
        "(lambda read=getattr: read)()(t, 'x')",
        "'{0._tracer}'.format(t)",
        "(each for each in ()).gi_frame",
        "__builtins__",
        "__import__('sys')",
        "helper(t)",
        "[named := exec]",
    ],
)
def test_what_reaches_further_than_the_thread_is_refused_with_its_line(body: str) -> None:
    with pytest.raises(SubmissionRefusedError, match="a kernel and what it uses"):
        taken(f"import sys\nhelper = sys.exit\ndef kernel(t, x):\n    {body}\n")


@pytest.mark.parametrize(
    "line",
    [
        "import sys",
        "from operator import attrgetter",
        "from functools import wraps",
        "import math as __builtins__",
        "try: pass\n    except ValueError as error: pass",
        "match t:\n        case object(_tracer=found): pass",
        "t.x = 3",
        "with t: pass",
        "class Sneaky: pass",
        "global x",
    ],
)
def test_statements_that_reach_further_are_refused(line: str) -> None:
    with pytest.raises(SubmissionRefusedError):
        taken(f"def kernel(t):\n    {line}\n")


@pytest.mark.parametrize(
    "source",
    [
        "X = 1; import sys\ndef kernel(t): return X",
        "read = getattr\ndef kernel(t): return read(t, 'x')",
        "def kernel(t, read=getattr): return read(t, 'x')",
        "def f(getattr): return 1\nread = getattr\ndef kernel(t): return f(read)",
        "kernel = len",
        "def kernel(t): return " + "-" * 5_000 + "1",
        "def kernel(t): pass\n#" + "x" * (1 << 20),
        "def kernel(t: return",
        'x = """\n"""; Y = 1\ndef kernel(t): return Y',
        "def other(t): pass",
    ],
)
def test_a_file_whose_device_code_cannot_be_taken_alone_is_refused(source: str) -> None:
    with pytest.raises(SubmissionRefusedError):
        taken(source)


def test_a_name_that_is_bound_elsewhere_does_not_bring_a_builtin_back() -> None:
    code = taken("def named(getattr): return 1\ndef kernel(t):\n    named(1)\n    return getattr(t, 'x')\n")
    with pytest.raises(NameError):
        load_solution(code.encode(), "mine.py", ["kernel"]).kernel(3)


@pytest.mark.parametrize(
    ("lab", "kernels"),
    [
        ("simt-memory", ["matrix_add", "transpose", "aos_to_soa", "block_sum"]),
        ("gemm-tiling", ["gemm_naive", "gemm_tiled"]),
        ("vector-add-cuda", ["vector_add"]),
    ],
)
def test_every_file_of_the_labs_has_device_code(lab: str, kernels: list[str]) -> None:
    folder = DEFAULT_LABS / lab
    for path in [folder / "starter.py", folder / "reference.py", *(folder / "mutants").glob("*.py")]:
        assert device_code(path.read_bytes(), str(path), kernels)


def active_share(kernel: Callable[..., Any]) -> float:
    return execute(trace(kernel, WARP, [None]), WARP, [np.zeros(LANES, np.float32)]).active_share


def test_two_functions_of_one_line_are_two_places() -> None:
    sides = (lambda x, i: x[i], lambda x, i: x[i])  # fmt: skip

    def kernel(t: Any, x: Any) -> None:
        sides[t.threadIdx.x % 2](x, t.threadIdx.x)

    assert active_share(kernel) == 0.5


def test_a_branch_is_seen_as_far_up_as_calls_may_go() -> None:
    def deep(calls: int, x: Any, i: int) -> Any:
        return deep(calls - 1, x, i) if calls else x[i]

    def kernel(calls: int) -> Callable[..., Any]:
        def run(t: Any, x: Any) -> None:
            if t.threadIdx.x % 2:
                deep(calls, x, t.threadIdx.x)
            else:
                deep(calls, x, t.threadIdx.x)

        return run

    assert active_share(kernel(MOST_FRAMES - 2)) == 0.5
    with pytest.raises(ValueError, match="32 deep"):
        active_share(kernel(MOST_FRAMES - 1))
