"""Price files that somebody sent: kept aside, checked, and stored once a person has looked."""

from __future__ import annotations

import re
import secrets
import shutil
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.bars import iso
from alpha_discovery.errors import NotFound, StorageFailed, UserError
from alpha_discovery.market_data import Checked, Imported, Request, check_files, store
from alpha_discovery.market_data.importing import Mode

_NAME = re.compile(r"[^A-Za-z0-9_.+=-]+")
_ID = re.compile(r"[0-9a-f]{16}")
ENDINGS = (".csv", ".txt", ".gz", ".zip", ".parquet", ".feather", ".json")
ROWS = 20  # of a preview
MOST = 20  # files that are kept aside


class Uploads:
    """Files under ``user_data/uploads``, one folder each."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._root = place.settings.userdir / "uploads"

    def keep(self, name: str, content: IO[bytes]) -> str:
        """Keep a file aside; its id.

        Raises
        ------
        UserError
            For a name whose ending is none of a price file, or too many files that nobody stored or dropped.
        StorageFailed
            If it cannot be written.
        """
        safe = _NAME.sub("_", Path(name.replace("\\", "/")).name)[-100:].lstrip(".")
        if not safe.lower().endswith(ENDINGS):
            raise UserError(f"a price file ends with {', '.join(ENDINGS)}; found {name!r}")
        kept = list(self._root.glob("*")) if self._root.exists() else []
        if len(kept) >= MOST:
            raise UserError(f"{len(kept)} uploads wait; store or drop some first")
        upload_id = secrets.token_hex(8)
        folder = self._root / upload_id
        try:
            folder.mkdir(parents=True)
            with (folder / safe).open("wb") as out:
                shutil.copyfileobj(content, out)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise StorageFailed(f"cannot keep the upload ({error.strerror}); make room") from error
        return upload_id

    def check(self, upload_id: str, request: Request) -> Checked:
        """Read and judge a kept file, storing nothing; raises `NotFound`, `UserError`, `BadMarketData`."""
        return check_files([self._file(upload_id)], request)

    def store(self, upload_id: str, request: Request, mode: Mode) -> Imported:
        """Store what the check lets through, and drop the file; raises as `check` and `market_data.store`."""
        stored = store(self._place.catalog, self.check(upload_id, replace(request, mode=mode)), mode)
        self.drop(upload_id)
        return stored

    def drop(self, upload_id: str) -> None:
        """Forget a kept file; raises `NotFound`."""
        shutil.rmtree(self._file(upload_id).parent)

    def list(self) -> list[tuple[str, str, int]]:
        """Id, file name and size of every kept file."""
        files = sorted(self._root.glob("*/*")) if self._root.exists() else []
        return [(file.parent.name, file.name, file.stat().st_size) for file in files]

    def _file(self, upload_id: str) -> Path:
        files = list((self._root / upload_id).glob("*")) if _ID.fullmatch(upload_id) else []
        if not files:
            raise NotFound(f"no upload is kept under {upload_id!r}")
        return files[0]


def preview(checked: Checked) -> dict[str, Any]:
    """What a person looks at before storing: the market, the quality, the first bars."""
    raw, keep = checked.raw, checked.quality.keep[:ROWS]
    rows = [
        {"time": iso(int(raw.time[k])), **{name: float(getattr(raw, name)[k]) for name in _PRICES}} for k in keep
    ]
    return {
        "symbol": checked.instrument.symbol, "venue": checked.instrument.venue or None,
        "calendar": checked.instrument.calendar, "timeframe": checked.timeframe.name,
        "blocked": checked.quality.blocked, "quality": checked.quality.to_json(), "rows": rows,
    }  # fmt: skip


_PRICES = ("open", "high", "low", "close", "volume")
