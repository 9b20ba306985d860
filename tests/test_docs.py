"""What README, CONTRIBUTING and docs/ name is there: files, modules, tests, settings, commands."""

import argparse
import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.__main__ import _parser
from kiosk.provision.wifi import NAMES as WIFI_NAMES
from kiosk.screen.text.trouble_texts import TROUBLES
from kiosk.settings import TABLE

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("kiosk", "tests", "systemd", "docs", ".ci")

page_by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def code_of(page: Path) -> Iterator[str]:
    """What is written as code: in a line, and in the lines of a block."""
    text = page.read_text()
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from (" ".join(code.split()) for code in re.findall(r"`([^`]+)`", text))


@page_by_page
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target.partition("#")[0]).exists(), target


@page_by_page
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = {word for code in code_of(page) for word in code.split() if "/" in word}
    for word in named:
        path = word.partition("::")[0].rstrip(":,.")
        if path.split("/")[0] in FOLDERS and not path.startswith("docs/api"):
            assert any(ROOT.glob(path.rstrip("/"))), word


@page_by_page
def test_every_test_that_is_cited_is_there(page: Path) -> None:
    for file, name in re.findall(r"(tests/[\w/]+\.py)::(\w+)", page.read_text()):
        tree = ast.parse((ROOT / file).read_text())
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in names, f"{file}::{name}"


@page_by_page
def test_every_module_that_is_run_can_be_found(page: Path) -> None:
    for name in re.findall(r"python -m ((?:kiosk|tests)[\w.]*)", page.read_text()):
        assert importlib.util.find_spec(name), name


@page_by_page
def test_every_setting_that_is_named_is_one(page: Path) -> None:
    names = re.findall(r"\b(?:KIOSK|BLINKPOS|BLINK|MERCHANT|WIFI)_[A-Z_]+\b", page.read_text())
    known = {*TABLE, *WIFI_NAMES}
    assert [name for name in names if name not in known] == []


@page_by_page
def test_every_command_of_the_kiosk_is_one_with_these_options(page: Path) -> None:
    for code in code_of(page):
        called = re.match(r"(?:sudo )?(?:\.venv/bin/)?kiosk ([a-z]+)\b(.*)", code)
        if called is None:
            continue
        options = re.findall(r"--[a-z-]+", called[2])
        known = options_of(called[1])
        assert set(options) <= known, f"{code}: only {sorted(known)}"


def options_of(command: str) -> set[str]:
    """The options of a command of the kiosk, those of its own commands included."""

    def all_of(parser: argparse.ArgumentParser) -> Iterator[str]:
        for action in parser._actions:
            yield from action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                for inner in action.choices.values():
                    yield from all_of(inner)

    commands = next(
        action
        for action in _parser(command)._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    assert command in commands.choices, f"kiosk {command}"
    return set(all_of(commands.choices[command]))


@page_by_page
def test_every_command_of_the_setup_is_one(page: Path) -> None:
    usage = re.search(r"<<'END'\n(.*?)\nEND", (ROOT / "setup.sh").read_text(), re.DOTALL)
    assert usage is not None
    for code in code_of(page):
        for called in re.findall(r"setup\.sh ([a-z]+)", code):
            assert re.search(rf"^  (sudo \./setup\.sh )?{called}\b", usage[1], re.MULTILINE), code


def test_the_troubles_that_are_explained_are_what_the_screen_says() -> None:
    said = {what for what, _ in TROUBLES.values()}
    page = (ROOT / "docs/operating.md").read_text()
    table = page[page.index("| the screen says |") :].split("\n\n")[0]
    for row in table.splitlines()[2:]:
        words = row.split("|")[1].strip()
        first, _, second = words.partition(" / ")
        begin = first.rsplit(" ", 1)[0].removesuffix(" is")
        for text in (first, f"{begin} {second}") if second else (first,):
            start = text.partition("…")[0].strip()
            assert any(what.startswith(start) for what in said), text


def test_the_words_of_the_log_are_those_of_the_program() -> None:
    page = (ROOT / "docs/operating.md").read_text()
    sentence = page[page.index("step by step:") :].partition(". ")[0]
    words = [word.partition(" reason")[0] for word in re.findall(r"`([a-z =]+)`", sentence)]
    sources = "".join(file.read_text() for file in (ROOT / "kiosk").rglob("*.py"))
    assert len(words) > 10
    assert [word for word in words if not re.search(rf'"{word}[ "]', sources)] == []
