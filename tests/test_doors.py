"""One outside thing, one door; arrows point one way. Read from the imports themselves."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
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


FILES = sorted(KIOSK.rglob("*.py"))
PARTS = sorted({part_of(file) for file in FILES})


@cache
def imports_in(part: str) -> list[tuple[Path, str]]:
    """Each file of a part of the kiosk, with each name that it imports."""
    files = [file for file in FILES if part_of(file) == part]
    return [(file, name) for file in files for name in imports_of(file)]


@pytest.mark.parametrize("part", PARTS)
def test_every_outside_library_has_one_door(part: str) -> None:
    for file, name in imports_in(part):
        homes = HOMES.get(name.partition(".")[0])
        assert homes is None or part in homes, f"{file}: {name} belongs to {homes}"


@pytest.mark.parametrize("part", PARTS)
def test_arrows_point_one_way(part: str) -> None:
    for file, name in imports_in(part):
        if not name.startswith("kiosk."):
            continue
        ours = name.split(".")[1]
        if part == "sale":
            assert ours == "sale", f"{file}: the core imports nothing of ours"
        elif part in DOORS:
            assert ours in {*SHARED, part}, f"{file}: doors never import each other"
        elif part in SHARED:
            pytest.fail(f"{file}: what everybody may use imports nothing of ours")
        elif part in ("loop", "doors", "sale_log"):
            assert ours in {"sale", "doors", "sale_log"}, (
                f"{file}: the loop knows doors by Protocol"
            )


def test_the_core_imports_the_standard_library_alone() -> None:
    for file, name in imports_in("sale"):
        top = name.partition(".")[0]
        assert top == "kiosk" or top in sys.stdlib_module_names, f"{file.name}: {name}"
