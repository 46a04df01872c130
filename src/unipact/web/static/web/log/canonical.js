// Canonical JSON (RFC 8785), read strictly. Objects are Maps: no key is special, and a key that
// stands twice is found. Entries hold texts, whole numbers from 0 and objects, and nothing else.

import { Refusal, demand } from "./refusal.js";

const DEEPEST = 4;
const NUMBER = /(?:0|[1-9][0-9]*)/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

// The value of one text in canonical form: the canonical form of the value is the text again.
export function parseCanonical(text) {
  const reader = { text, at: 0 };
  const value = readValue(reader, 1);
  demand(reader.at === text.length, "json-syntax", { at: reader.at });
  demand(canonical(value) === text, "json-not-canonical");
  return value;
}

function readValue(reader, depth) {
  const next = reader.text[reader.at];
  if (next === "{") return readObject(reader, depth);
  if (next === '"') return readText(reader);
  NUMBER.lastIndex = reader.at;
  const found = NUMBER.exec(reader.text);
  demand(found, "json-syntax", { at: reader.at });
  reader.at = NUMBER.lastIndex;
  const number = Number(found[0]);
  demand(Number.isSafeInteger(number), "json-number", { number: found[0].slice(0, 40) });
  return number;
}

function readText(reader) {
  STRING.lastIndex = reader.at;
  const found = STRING.exec(reader.text);
  demand(found, "json-syntax", { at: reader.at });
  reader.at = STRING.lastIndex;
  const text = JSON.parse(found[0]);
  demand(text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text), "json-surrogate");
  return text;
}

function readObject(reader, depth) {
  demand(depth <= DEEPEST, "json-syntax", { at: reader.at });
  const object = new Map();
  reader.at += 1;
  if (reader.text[reader.at] === "}") {
    reader.at += 1;
    return object;
  }
  for (;;) {
    demand(reader.text[reader.at] === '"', "json-syntax", { at: reader.at });
    const key = readText(reader);
    demand(!object.has(key), "json-duplicate", { key });
    demand(reader.text[reader.at] === ":", "json-syntax", { at: reader.at });
    reader.at += 1;
    object.set(key, readValue(reader, depth + 1));
    const next = reader.text[reader.at];
    reader.at += 1;
    if (next === "}") return object;
    demand(next === ",", "json-syntax", { at: reader.at - 1 });
  }
}

// RFC 8785 of texts, whole numbers (Number or BigInt), booleans, arrays and Maps.
export function canonical(value) {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "bigint") return value.toString();
  if (typeof value === "boolean") return value ? "true" : "false";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value instanceof Map) {
    // Sorted by UTF-16 code units, which is how JavaScript compares texts.
    const keys = [...value.keys()].sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value.get(key))}`).join(",")}}`;
  }
  throw new Refusal("json-value");
}

// Bytes that are UTF-8, as text; a byte order mark stays in it.
export function decode(bytes, code) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal(code);
  }
}
