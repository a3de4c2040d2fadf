"""Make the separate environment of an engine that tests and benchmarks compare ours with.

    python tools/oracle_env.py backtesting
    python tools/oracle_env.py vectorbt
    python tools/oracle_env.py freqtrade

Each lives in ``.venv-oracles/NAME``, which git ignores. The package neither imports nor installs them: one is AGPL,
one GPL, the third needs 870 MB and its own numpy. Data passes through files only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINNED = {
    "backtesting": ("backtesting==0.6.6",),
    "vectorbt": ("vectorbt[rust]==1.2.0",),
    "freqtrade": ("freqtrade==2026.9",),
}


def python_of(name: str) -> Path:
    """The environment's interpreter; it exists once `make` has run."""
    return ROOT / ".venv-oracles" / name / "bin" / "python"


def make(name: str) -> None:
    """Create the environment, or leave it alone if it holds the pinned version."""
    folder = ROOT / ".venv-oracles"
    if not python_of(name).exists():
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        venv.create(folder / name, with_pip=True)
    pip = [str(python_of(name)), "-m", "pip", "--disable-pip-version-check"]
    wanted = {pin.partition("[")[0].partition("==")[0]: pin.partition("==")[2] for pin in PINNED[name]}
    listed = subprocess.check_output([*pip, "list", "--format=json"], text=True)  # noqa: S603 - the environment's pip
    found = {package["name"]: package["version"] for package in json.loads(listed)}
    if any(found.get(package) != version for package, version in wanted.items()):
        subprocess.run([*pip, "install", "--quiet", *PINNED[name]], check=True)  # noqa: S603
    sys.stdout.write(f"{name}: {python_of(name)}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PINNED:
        sys.exit(__doc__)
    make(sys.argv[1])
