"""Ways in which a good file goes bad on its way to us; each is repeatable from its seed."""

import random
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

_TOKENS = (
    b'"', b'""', b"'", b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"\n\n", b"\0", b"\xff", b"\xef\xbb\xbf",
    b"\xff\xfe", b"\x81", b"\x81\x60", b"\xe9\xab\x99", "髙①㈱～".encode("cp932"),
    "😊𠮷é♥".encode(), b"=1+1", b"-", b"1e309", b"NaN", b"-0", b"9" * 40, b"0x1F", b"1,234,5",
    b"9999-99-99", b"0000-00-00", b"2026-02-30", b"44783", b"24:00", "令和元年".encode("cp932"),
    "▲1,234円".encode("cp932"), "１２３".encode("cp932"), b"()", b"\x1a", b"\x0b", b"\xa0",
    b"\xe2\x80\x8b", b"../../etc/passwd", b"<script>", b"{0}", b"%s", b"{value}",
)  # fmt: skip


def flip_bytes(raw: bytes, dice: random.Random) -> bytes:
    """Change some bytes to anything."""
    out = bytearray(raw)
    for _ in range(dice.choice((1, 2, 5, 20))):
        if out:
            out[dice.randrange(len(out))] = dice.randrange(256)
    return bytes(out)


def truncate(raw: bytes, dice: random.Random) -> bytes:
    """Break off anywhere, inside a letter or a quoted cell too."""
    return raw[: dice.randrange(len(raw) + 1)]


def cut_out(raw: bytes, dice: random.Random) -> bytes:
    """Lose a piece in the middle."""
    start = dice.randrange(len(raw) + 1)
    return raw[:start] + raw[start + dice.choice((1, 3, 10, 200)) :]


def repeat_piece(raw: bytes, dice: random.Random) -> bytes:
    """Have a piece twice or a hundred times."""
    start = dice.randrange(len(raw) + 1)
    piece = raw[start : start + dice.choice((1, 10, 300))]
    return raw[:start] + piece * dice.choice((2, 100)) + raw[start:]


def insert_token(raw: bytes, dice: random.Random) -> bytes:
    """Put something awkward anywhere."""
    at = dice.randrange(len(raw) + 1)
    return raw[:at] + dice.choice(_TOKENS) + raw[at:]


def other_delimiter(raw: bytes, dice: random.Random) -> bytes:
    """Write it with another delimiter, everywhere or below the header only."""
    old, new = dice.sample((b",", b"\t", b";", b"|"), 2)
    head, mark, rest = raw.partition(b"\n")
    whole = dice.random() < 0.5
    return (head.replace(old, new) if whole else head) + mark + rest.replace(old, new)


def other_encoding(raw: bytes, dice: random.Random) -> bytes:
    """Save it in another encoding, or claim one it is not in."""
    text = raw.decode(dice.choice(("utf-8", "cp932", "latin-1")), errors="replace")
    encoding = dice.choice(
        ("utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp", "iso2022_jp", "latin-1")
    )
    out = text.encode(encoding, errors="replace")
    return dice.choice((b"", b"", b"\xef\xbb\xbf", b"\xff\xfe")) + out


def mix_encodings(raw: bytes, dice: random.Random) -> bytes:
    """Save some lines in the other encoding."""
    lines = raw.splitlines(keepends=True)
    for place, line in enumerate(lines):
        if dice.random() < 0.3:
            text = line.decode("cp932", errors="replace")
            lines[place] = text.encode(dice.choice(("utf-8", "cp932")), errors="replace")
    return b"".join(lines)


def huge_field(raw: bytes, dice: random.Random) -> bytes:
    """Fill one cell with far too much."""
    at = dice.randrange(len(raw) + 1)
    size = dice.choice((300, 5_000, 140_000, 1_100_000))
    return raw[:at] + dice.choice((b"9", b"x", b"a,", b"\x81\x60")) * size + raw[at:]


def shuffle_header(raw: bytes, dice: random.Random) -> bytes:
    """Move, lose, double or rename columns of the header, but not the cells below."""
    head, mark, rest = raw.partition(b"\n")
    delimiter = max(b",\t", key=head.count)
    names = head.rstrip(b"\r").split(bytes((delimiter,)))
    what = dice.randrange(4)
    if what == 0:
        dice.shuffle(names)
    elif what == 1:
        names.pop(dice.randrange(len(names)))
    elif what == 2:
        names.append(dice.choice(names))
    else:
        names[dice.randrange(len(names))] = dice.choice(_TOKENS)
    return bytes((delimiter,)).join(names) + b"\r" + mark + rest


def shuffle_lines(raw: bytes, dice: random.Random) -> bytes:
    """Put lines in another order, doubled or lost."""
    lines = raw.splitlines(keepends=True)
    head, body = lines[:1], lines[1:]
    dice.shuffle(body)
    return b"".join(head + body[: dice.randrange(len(body) + 1)] + body[:1])


def other_cells(raw: bytes, dice: random.Random) -> bytes:
    """Give some cells to other rows and columns, or put awkward values in their place."""
    delimiter = bytes((max(b",\t", key=raw.partition(b"\n")[0].count),))
    lines = raw.split(b"\n")
    for _ in range(dice.choice((1, 3, 10))):
        place = dice.randrange(len(lines))
        cells = lines[place].split(delimiter)
        at = dice.randrange(len(cells))
        cells[at] = dice.choice((dice.choice(_TOKENS), dice.choice(cells), b""))
        lines[place] = delimiter.join(cells)
    return b"\n".join(lines)


def other_line_ends(raw: bytes, dice: random.Random) -> bytes:
    """End lines the way another system does."""
    return raw.replace(b"\r\n", dice.choice((b"\n", b"\r", b"\n\r", b"\r\r\n", b"\x0b", b"\x85")))


MUTATIONS: tuple[Mutation, ...] = (
    flip_bytes, truncate, cut_out, repeat_piece, insert_token, other_delimiter, other_encoding,
    mix_encodings, huge_field, shuffle_header, shuffle_lines, other_cells, other_line_ends,
)  # fmt: skip


def mutate(raw: bytes, seed: int) -> tuple[bytes, str]:
    """Give the file gone bad by one to three mutations, and their names."""
    dice = random.Random(seed)
    # Each kind comes first in turn, so that none is left out.
    kinds = [MUTATIONS[seed % len(MUTATIONS)]]
    kinds += dice.choices(MUTATIONS, k=dice.choice((0, 0, 1, 2)))
    for kind in kinds:
        raw = kind(raw, dice)
    return raw, "+".join(kind.__name__ for kind in kinds)
