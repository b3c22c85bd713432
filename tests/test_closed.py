"""What no code of the box does: call a shell, evaluate text, load what can bring code along."""

import ast
from pathlib import Path

import pytest

import runout

BOX = Path(runout.__file__).parent
EVALUATES = {"eval", "exec", "compile", "__import__"}
BRINGS_CODE = {"pickle", "marshal", "shelve", "dill", "joblib"}
CALLS_SHELL = {("os", "system"), ("os", "popen"), ("subprocess", "getoutput")}


def risks(code: str) -> list[str]:
    """What a module does of all this, and in which line."""
    found = []
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=names) if {one.name.split(".")[0] for one in names} & BRINGS_CODE:
                found.append(f"line {node.lineno}: brings code")
            case ast.ImportFrom(module=str(name)) if name.split(".")[0] in BRINGS_CODE:
                found.append(f"line {node.lineno}: brings code")
            case ast.Call(func=ast.Name(id=name)) if name in EVALUATES:
                found.append(f"line {node.lineno}: {name}")
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if (owner, name) in CALLS_SHELL:
                found.append(f"line {node.lineno}: {owner}.{name}")
            case ast.keyword(arg="shell" | "allow_pickle", value=value):
                if not (isinstance(value, ast.Constant) and value.value is False):
                    found.append(f"line {value.lineno}: {node.arg}")
    return found


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "eval('1')",
        "import os\nos.system('ls')",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
    ],
)
def test_each_is_found(code: str) -> None:
    assert len(risks(code)) == 1


def test_none_is_in_the_box() -> None:
    modules = list(BOX.rglob("*.py"))
    assert len(modules) > 100
    found = {str(path.relative_to(BOX)): risks(path.read_text("utf-8")) for path in modules}
    assert {name: what for name, what in found.items() if what} == {}
