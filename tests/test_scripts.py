"""The page's scripts: their own tests, and that the committed bundles are made of the modules next to them."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from saliency_viz.paths import assets

ROOT = assets().parent
TESTS = sorted((ROOT / "tests" / "scripts").glob("*.test.js"))


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs node in the repository; the test is skipped where there is none."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("needs node (Debian: apt-get install nodejs npm)")
    return subprocess.run([found, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_the_scripts_compute_what_their_tests_say() -> None:
    assert len(TESTS) >= 3
    done = node("--test", *map(str, TESTS))
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"^# pass (\d+)$|pass (\d+)$", done.stdout, re.M)[0].split()[-1]) >= 40


def test_the_committed_bundles_are_those_of_the_modules() -> None:
    if not (ROOT / "node_modules" / "esbuild").is_dir():
        pytest.skip("needs the scripts' tools: npm ci")
    done = node("assets/build.js", "--check")
    assert done.returncode == 0, done.stderr


def test_no_file_of_the_scripts_is_longer_than_one_can_read() -> None:
    """eslint holds functions to 60 lines too; this holds without node."""
    paths = [path for folder in ("viewer", "app", "shared") for path in (assets() / folder).rglob("*.js")]
    long = {path.name: count for path in paths if (count := path.read_text("utf-8").count("\n")) > 200}
    assert len(paths) > 100 and long == {}


def test_the_tools_lock_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock and "://" not in re.sub(r'"(url|funding)": .*', "", lock)
