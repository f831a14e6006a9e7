"""A stream of any length, encrypted piece by piece: what is changed, cut or moved does not open.

File: magic, 16 random bytes (salt), 16 bytes that tell whose key it is, then pieces: 4 bytes of
length and AES-256-GCM over at most a megabyte. A piece's nonce is its number and whether it is the
last one, so pieces left out, doubled or cut off at the end are noticed. The key of a file comes from
the installation's backup key and the salt by HKDF-SHA256.
"""

import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text

_MAGIC = b"OKAERI-BACKUP-1\n"
_SALT = _CHECK = 16
_PIECE = 1024 * 1024
_TAG = 16
_FOREIGN = Text(
    "このファイルはOkaeriのバックアップではありません。", "This file is no backup of Okaeri."
)
_OTHER_KEY = Text(
    "鍵が違います。このバックアップを作ったときの鍵ファイルを指定してください。",
    "The key does not fit; give the key file this backup was made with.",
)
_CUT = Text(
    "バックアップが途中で切れています。元のファイルからもう一度コピーしてください。",
    "The backup is cut off; copy it again from where it was stored.",
)
_CHANGED = Text(
    "バックアップの中身が変わっています。元のファイルからもう一度コピーしてください。",
    "The backup was changed or damaged; copy it again from where it was stored.",
)


def _keys(secret: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    derive = HKDF(algorithm=SHA256(), length=32 + _CHECK, salt=salt, info=b"okaeri.backup.v1")
    made = derive.derive(secret)
    return AESGCM(made[:32]), made[32:]


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if is_last else b"\0")


class SealedWriter:
    """Encrypts what is written; only `finish` makes the file whole."""

    def __init__(self, file: BinaryIO, secret: bytes) -> None:
        salt = os.urandom(_SALT)
        self._box, check = _keys(secret, salt)
        self._file = file
        self._head = _MAGIC + salt + check
        self._file.write(self._head)
        self._waiting = bytearray()
        self._number = 0

    def write(self, data: bytes) -> int:
        """Take bytes in; whole pieces leave at once."""
        self._waiting += data
        # The last piece is known only at the end, so a full one waits for more to come.
        while len(self._waiting) > _PIECE:
            self._put(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece: without it the file does not open."""
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        sealed = self._box.encrypt(nonce, piece, self._head)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


class SealedReader:
    """Decrypts what `SealedWriter` wrote. Raises InputError for a wrong key, a cut or changed file."""

    def __init__(self, file: BinaryIO, secret: bytes) -> None:
        self._file = file
        self._head = file.read(len(_MAGIC) + _SALT + _CHECK)
        if not self._head.startswith(_MAGIC):
            raise InputError(_FOREIGN)
        if len(self._head) < len(_MAGIC) + _SALT + _CHECK:
            raise InputError(_CUT)
        self._box, check = _keys(secret, self._head[len(_MAGIC) : len(_MAGIC) + _SALT])
        if check != self._head[-_CHECK:]:
            raise InputError(_OTHER_KEY)
        self._number = 0
        self._ready = b""
        self._is_over = False

    def read(self, size: int) -> bytes:
        """Give at most `size` bytes; none only at the end."""
        while not self._ready and not self._is_over:
            self._ready = self._next()
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def check_end(self) -> None:
        """Read what is left, so that a cut at the very end is noticed too."""
        while not self._is_over:
            self._next()

    def _next(self) -> bytes:
        head = self._file.read(4)
        length = int.from_bytes(head, "big")
        if length > _PIECE + _TAG:
            raise InputError(_CHANGED)
        sealed = self._file.read(length)
        if len(head) < 4 or len(sealed) < length:
            raise InputError(_CUT)
        for is_last in (False, True):
            try:
                piece = self._box.decrypt(_nonce(self._number, is_last=is_last), sealed, self._head)
            except InvalidTag:
                continue
            self._number += 1
            self._is_over = is_last
            return piece
        raise InputError(_CHANGED)
