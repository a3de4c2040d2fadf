"""``python -m alpha_discovery.http > web/openapi.json``: the description from which the dashboard's client is made."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.http.app import create_app, make_site
from alpha_discovery.http.options import HttpOptions
from alpha_discovery.settings import Settings


def description() -> str:
    """The OpenAPI description of a server with the usual options, as JSON that ends with a line feed."""
    with tempfile.TemporaryDirectory() as folder, open_lab(Settings(userdir=Path(folder), workers=1)) as opened:
        return json.dumps(create_app(make_site(opened, HttpOptions())).openapi(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(description())
