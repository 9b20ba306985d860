"""One outside thing, one door; arrows point one way. Read from the imports themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

KIOSK = Path(__file__).parent.parent / "kiosk"
# Each door may use these: one owner for what several would else do in ways of their own.
SHARED = {"sale", "clock", "durable_files", "redaction"}
DOORS = ("panel", "screen", "wallet", "journal", "host", "printer", "simulate")
HOMES = {
    "pygame": {"screen"},
    "qrcode": {"screen"},
    "babel": {"screen"},
    "bidi": {"screen"},
    "gpiozero": {"panel"},
    "gpiod": {"panel"},
    "gql": {"wallet"},
    "websockets": {"wallet"},
    "sqlite3": {"journal"},
    "dotenv": {"settings_file"},
    "ctypes": {"host"},
    "subprocess": {"host", "provision", "screen"},
    "ariadne": {"simulate"},
    "graphql": {"simulate", "wallet"},
    "xlsxwriter": {"commands"},
    "zxingcpp": {"simulate"},
    "PIL": {"simulate"},
    "bolt11": {"wallet", "simulate"},
    "aiohttp": {"wallet", "simulate", "phone_setup"},
    "aiohappyeyeballs": {"wallet"},
    "coincurve": {"simulate"},
}
FILES = sorted(KIOSK.rglob("*.py"))


def part_of(file: Path) -> str:
    """The package or module directly below kiosk that a file belongs to."""
    return file.relative_to(KIOSK).parts[0].removesuffix(".py")


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(KIOSK)))
def test_every_outside_library_has_one_door(file: Path) -> None:
    for name in imports_of(file):
        homes = HOMES.get(name.partition(".")[0])
        assert homes is None or part_of(file) in homes, f"{name} belongs to {homes}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(KIOSK)))
def test_arrows_point_one_way(file: Path) -> None:
    here = part_of(file)
    ours = {name.split(".")[1] for name in imports_of(file) if name.startswith("kiosk.")}
    if here == "sale":
        assert ours <= {"sale"}, "the core imports nothing of ours"
    elif here in DOORS:
        assert ours <= {*SHARED, here}, "doors never import each other"
    elif here in SHARED:
        assert not ours, "what everybody may use imports nothing of ours"
    elif here in ("loop", "doors", "sale_log"):
        assert ours <= {"sale", "doors", "sale_log"}, "the loop knows doors by Protocol"


def test_the_core_imports_the_standard_library_alone() -> None:
    import sys

    for file in (KIOSK / "sale").glob("*.py"):
        for name in imports_of(file):
            top = name.partition(".")[0]
            assert top == "kiosk" or top in sys.stdlib_module_names, f"{file.name}: {name}"
