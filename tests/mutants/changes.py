"""Every way in which a module's decisions can be changed, one at a time."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SUMS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
}
_OTHER_NAME: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the `node`-th node of a module, in its `way`-th way, and how that reads.

    `lines` are where it is, from near to far: its own, its statement's, its function's.
    """

    module: str
    node: int
    way: int
    lines: tuple[range, ...]
    reads: str

    @property
    def line(self) -> int:
        """The first line that is changed."""
        return self.lines[0].start

    @property
    def name(self) -> str:
        """The same from run to run, as long as the module is."""
        return f"{self.module}:{self.line}:{self.node}:{self.way}"


def mutants_of(module: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a module's text."""
    tree = ast.parse(text)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for number, node in enumerate(_decisions(tree)):
        before = ast.unparse(node)
        for way, after in enumerate(_changed(node)):
            reads = f"{before}  ->  {ast.unparse(after)}"
            yield Mutant(module, number, way, _lines(node, parents), reads[:300])


def _lines(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> tuple[range, ...]:
    """The lines of a node, and of the statement and the functions around it."""
    shown = node
    if isinstance(node, ast.match_case):
        shown = node.guard or node.pattern
    elif isinstance(node, ast.If):
        shown = node.test
    lines = [_range(shown)]
    around: ast.AST | None = node
    while around is not None:
        if isinstance(around, ast.stmt) and _range(around) not in lines:
            lines.append(_range(around))
        around = parents.get(around)
    return tuple(lines)


def _range(node: ast.AST) -> range:
    assert isinstance(node, ast.expr | ast.stmt | ast.pattern)
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def mutated(text: str, mutant: Mutant) -> str:
    """The module's text with one change."""
    tree = ast.parse(text)
    node = list(_decisions(tree))[mutant.node]
    changed = list(_changed(node))[mutant.way]
    node.__class__ = changed.__class__
    node.__dict__.update(changed.__dict__)
    return ast.unparse(ast.fix_missing_locations(tree))


def _decisions(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that decide; no types, log lines, asserts, and no pauses that could be any."""
    if isinstance(tree, ast.Assert | ast.Raise | ast.JoinedStr) or _is_log(tree):
        return
    if isinstance(tree, ast.If) and all(_is_log(child) for child in (*tree.body, *tree.orelse)):
        return
    if isinstance(tree, ast.AnnAssign) and ast.unparse(tree.annotation) == "Final":
        return
    if isinstance(tree, ast.expr | ast.If | ast.match_case):
        yield tree
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef) and _may_be_none(tree):
        yield from (child for child in ast.walk(tree) if isinstance(child, ast.Return))
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "pattern"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _decisions(child)


def _may_be_none(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return function.returns is not None and "| None" in ast.unparse(function.returns)


def _is_log(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).startswith("log.")
    )


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[op]):
            for other in _COMPARISONS[type(op)]:
                yield _with(node, ops=[other()])
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                for other in _COMPARISONS[type(op)]:
                    yield _with(node, ops=[*ops[:place], other(), *ops[place + 1 :]])
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for place in range(len(values)):
                left = [*values[:place], *values[place + 1 :]]
                yield left[0] if len(left) == 1 else _with(node, values=left)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.BinOp(op=op) if type(op) in _SUMS:
            yield _with(node, op=_SUMS[type(op)]())
        case ast.Name(id=name) if name in _OTHER_NAME and isinstance(node.ctx, ast.Load):
            yield _with(node, id=_OTHER_NAME[name])
        case ast.If() | ast.IfExp():
            yield _with(node, test=ast.Constant(True))
            yield _with(node, test=ast.Constant(False))
        case ast.match_case(guard=ast.expr()):
            yield _with(node, guard=None)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _with(node: ast.AST, **changes: object) -> ast.AST:
    changed = copy.copy(node)
    changed.__dict__.update(changes)
    return changed
