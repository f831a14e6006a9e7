"""Which encoding a file is written in: byte order mark, strict UTF-8, then CP932; never guessed on."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text

_BLOCK = 256 * 1024
LONGEST_LINE = 1_000_000
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Two kana or kanji in UTF-8: more than CP932 text shows by chance on a line that is all valid UTF-8.
_UTF8_WORDS = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}.*[\xe3-\xe9][\x80-\xbf]{2}", re.DOTALL)

_EMPTY = Text("ファイルが空です。", "The file is empty.")
_WORKBOOK = Text(
    "Excel のブックは読めません。「CSV UTF-8」で保存し直してください。",
    "An Excel workbook cannot be read; save it as 'CSV UTF-8' first.",
)
_BINARY = Text(
    "CSV ではなく、文字以外のデータが入ったファイルです。CSV を選んでください。",
    "This is not a CSV file but binary data; choose a CSV file.",
)
_LONG_LINE = Text(
    "{line}行目が長すぎます({most:,}バイトまで)。改行の入った CSV か確認してください。",
    "Line {line} is too long (at most {most:,} bytes); check that the file is a CSV with line breaks.",
)
_BAD_BYTE = Text(
    "{line}行目の{column}バイト目の文字が読めません。UTF-8 か Shift_JIS で保存し直してください。",
    "Line {line}, byte {column} is neither UTF-8 nor Shift_JIS; save the file again in one of them.",
)
_BAD_UNICODE = Text(
    "ファイルの先頭には {encoding} とありますが、{line}行目の文字が読めません。保存し直してください。",
    "The file says it is {encoding}, but line {line} cannot be read; save it again.",
)
_MIXED = Text(
    "文字コードが混ざっています({line}行目は UTF-8、{other}行目は Shift_JIS)。揃えて保存してください。",
    "Encodings are mixed: line {line} is UTF-8, line {other} is Shift_JIS; save the file in one of them.",
)


def detect_encoding(path: Path) -> str:
    """Give "utf-8-sig", "utf-16", "utf-8" or "cp932"; InputError names the line that fits none."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise InputError(_EMPTY)
    if start.startswith(b"PK\x03\x04"):
        raise InputError(_WORKBOOK)
    if start.startswith(_UTF16_MARKS):
        return _declared(path, "utf-16")
    is_utf8 = _scan(path)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig" if is_utf8 else _declared(path, "utf-8-sig")
    if is_utf8:
        return "utf-8"
    _check_cp932(path)
    return "cp932"


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _scan(path: Path) -> bool:
    """Refuse binary data and endless lines; tell whether every byte is valid UTF-8."""
    run = lines = 0
    is_utf8, rest = True, b""
    for block in _blocks(path):
        if b"\0" in block:
            raise InputError(_BINARY)
        mark = b"\n" if b"\n" in block else b"\r"
        first = block.find(mark)
        run += len(block) if first < 0 else first
        if run > LONGEST_LINE:
            raise InputError(_LONG_LINE.format(line=lines + 1, most=LONGEST_LINE))
        if first >= 0:
            lines += block.count(mark)
            run = len(block) - block.rfind(mark) - 1
        if is_utf8:
            # A letter may span two blocks, a line break never lies inside one.
            end = block.rfind(mark) + 1
            is_utf8 = _are_utf8(rest + block[:end])
            rest = block[end:] if end else rest + block
    return is_utf8 and _are_utf8(rest)


def _are_utf8(raw: bytes) -> bool:
    """Check without making letters of the bytes: ten times as fast as decoding."""
    if raw.isascii():
        return True
    ends = pa.array([0, len(raw)], pa.int32()).buffers()[1]
    text = pa.StringArray.from_buffers(1, ends, pa.py_buffer(raw))
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _declared(path: Path, encoding: str) -> str:
    """Check a file that names its own encoding, character by character."""
    line = 1
    run = 0
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(path):
            text = decoder.decode(block)
            if "\0" in text:
                raise InputError(_BINARY)
            run = run + len(text) if "\n" not in text else len(text) - text.rfind("\n")
            if run > LONGEST_LINE:
                raise InputError(_LONG_LINE.format(line=line, most=LONGEST_LINE))
            line += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise InputError(_BAD_UNICODE.format(encoding=encoding.upper(), line=line)) from error
    return encoding


def _check_cp932(path: Path) -> None:
    """Refuse a line that is not CP932, and files whose lines speak two encodings."""
    utf8_line = cp932_line = 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if raw.isascii():
                continue
            if _is(raw, "utf-8"):
                # Letters that are no CP932 at all, or words of them, are no chance.
                is_meant = _UTF8_WORDS.search(raw) or not _is(raw, "cp932")
                utf8_line = utf8_line or (number if is_meant else 0)
            else:
                _decode_cp932(raw, number)
                cp932_line = cp932_line or number
            if utf8_line and cp932_line:
                raise InputError(_MIXED.format(line=utf8_line, other=cp932_line))


def _is(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decode_cp932(raw: bytes, number: int) -> None:
    try:
        raw.decode("cp932")
    except UnicodeDecodeError as error:
        raise InputError(_BAD_BYTE.format(line=number, column=error.start + 1)) from error
