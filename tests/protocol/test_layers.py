"""The layers: a package imports itself and what stands below it, and the protocols do no I/O."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailshell

ROOT = Path(mailshell.__file__).parent
#: From the bottom to the top.
ORDER = (
    "exits", "streams", "folders", "secret", "text", "protocol", "sasl", "assist", "help", "explain", "highlight",
    "transport", "wire", "lint", "remember", "misbehave", "contract", "nobody", "answers", "dispatch",
    "connection_end", "session", "render", "report", "trace", "recording", "replay", "export", "check", "complete",
    "demo", "config", "interpreter", "shell", "modes", "command_line", "cli",
)  # fmt: skip
#: Modules that start the program or that anybody may ask, e.g. for the version; and what pytest loads.
OUTSIDE = {"__init__", "__main__", "pytest_plugin"}
NOT_IN_PROTOCOL = {
    "socket", "ssl", "asyncio", "threading", "time", "os", "sys", "io", "pathlib", "subprocess", "logging",
    "prompt_toolkit", "pygments", "select", "selectors", "signal", "shutil", "tempfile", "multiprocessing", "random",
}  # fmt: skip
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


def package(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(module: Path, *, with_typing: bool) -> Iterator[tuple[str, int]]:
    """The modules that a module imports, with absolute names, and the lines."""
    todo: list[ast.AST] = [ast.parse((ROOT / module).read_text(encoding="utf-8"))]
    here = ["mailshell", *module.with_suffix("").parts]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: -node.level]] if node.level else []
            name = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            if name == "mailshell":
                yield from ((f"mailshell.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield name, node.lineno
        for child in ast.iter_child_nodes(node):
            if with_typing or not is_type_checking(child):  # type: ignore[arg-type]
                todo.append(child)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_point_down(module: Path) -> None:
    own = package(module)
    if own in OUTSIDE:
        return
    assert own in ORDER, f"{own} has no place among the layers"
    below = {own} if own == "transport" else set(ORDER[: ORDER.index(own) + 1])
    below |= {"text", "__version__"}
    for name, line in imports(module, with_typing=own != "protocol"):
        parts = name.split(".")
        if parts[0] == "mailshell" and len(parts) > 1:
            assert parts[1] in below, f"{module}:{line} imports {name}"


@pytest.mark.parametrize("module", [m for m in MODULES if package(m) == "protocol"], ids=str)
def test_the_protocols_do_no_io(module: Path) -> None:
    for name, line in imports(module, with_typing=False):
        assert name.split(".")[0] not in NOT_IN_PROTOCOL, f"{module}:{line} imports {name}"
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"open", "print", "input", "eval", "exec"}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_the_terminal_library_stays_in_the_shell(module: Path) -> None:
    if package(module) != "shell":
        for name, line in imports(module, with_typing=True):
            assert name.split(".")[0] != "prompt_toolkit", f"{module}:{line} imports {name}"


def test_nothing_is_named_utils() -> None:
    assert not [
        module for module in MODULES if {"utils", "util", "helpers", "misc"} & {Path(p).stem for p in module.parts}
    ]
