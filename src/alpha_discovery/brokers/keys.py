"""Keys of exchanges: from the environment, or from a file that a passphrase opens. Never from a command line.

The file is JSON inside Fernet (AES-128-CBC with HMAC-SHA256); its key comes from the passphrase by scrypt with a random
salt.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from alpha_discovery.errors import NotFound, UserError

_SALT = 16
_COST = 2**15  # scrypt: 32 MiB and about a tenth of a second


@dataclass(frozen=True)
class Keys:
    """What an exchange asks for; ``password`` is the third secret that some have."""

    key: str
    secret: str
    password: str = ""

    def __repr__(self) -> str:
        return "<Keys>"  # so that no log shows them


def keys_from_environment(venue: str, environment: Mapping[str, str] = os.environ) -> Keys | None:
    """``ALPHA_KEY_BINANCE``, ``ALPHA_SECRET_BINANCE`` and, where there is one, ``ALPHA_PASSWORD_BINANCE``."""
    name = venue.upper()
    key, secret = environment.get(f"ALPHA_KEY_{name}"), environment.get(f"ALPHA_SECRET_{name}")
    if not key or not secret:
        return None
    return Keys(key, secret, environment.get(f"ALPHA_PASSWORD_{name}", ""))


class KeyFile:
    """The encrypted file.

    Parameters
    ----------
    path : Path
        Only its owner may read it.
    passphrase : str
        At least twelve characters; nobody can open the file without it.
    """

    def __init__(self, path: Path, passphrase: str) -> None:
        if len(passphrase) < 12:
            raise UserError(f"a passphrase needs at least 12 characters; found {len(passphrase)}")
        self._path, self._passphrase = path, passphrase

    def get(self, venue: str) -> Keys:
        """Raises `NotFound` without keys of that venue, `UserError` for a wrong passphrase."""
        held = self._read()
        if venue not in held:
            raise NotFound(f"{self._path} has no keys of {venue}; add them: alpha bots keys {venue}")
        return Keys(**held[venue])

    def put(self, venue: str, keys: Keys | None) -> None:
        """Store keys of a venue, or forget them."""
        held = self._read()
        held.pop(venue, None)
        if keys is not None:
            held[venue] = asdict(keys)
        salt = os.urandom(_SALT)
        text = salt + self._box(salt).encrypt(json.dumps(held).encode())
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text)
        fresh.replace(self._path)

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._path.exists():
            return {}
        text = self._path.read_bytes()
        try:
            opened = self._box(text[:_SALT]).decrypt(text[_SALT:])
        except InvalidToken:
            raise UserError(f"the passphrase does not open {self._path}, or the file was changed") from None
        found: dict[str, dict[str, str]] = json.loads(opened)
        return found

    def _box(self, salt: bytes) -> Fernet:
        derived = Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(self._passphrase.encode())
        return Fernet(base64.urlsafe_b64encode(derived))
