// Agreement files as the log reads them: TOML 1.0, its canonical JSON and hash, and its terms.

import { TomlDate } from "../../vendor/smol-toml/date.js";
import { parse } from "../../vendor/smol-toml/parse.js";
import { canonical, decode } from "./canonical.js";
import { NAME } from "./forms.js";
import { Refusal, demand } from "./refusal.js";
import { hex, sha256 } from "./sha256.js";
import { checkToml } from "./toml_1_0.js";
import { firstUnassigned } from "./unicode_14.js";

export const MOST_BYTES = 1 << 20;

const MOST_DAYS = 36_525n;
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);
// Control characters, but tab and line feed.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

// The value of a TOML text in canonical JSON: {value (Map), sha256}.
export function canonicalToml(bytes) {
  demand(bytes.length <= MOST_BYTES, "terms-long");
  // A line ends with a line feed, also where the file says otherwise.
  const text = decode(bytes, "terms-utf8").replaceAll("\r\n", "\n");
  demand(!text.startsWith("\ufeff"), "terms-utf8");
  demand(!text.includes("\r"), "terms-control");
  let parsed;
  try {
    parsed = parse(text, { integersAsBigInt: true });
  } catch (error) {
    throw new Refusal("terms-toml", { detail: error.message.split("\n")[0] });
  }
  checkToml(text);
  const value = convert(parsed);
  return { value, sha256: hex(sha256(new TextEncoder().encode(canonical(value)))) };
}

function convert(value) {
  if (typeof value === "string") return plain(value);
  if (typeof value === "boolean") return value;
  if (typeof value === "bigint") {
    demand(value <= LARGEST && value >= -LARGEST, "terms-number");
    return value;
  }
  demand(typeof value !== "number", "terms-number");
  if (Array.isArray(value)) return value.map(convert);
  if (value instanceof TomlDate) {
    demand(value.isDate(), "terms-time");
    return value.toISOString();
  }
  // Keys are no texts of the agreement: they stay as they are.
  return new Map(Object.entries(value).map(([key, each]) => [key, convert(each)]));
}

function plain(text) {
  demand(!CONTROL.test(text), "terms-control");
  const newer = firstUnassigned(text);
  if (newer !== undefined) {
    const code = newer.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    throw new Refusal("terms-newer", { character: `U+${code}` });
  }
  return text.normalize("NFC");
}

// What the rules read from an agreement file. Ids are names and stand once in their list.
export function readTerms(bytes) {
  const { value: file, sha256: hash } = canonicalToml(bytes);
  const governance = table(file, "governance");
  const parties = list(file, "party").map((each) => [name(each, "id"), text(each, "key")]);
  const exits = file.has("exit") ? list(file, "exit") : [];
  return {
    sha256: hash,
    id: name(file, "id"),
    version: Number(whole(file, "version", LARGEST)),
    previous: file.has("previous") ? text(file, "previous") : null,
    parties: unique(parties),
    propose: names(governance, "propose"),
    consent: names(governance, "consent"),
    onSilence: oneOf(governance, "on_silence", ["lapse", "escalate"]),
    silenceDays: days(governance, "silence_days"),
    commitments: unique(list(file, "commitment").map((each) => [name(each, "id"), true])),
    exits: unique(
      exits.map((each) => [
        name(each, "id"),
        { may: names(each, "may"), noticeDays: days(each, "notice_days") },
      ]),
    ),
    renewalDays: file.has("renewal") ? days(table(file, "renewal"), "notice_days") : null,
  };
}

function wrong(key) {
  return new Refusal("terms-key", { key });
}

function unique(pairs) {
  const found = new Map(pairs);
  if (found.size !== pairs.length) throw wrong("id");
  return found;
}

function table(from, key) {
  if (!(from.get(key) instanceof Map)) throw wrong(key);
  return from.get(key);
}

function list(from, key) {
  const found = from.get(key);
  if (!Array.isArray(found) || !found.every((each) => each instanceof Map)) throw wrong(key);
  return found;
}

function text(from, key) {
  if (typeof from.get(key) !== "string") throw wrong(key);
  return from.get(key);
}

function name(from, key) {
  if (!NAME.test(text(from, key))) throw wrong(key);
  return from.get(key);
}

function names(from, key) {
  const found = from.get(key);
  const isRight = (each) => typeof each === "string" && NAME.test(each);
  if (!Array.isArray(found) || !found.every(isRight)) throw wrong(key);
  return found;
}

function oneOf(from, key, values) {
  if (!values.includes(text(from, key))) throw wrong(key);
  return from.get(key);
}

function whole(from, key, most) {
  const found = from.get(key);
  if (typeof found !== "bigint" || found < 0n || found > most) throw wrong(key);
  return found;
}

function days(from, key) {
  return Number(whole(from, key, MOST_DAYS));
}
