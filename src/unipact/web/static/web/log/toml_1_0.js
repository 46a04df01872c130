// What the vendored parser leaves open: it reads TOML 1.1 too, and rolls days over that do not
// exist. Agreement files are TOML 1.0, their keys have at most 16 parts, their lists and inline
// tables are at most 32 deep. This walks over the tokens of a text that the parser took.

import { isCalendarDay } from "./moments.js";
import { demand } from "./refusal.js";

const DEEPEST = 32;
const MOST_PARTS = 16;
const KEY = /[A-Za-z0-9_-]+/y;
const VALUE = /[^\s"'#[\]{},=]+/y;
const SKIPPED = /[ \t]+|#[^\n]*/y;
const DATE = /^\d{4}-\d{2}-\d{2}/;

export function checkToml(text) {
  // What is open: "[" of a list or "{" of an inline table; a table header counts as neither.
  const open = [];
  let isKey = true;
  let isHeader = false;
  let parts = 1;
  let before = "\n";
  let at = 0;
  const take = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const refuseIf = (isWrong, code) => demand(!isWrong, code, { line: lineOf(text, at) });
  while (at < text.length) {
    if (take(SKIPPED)) continue;
    const sign = text[at];
    if (sign === '"' || sign === "'") {
      const string = readString(text, at);
      refuseIf(string.isLater, "toml-later");
      at = string.end;
      before = "value";
      continue;
    }
    const bare = take(isKey ? KEY : VALUE);
    if (bare) {
      refuseIf(!isKey && DATE.test(bare) && !isCalendarDay(bare.slice(0, 10)), "toml-date");
      before = "value";
      continue;
    }
    at += 1;
    const isInTable = open.at(-1) === "{";
    if (sign === "\n") {
      refuseIf(isInTable, "toml-later");
      if (open.length === 0) [isKey, isHeader, parts] = [true, false, 1];
    } else if (sign === "." && isKey) {
      parts += 1;
      refuseIf(parts > MOST_PARTS, "toml-limits");
    } else if (sign === "=") {
      isKey = false;
    } else if (sign === "," && isInTable) {
      [isKey, parts] = [true, 1];
    } else if (sign === "[" && isKey) {
      isHeader = true;
    } else if (sign === "[" || sign === "{") {
      open.push(sign);
      refuseIf(open.length > DEEPEST, "toml-limits");
      [isKey, parts] = [sign === "{", 1];
    } else if ((sign === "]" || sign === "}") && !isHeader) {
      refuseIf(sign === "}" && before === ",", "toml-later");
      open.pop();
      isKey = false;
    }
    before = sign;
  }
}

// Where a string ends, and whether it has an escape that only TOML 1.1 knows.
function readString(text, start) {
  const quote = text[start];
  const isLong = text.startsWith(quote.repeat(3), start);
  const mark = isLong ? quote.repeat(3) : quote;
  let isLater = false;
  let at = start + mark.length;
  while (at < text.length && !text.startsWith(mark, at)) {
    const isEscape = quote === '"' && text[at] === "\\";
    if (isEscape && (text[at + 1] === "x" || text[at + 1] === "e")) isLater = true;
    at += isEscape ? 2 : 1;
  }
  at += mark.length;
  // Up to two quotes may stand before the three that end it.
  for (let more = 0; isLong && more < 2 && text[at] === quote; more += 1) at += 1;
  return { end: at, isLater };
}

function lineOf(text, at) {
  return text.slice(0, at).split("\n").length;
}
