"""The dashboard's files, where they were built; else a page that says how to build them."""

from __future__ import annotations

import secrets
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

from alpha_discovery.http.middleware import page_policy
from alpha_discovery.http.options import PREFIX

NONCE = "__CSP_NONCE__"  # stands in the page where each answer gets a nonce of its own
ABSENT = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Alpha Discovery</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style nonce="{NONCE}">body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto;
padding: 0 1rem }}
code {{ background: #8882; padding: .1em .3em; border-radius: 4px }}</style></head>
<body><h1>The server runs; its pages are not built</h1>
<p>This is a source checkout. Build the dashboard with <code>make web</code> and start the server again.</p>
<p>Programs can use the interface now: its description is at <a href="{PREFIX}/openapi.json">openapi.json</a>.</p>
</body></html>
"""


def bundle() -> Path | None:
    """The folder of the built dashboard; None if it was not built."""
    folder = Path(str(files("alpha_discovery"))) / "web"
    return folder if (folder / "index.html").is_file() else None


def add_pages(app: FastAPI, folder: Path | None) -> None:
    """Serve the dashboard from ``folder`` beside the API; addresses without a file are the page's own."""

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        """A file of the dashboard, or the page itself."""
        if path.startswith(("api/", "metrics")):
            raise HTTPException(404)
        if folder is None:
            if path:
                raise HTTPException(404)
            return _with_nonce(ABSENT)
        file = (folder / path).resolve()
        if path not in ("", "index.html") and file.is_file() and file.is_relative_to(folder.resolve()):
            lasting = path.startswith("assets/")  # their names carry a hash of what they hold
            return FileResponse(file, headers={"Cache-Control": "max-age=31536000, immutable"} if lasting else {})
        if "." in path.rpartition("/")[2] and path != "index.html":
            raise HTTPException(404)
        return _with_nonce((folder / "index.html").read_text(encoding="utf-8"))


def _with_nonce(page: str) -> HTMLResponse:
    """A page whose style sheets are let in by a nonce that nobody can foresee."""
    nonce = secrets.token_urlsafe(16)
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": page_policy(nonce)}
    return HTMLResponse(page.replace(NONCE, nonce), headers=headers)
