"""Path-sensitive walks: which calls have happened when control leaves a body."""

from __future__ import annotations

import pytest

from faceoff_lint import ir
from faceoff_lint.flow.paths import MAX_STATES, Jump, explore
from faceoff_lint.lowering import lower

NEVER = {"abort": Jump.THROW, "exit": Jump.HALT}


def body(text: str, suffix: str) -> list[ir.Stmt]:
    module = lower(text, suffix)
    (function,) = [s for s in module.body if isinstance(s, ir.FuncDecl)]
    return function.func.body


START: tuple[str, ...] = ()


def step(node: ir.Node, state: tuple[str, ...]) -> tuple[str, ...] | Jump:
    if isinstance(node, ir.Call) and isinstance(node.func, ir.Name):
        return NEVER.get(node.func.id) or (*state, node.func.id)
    return state


def ways(statements: list[ir.Stmt]) -> set[str] | None:
    """``a b end``: the calls of one way through, and how it leaves."""
    exits = explore(statements, START, step)
    return None if exits is None else {" ".join((*e.state, e.how)) for e in exits}


JAVASCRIPT = {
    "a(); b();": {"a b end"},
    "if (x) a(); b();": {"a b end", "b end"},
    "if (x) return a(); b();": {"a return", "b end"},
    "if (x) a(); if (!x) b();": {"a end", "b end"},
    "if (x) a(); x = y; if (!x) b();": {"a b end", "a end", "b end", "end"},
    "if (k === 'a') a(); if (k === 'b') b();": {"a end", "b end", "end"},
    "if (err) a(); if (err != null) b();": {"a b end", "b end", "end"},
    "if (x && y) return a(); if (!x) b();": {"a return", "b end", "end"},
    "x && a(); x || b();": {"a end", "b end"},
    "x ? a() : b();": {"a end", "b end"},
    "switch (k) { case 1: a(); break; case 2: b(); default: c(); }": {"a end", "b c end", "c end"},
    "switch (k) { case 1: return a(); } b();": {"a return", "b end"},
    "try { a(); } catch (e) { b(); }": {"a end", "b end"},
    "try { a(); b(); } catch (e) { return c(); } d();": {"a b d end", "c return", "a c return"},
    "try { a(); } finally { b(); }": {"a b end"},
    "try { return a(); } finally { b(); }": {"a b return"},
    "try { throw e; } catch (e) { a(); }": {"a end"},
    "if (x) throw e; a();": {"throw", "a end"},
    "exit(); a();": set(),
    "while (true) { if (x) break; y = 1; } a();": {"a end"},
    "while (true) { }": set(),
    "for (const i of is) { if (i) return a(); } b();": {"a return", "b end"},
    "o: for (const i of k) { for (const j of i) { if (j) continue o; break o; } } a();": {"a end"},
    "do { if (x) return a(); } while (y); b();": {"a return", "b end"},
    "const f = () => a(); b();": {"b end"},
    "let t; if (x) t = y; else if (t) a(); b();": {"b end"},
    "let ok = false; if (!ok) a(); b();": {"a b end"},
    "let t; run(() => { t = 1; }); if (t) a();": {"run a end", "run end"},
    "let n = 0; n++; if (n) a();": {"a end", "end"},
    "let t; for (const i of is) { if (t) return a(); t = i; }": {"a return", "end"},
}  # fmt: skip

PYTHON = {
    "    if x:\n        return a()\n    elif y:\n        b()": {"a return", "b end", "end"},
    "    abort()\n    a()": {"throw"},
    "    try:\n        abort()\n    except Exception:\n        a()": {"a end"},
    "    try:\n        abort()\n    except KeyError:\n        a()": {"a end", "throw"},
    "    try:\n        a()\n    except E:\n        b()\n    else:\n        c()": {
        "a c end", "b end",
    },
    "    with x.suppress(E):\n        a()\n        b()\n    c()": {"a b c end", "a c end", "c end"},
    "    for i in j:\n        if i:\n            break\n    else:\n        a()\n    b()": {
        "a b end", "b end",
    },
    "    if m == 'GET':\n        return a()\n    if m == 'POST':\n        return b()": {
        "a return", "b return", "end",
    },
    "    match x:\n        case 1:\n            a()\n        case _:\n            b()": {
        "a end", "b end",
    },
    "    if not x:\n        a()\n    if x is None:\n        b()": {"a b end", "a end", "end"},
}  # fmt: skip


@pytest.mark.parametrize("code", JAVASCRIPT)
def test_javascript(code: str) -> None:
    assert ways(body(f"function f(x, y, k, err) {{ {code} }}", ".js")) == JAVASCRIPT[code]


@pytest.mark.parametrize("code", PYTHON)
def test_python(code: str) -> None:
    assert ways(body(f"def f(x, y, m):\n{code}\n", ".py")) == PYTHON[code]


def test_too_many_states_are_given_up() -> None:
    code = "".join(f"if (c{n}) a{n}(); " for n in range(MAX_STATES))
    assert ways(body(f"function f() {{ {code} }}", ".js")) is None


def test_what_was_decided_is_forgotten_before_giving_up() -> None:
    code = "".join(f"if (c{n}) y = {n}; " for n in range(MAX_STATES)) + "a();"
    assert ways(body(f"function f() {{ {code} }}", ".js")) == {"a end"}


def test_what_a_throwing_call_leaves_behind() -> None:
    def thrown(node: ir.Node, state: tuple[str, ...]) -> tuple[str, ...] | None:
        name = node.func.id if isinstance(node, ir.Call) and isinstance(node.func, ir.Name) else ""
        return None if name == "safe" else (*state, f"no-{name}")

    code = "try { safe(); a(); } catch (e) { b(); }"
    exits = explore(body(f"function f() {{ {code} }}", ".js"), START, step, thrown=thrown)
    assert exits is not None
    assert {e.state for e in exits} == {("safe", "a"), ("safe", "no-a", "b")}
