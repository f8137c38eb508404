"""picture.py - pictures as rows of RGB bytes: reading, writing, and where two of them differ.

PNG as this project writes it (8 bits, RGB, rows unfiltered; PNG specification, sections 5 and 11)
and PPM as poppler writes it; nothing beyond Python's own library.
"""
import re
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SLACK = 48      # of 255: grey that anti-aliasing and a font's hinting may move
BLOCK = 16      # pixels a side
BLOCK_BAD = 10  # pixels in a block that make it different: strokes of two letters move by chance
LEVELS = 16     # of a channel in a kept picture: small files, and less than the slack


class Picture:
    """width, height, rows: a list of height bytes objects of 3 * width bytes."""

    def __init__(self, width, rows):
        self.width, self.height, self.rows = width, len(rows), rows

    def coarse(self):
        """With LEVELS levels of each channel, white and black among them."""
        step = 255 / (LEVELS - 1)
        table = bytes(round(round(value / step) * step) for value in range(256))
        return Picture(self.width, [row.translate(table) for row in self.rows])


def sum_of_bytes(one, other):
    """Byte by byte, modulo 256: all at once, the highest bits apart from the others."""
    size = len(one)
    a, b = int.from_bytes(one, "big"), int.from_bytes(other, "big")
    low = int.from_bytes(b"\x7f" * size, "big")
    return (((a & low) + (b & low)) ^ ((a ^ b) & ~low)).to_bytes(size, "big")


def paeth(left, up, corner):
    """PNG specification, section 9.4."""
    to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner


def unfiltered(kind, line, above):
    """A row of RGB as it was before its filter (PNG specification, section 9.2)."""
    if kind == 0:
        return line
    if kind == 2:
        return sum_of_bytes(line, above)
    row = bytearray(line)
    for i, value in enumerate(line):
        left, corner = (row[i - 3], above[i - 3]) if i >= 3 else (0, 0)
        guess = left if kind == 1 else (left + above[i]) // 2 if kind == 3 else paeth(left, above[i], corner)
        row[i] = (value + guess) & 255
    return bytes(row)


def read_png(data):
    if data[:8] != SIGNATURE:
        raise ValueError("no PNG")
    at, packed, width, height = 8, b"", 0, 0
    while at < len(data):
        size, = struct.unpack(">I", data[at:at + 4])
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            if (depth, colour) != (8, 2):
                raise ValueError("not 8 bits of RGB")
        if kind == b"IDAT":
            packed += body
        at += 12 + size
    raw, size = zlib.decompress(packed), 3 * width + 1
    rows, above = [], bytes(3 * width)
    for y in range(height):
        above = unfiltered(raw[y * size], raw[y * size + 1:(y + 1) * size], above)
        rows.append(above)
    return Picture(width, rows)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(picture):
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row for row in picture.rows)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def read_ppm(data):
    header = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", data)
    if header is None:
        raise ValueError("no PPM of 8 bits")
    width, height = int(header[1]), int(header[2])
    start, size = header.end(), 3 * width
    return Picture(width, [data[start + y * size:start + (y + 1) * size] for y in range(height)])


def is_between(value, around):
    return min(around) - SLACK <= value <= max(around) + SLACK


def is_moved(one, other, x, y):
    """Whether a pixel of one is something that other has neither there nor right beside it."""
    left, right = max(x - 1, 0), min(x + 1, other.width - 1)
    above, below = other.rows[max(y - 1, 0)], other.rows[min(y + 1, other.height - 1)]
    row = other.rows[y]
    return any(not is_between(one.rows[y][3 * x + c],
                              (row[3 * x + c], row[3 * left + c], row[3 * right + c],
                               above[3 * x + c], below[3 * x + c])) for c in range(3))


def differences(one, other):
    """The pixels (x, y) in blocks that differ; rows that are equal cost nothing."""
    blocks = {}
    for y, (a, b) in enumerate(zip(one.rows, other.rows)):
        if a == b:
            continue
        for x in range(min(one.width, other.width)):
            if a[3 * x:3 * x + 3] != b[3 * x:3 * x + 3] and (
                    is_moved(one, other, x, y) or is_moved(other, one, x, y)):
                blocks.setdefault((x // BLOCK, y // BLOCK), []).append((x, y))
    return [pixel for found in blocks.values() if len(found) >= BLOCK_BAD for pixel in found]


def marked(picture, pixels):
    """The picture in pale grey, the pixels in red."""
    pale = bytes(192 + value // 4 for value in range(256))
    rows = []
    for row in picture.rows:
        grey = bytes(sum(row[i:i + 3]) // 3 for i in range(0, len(row), 3)).translate(pale)
        rows.append(bytearray(value for value in grey for _ in range(3)))
    for x, y in pixels:
        rows[y][3 * x:3 * x + 3] = b"\xd0\x00\x00"
    return Picture(picture.width, [bytes(row) for row in rows])


def beside(*pictures):
    """From left to right, with a grey line between them."""
    height = max(picture.height for picture in pictures)
    rows = []
    for y in range(height):
        parts = [picture.rows[y] if y < picture.height else b"\xff" * (3 * picture.width) for picture in pictures]
        rows.append(b"\x80\x80\x80".join(parts))
    return Picture(sum(picture.width for picture in pictures) + len(pictures) - 1, rows)
