"""The part of Python that kernels may consist of: nothing in it reaches further than the thread."""

from __future__ import annotations

import ast
import builtins
import itertools
import math
from collections.abc import Iterator, Mapping

STATEMENTS = (
    ast.Module,
    ast.FunctionDef,
    ast.Return,
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.For,
    ast.While,
    ast.If,
    ast.Assert,
    ast.Expr,
    ast.Pass,
    ast.Break,
    ast.Continue,
    ast.Nonlocal,
)
EXPRESSIONS = (
    ast.BoolOp,
    ast.NamedExpr,
    ast.BinOp,
    ast.UnaryOp,
    ast.Lambda,
    ast.IfExp,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Yield,
    ast.YieldFrom,
    ast.Compare,
    ast.Call,
    ast.FormattedValue,
    ast.JoinedStr,
    ast.Constant,
    ast.Subscript,
    ast.Starred,
    ast.List,
    ast.Tuple,
    ast.Slice,
)
PARTS = (
    ast.alias,
    ast.comprehension,
    ast.arguments,
    ast.arg,
    ast.keyword,
    ast.operator,
    ast.boolop,
    ast.unaryop,
    ast.cmpop,
)
NODES = (ast.Import, ast.ImportFrom, ast.Name, ast.Attribute, *STATEMENTS, *EXPRESSIONS, *PARTS)

# fmt: off
ATTRIBUTES = frozenset({
    "threadIdx", "blockIdx", "blockDim", "gridDim", "x", "y", "shared", "syncthreads",
    "append", "extend", "insert", "pop", "copy", "clear", "count", "index", "reverse", "sort",
    "get", "items", "keys", "values", "add", "update", "bit_length",
})
BUILTINS = (
    "abs", "all", "any", "bool", "dict", "divmod", "enumerate", "filter", "float", "frozenset", "int", "iter", "len",
    "list", "map", "max", "min", "next", "pow", "print", "range", "repr", "reversed", "round", "set", "slice", "sorted",
    "str", "sum", "tuple", "zip",
)
# fmt: on
# Of no module anything that reads or writes an attribute by its name, as functools.wraps and operator.attrgetter do.
MODULES: Mapping[str, frozenset[str]] = {
    "math": frozenset(name for name in vars(math) if not name.startswith("_")),
    "itertools": frozenset(name for name in vars(itertools) if not name.startswith("_")),
    "functools": frozenset({"cache", "lru_cache", "partial", "reduce"}),
}
CALLED = ", ".join(MODULES)
ANNOTATIONS = ("annotation", "returns", "type_comment", "ctx")  # fields that are never evaluated


def problems(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and words for everything that is no device code; annotations are not looked at."""
    bound = {each.arg for each in ast.walk(tree) if isinstance(each, ast.arg)}
    bound |= {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    waiting: list[tuple[ast.AST, bool, int]] = [(tree, False, 1)]
    while waiting:
        node, inside, line = waiting.pop()
        line = getattr(node, "lineno", line)
        problem = _hidden_name(node) or _problem(node, bound if inside else set())
        if problem:
            yield line, problem
        for field, value in ast.iter_fields(node):
            # In a function a name can only mean a builtin that the module still has. Outside the loader's are in reach.
            body = inside or (field == "body" and isinstance(node, ast.FunctionDef | ast.Lambda))
            each_of = value if isinstance(value, list) else [value]
            if field not in ANNOTATIONS:
                waiting += [(each, body, line) for each in each_of if isinstance(each, ast.AST)]


def _hidden_name(node: ast.AST) -> str:
    for field in ("id", "attr", "name", "asname", "arg"):
        name = getattr(node, field, None)
        if isinstance(name, str) and name.startswith("__"):
            return f"cannot use the name {name}"
    return ""


def _problem(node: ast.AST, bound: set[str]) -> str:
    if isinstance(node, ast.Import):
        strange = [each.name for each in node.names if each.name not in MODULES]
        return f"can import {CALLED}, not {strange[0]}" if strange else ""
    if isinstance(node, ast.ImportFrom):
        offered = MODULES.get(node.module or "", frozenset()) if node.level == 0 else frozenset()
        strange = [each.name for each in node.names if each.name not in offered]
        return f"can import functions of {CALLED}, not {strange[0]} of {node.module}" if strange else ""
    if isinstance(node, ast.Attribute):
        known = node.attr in ATTRIBUTES or any(node.attr in offered for offered in MODULES.values())
        fine = known and isinstance(node.ctx, ast.Load)
        return (
            "" if fine else f"can read what t, a list, a dict, a set or {CALLED} has, not {node.attr}, and set nothing"
        )
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        unknown = hasattr(builtins, node.id) and node.id not in BUILTINS and node.id not in bound
        return f"cannot use {node.id}" if unknown else ""
    fine = isinstance(node, NODES)
    return "" if fine else f"consist of functions, constants, loops and branches, not of {type(node).__name__}"
