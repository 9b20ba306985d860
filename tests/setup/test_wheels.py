"""The lock can be installed on a Pi without a compiler: asks PyPI, needs no Pi."""

import json
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

LOCK = Path(__file__).parent.parent.parent / "requirements.lock"


def locked() -> dict[str, str]:
    """Name and version of everything a Linux machine gets."""
    lines = re.findall(r"^([a-z0-9-]+)==(\S+)(?: ; (.*))? \\$", LOCK.read_text(), re.MULTILINE)
    return {name: version for name, version, marker in lines if "win32" not in marker}


@pytest.mark.registry
@pytest.mark.parametrize("version", ["3.11", "3.13"])
@pytest.mark.parametrize("machine", ["aarch64", "x86_64"])
def test_everything_locked_comes_as_a_wheel(version: str, machine: str, tmp_path: Path) -> None:
    """pip and not uv: only pip minds a package that forbids the Python of Debian 13."""
    report = tmp_path / "report.json"
    words = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"]
    words += ["--no-deps", "--require-hashes", "--only-binary=:all:", "-r", str(LOCK)]
    words += ["--report", str(report), "--target", str(tmp_path), "--implementation=cp"]
    words += [f"--python-version={version}"]
    words += [f"--platform=manylinux{tag}_{machine}" for tag in ("2014", "_2_28", "_2_34")]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    packages = [item["metadata"] for item in json.loads(report.read_text())["install"]]
    assert {
        package["name"].lower().replace("_", "-"): package["version"] for package in packages
    } == locked()


def test_the_lock_asks_for_nothing_that_only_some_linux_machines_get() -> None:
    """pip reads markers as those of the machine it runs on; so none may tell machines apart."""
    markers = set(re.findall(r"^[a-z0-9-]+==\S+ ; (.*) \\$", LOCK.read_text(), re.MULTILINE))
    assert not {marker for marker in markers if "machine" in marker or platform.machine() in marker}
