"""Takes the device code out of a learner's file: his kernels and what they use, and nothing else of it.

Which lanes run together is recorded beside the kernel, in its process. So that process holds nothing that could alter
the record: device code has the thread, plain functions and plain values (``grammar``), much as code for a GPU.
"""

from __future__ import annotations
import __future__

import ast
import dis
import importlib.util
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import CodeType

from graders.context import ARENA_BYTES, Context
from graders.errors import SubmissionRefusedError
from graders.loading import describe
from graders.process import Worker
from graders.simt.grammar import BUILTINS, problems

MOST_SOURCE = 1 << 20  # bytes
PROLOGUE = (
    "from __future__ import annotations; "
    f"__builtins__ = {{each: __builtins__[each] for each in ('__import__', *{BUILTINS!r})}}"
)


def start_workers(
    context: Context, kernels: Sequence[str], programs: Mapping[str, Path | None], *, arena_bytes: int = ARENA_BYTES
) -> tuple[Worker, list[Worker]]:
    """Start the workers of a lab, and first one that holds the learner's ``kernels`` and nothing else of his.

    Raises SubmissionError.
    """
    request = context.request
    with tempfile.TemporaryDirectory(prefix="device-code-") as folder:
        path = Path(folder) / "kernels.py"
        path.write_text(device_code(request.source, str(request.solution), kernels), encoding="utf-8")
        first, *others = context.start_workers({"kernels": path, **programs}, arena_bytes=arena_bytes)
    first.spec.log = partial(context.log, source="learner")
    return first, others


def device_code(source: bytes, shown_as: str, kernels: Sequence[str]) -> str:
    """The lines of ``kernels`` and of all that they use, at their places; raises SubmissionRefusedError."""
    if len(source) > MOST_SOURCE:
        raise SubmissionRefusedError(f"the file has {len(source):,} bytes, at most {MOST_SOURCE:,} are read")
    try:
        text = importlib.util.decode_source(source)
        tree = ast.parse(text, shown_as)
        compile(tree, shown_as, "exec", dont_inherit=True)
        lines, kept = text.split("\n"), [""] * (text.count("\n") + 1)
        for statement in _needed(tree, kernels):
            first = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", []))])
            kept[first - 1 : statement.end_lineno] = lines[first - 1 : statement.end_lineno]
        found = ast.parse("\n".join(kept), shown_as)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SubmissionRefusedError(describe(error, shown_as)) from error
    for line, problem in problems(found):
        shown = f"\n at line {line}: {lines[line - 1].strip()}" if 0 < line <= len(lines) else ""
        raise SubmissionRefusedError(f"a kernel and what it uses {problem}{shown}")
    return "\n".join([PROLOGUE, *(kept if kept[0] else kept[1:])])


def _needed(tree: ast.Module, kernels: Sequence[str]) -> list[ast.stmt]:
    """The top-level statements that the kernels need, in order."""
    loaded, binders = {}, defaultdict(list)
    for statement in tree.body:
        bound, loaded[statement] = _names(statement)
        for name in bound:
            binders[name].append(statement)
    missing = [name for name in kernels if not any(isinstance(each, ast.FunctionDef) for each in binders[name])]
    if missing:
        raise SubmissionRefusedError(f"a kernel is a function at the top of the file; missing: {', '.join(missing)}")
    found: set[ast.stmt] = set()
    wanted, seen = list(kernels), set(kernels)
    while wanted:
        for statement in set(binders[wanted.pop()]) - found:
            found.add(statement)
            wanted += loaded[statement] - seen
            seen |= loaded[statement]
    return [statement for statement in tree.body if statement in found]


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """What a top-level statement binds or changes, and what it and the functions in it load from the module."""
    flag = __future__.annotations.compiler_flag
    code = compile(ast.Module([statement], []), "statement", "exec", flag, dont_inherit=True)
    bound = {each.argval for each in dis.get_instructions(code) if each.opname == "STORE_NAME"}
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            bound |= _root(node)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        bound |= _root(statement.value.func)
    loaded: set[str] = set()
    waiting = [code]
    while waiting:
        code = waiting.pop()
        loaded |= {each.argval for each in dis.get_instructions(code) if each.opname in ("LOAD_NAME", "LOAD_GLOBAL")}
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
    return bound, loaded


def _root(node: ast.expr) -> set[str]:
    """The name before all dots and brackets: ``table`` of ``table.append`` and ``table[0]``."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
        if isinstance(node, ast.Name):
            return {node.id}
    return set()
