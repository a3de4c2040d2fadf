"""Known vulnerabilities of what is installed: ``make audit``.

pip-audit asks for advisories over the network. Where they do not answer it reports nothing found and succeeds, so this
looks at what was really asked. Exit codes: 0 all were audited and none is known to be vulnerable; 1 some are; 3 no
answer about some or all of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OURSELVES = "distribution marked as editable"


def told(packages: Sequence[Mapping[str, Any]]) -> tuple[list[str], int]:
    """Lines for a person and the exit code, from the packages of pip-audit's report."""
    asked = [one for one in packages if one.get("skip_reason") != OURSELVES]
    silent = [one["name"] for one in asked if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in asked for flaw in one.get("vulns", ())
    ]  # fmt: skip
    found = bool(lines)
    lines.append(f"{len(asked) - len(silent)} of {len(asked)} packages audited")
    if silent:
        few = ", ".join(silent[:5]) + (" ..." if len(silent) > 5 else "")
        lines.append(f"no advisories could be had for {len(silent)} packages ({few}): nothing is known about them;")
        lines.append("run it where the advisories can be reached over the network")
    return lines, 1 if found else 3 if silent or not asked else 0


def main() -> int:
    """Ask, and tell."""
    program = Path(sys.executable).with_name("pip-audit")
    call = [str(program), "--local", "--skip-editable", "--progress-spinner=off", "--format=json"]
    try:
        done = subprocess.run(call, check=False, capture_output=True, text=True)  # noqa: S603 - the environment's own
    except FileNotFoundError:
        print(f"nothing was audited: there is no {program}; make audit installs it", file=sys.stderr)  # noqa: T201
        return 3
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        why = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"nothing was audited: pip-audit got no answer ({why})", file=sys.stderr)  # noqa: T201
        return 3
    lines, code = told(packages)
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
