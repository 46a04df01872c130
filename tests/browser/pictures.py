"""Pictures of pages as small PNG files: a palette of 256 colours is enough for a console."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 256
#: The browser unpacks its own PNG; Python would need a library for that.
_UNPACK = """async (png) => {
  const answer = await fetch("data:image/png;base64," + png);
  const bitmap = await createImageBitmap(await answer.blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  let text = "";
  for (let at = 0; at < pixels.length; at += 32768) {
    text += String.fromCharCode(...pixels.subarray(at, at + 32768));
  }
  return [bitmap.width, bitmap.height, btoa(text)];
}"""


def write_picture(page: Page, path: Path, *, width: int, longest: int) -> None:
    """Write the page, cut after ``longest`` pixels, as a PNG with a palette."""
    height: int = page.evaluate("document.documentElement.scrollHeight")
    shot = page.screenshot(
        full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(height, longest)}
    )
    blank = page.context.new_page()
    columns, rows, pixels = blank.evaluate(_UNPACK, base64.b64encode(shot).decode())
    blank.close()
    colours = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(rows, columns, 4)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_png(colours[:, :, :3]))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    rows, columns, _ = pixels.shape
    palette, places = _palette(pixels)
    lines = np.zeros((rows, columns + 1), np.uint8)
    lines[:, 1:] = places.reshape(rows, columns)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette.tobytes()),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _palette(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The most frequent colours, and for each pixel the place of the nearest of them."""
    packed = pixels.reshape(-1, 3).astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    found, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    # Colours that differ by less than anybody sees share a place: 5 bits for each part.
    coarse = (found >> 3) & 0x1F1F1F
    weights: dict[int, int] = {}
    for group, count in zip(coarse.tolist(), counts.tolist(), strict=True):
        weights[group] = weights.get(group, 0) + count
    groups = sorted(weights, key=lambda group: -weights[group])[:_COLOURS]
    best = dict.fromkeys(groups, -1)
    heaviest = dict.fromkeys(groups, 0)
    for colour, group, count in zip(found.tolist(), coarse.tolist(), counts.tolist(), strict=True):
        if group in best and count > heaviest[group]:
            best[group], heaviest[group] = colour, count
    palette = np.array(
        [[colour >> 16, colour >> 8 & 255, colour & 255] for colour in best.values()], np.uint8
    )
    parts = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.int32)
    nearest = np.empty(len(found), np.uint8)
    for start in range(0, len(found), 4096):
        block = parts[start : start + 4096, None, :] - palette[None, :, :].astype(np.int32)
        nearest[start : start + 4096] = np.argmin((block * block).sum(axis=2), axis=1)
    return palette, nearest[inverse.reshape(-1)]


def _chunk(kind: bytes, content: bytes) -> bytes:
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)
