"""Where each key path of a TOML file stands, and its comments, by the kept parser tree-sitter.

``tomllib`` gives values but forgets positions. Lines count from 1.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from unipact.agreement.formats.canonical import DEEPEST, Path

_LANGUAGE = Language(tree_sitter_toml.language())
_KEYS = ("bare_key", "quoted_key", "dotted_key")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its ``#``, and what it belongs to.

    ``path`` is the key path it stands above, or (``trailing``) stands behind on the same line;
    the empty path is the end of the file.
    """

    text: str
    path: Path
    trailing: bool
    line: int


@dataclass(slots=True)
class Layout:
    """What the text of a TOML file says about places."""

    lines: dict[Path, int] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of the path, or of the nearest thing around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1


def layout_of(data: bytes) -> Layout:
    """Read the places of a file that ``tomllib`` accepts; a path it does not find is left out."""
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.root = Parser(_LANGUAGE).parse(data).root_node
        self.layout = Layout()
        self.tables: dict[Path, int] = {}
        self.waiting: list[tuple[str, int]] = []
        self.ends: dict[int, Path] = {}

    def read(self) -> Layout:
        for node in self.root.named_children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self._table(node)
            elif node.type == "comment":
                self._comment(node)
        for text, line in self.waiting:
            self.layout.comments.append(Comment(text, (), False, line))
        return self.layout

    def _table(self, node: Node) -> None:
        children = node.named_children
        keys = _keys(children[0]) if children and children[0].type in _KEYS else []
        path = self._header(keys, _line(node), repeated=node.type == "table_array_element")
        self._place(path, node)
        for child in children[1:]:
            if child.type == "pair":
                self._pair(child, path)
            elif child.type == "comment":
                self._comment(child)

    def _header(self, keys: list[str], line: int, *, repeated: bool) -> Path:
        path: Path = ()
        for position, key in enumerate(keys):
            path = (*path, key)
            if position < len(keys) - 1:
                self.layout.lines.setdefault(path, line)
            if repeated and position == len(keys) - 1:
                self.layout.lines.setdefault(path, 0)
                self.tables[path] = self.tables.get(path, -1) + 1
            if path in self.tables:
                path = (*path, self.tables[path])
        return path

    def _pair(self, node: Node, base: Path) -> None:
        key, *rest = node.named_children
        path = _cut((*base, *_keys(key)))
        for depth in range(len(base) + 1, len(path)):
            self.layout.lines.setdefault(path[:depth], _line(node))
        self._place(path, node)
        for value in rest:
            if value.type == "comment":
                self._comment(value)
            else:
                self._inside(value, path)
                self.ends[value.end_point[0]] = path

    def _inside(self, node: Node, path: Path) -> None:
        if node.type == "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    self._pair(child, path)
                elif child.type == "comment":
                    self._comment(child)
        elif node.type == "array":
            index = 0
            for child in node.named_children:
                if child.type == "comment":
                    self._comment(child)
                    continue
                here = _cut((*path, index))
                self._place(here, child)
                self._inside(child, here)
                self.ends[child.end_point[0]] = here
                index += 1

    def _place(self, path: Path, node: Node) -> None:
        if not self.layout.lines.get(path):
            self.layout.lines[path] = _line(node)
        if path and isinstance(path[-1], int) and not self.layout.lines.get(path[:-1]):
            self.layout.lines[path[:-1]] = _line(node)
        for text, line in self.waiting:
            self.layout.comments.append(Comment(text, path, False, line))
        self.waiting.clear()
        self.ends[node.start_point[0]] = path

    def _comment(self, node: Node) -> None:
        text = (node.text or b"").decode().rstrip()
        row = node.start_point[0]
        if row in self.ends:
            self.layout.comments.append(Comment(text, self.ends[row], True, row + 1))
        else:
            self.waiting.append((text, row + 1))


def _cut(path: Path) -> Path:
    """A path that is not longer than a document may be deep: what lies deeper is refused."""
    return path[: DEEPEST + 1]


def _line(node: Node) -> int:
    return node.start_point[0] + 1


def _keys(node: Node) -> list[str]:
    return list(_key_parts(node))


def _key_parts(node: Node) -> Iterator[str]:
    if node.type == "dotted_key":
        for child in node.named_children:
            yield from _key_parts(child)
        return
    text = (node.text or b"").decode()
    if node.type == "quoted_key":
        yield from tomllib.loads(f"{text} = 0")
    else:
        yield text
