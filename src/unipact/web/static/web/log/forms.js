// The form of every entry: which keys a type has, and what each may hold. No rule is applied here.

import { canonical, decode, parseCanonical } from "./canonical.js";
import { isDay, isMoment } from "./moments.js";
import { COSIGNS, SIGNS, readVkey } from "./note.js";
import { demand } from "./refusal.js";
import { hex, sha256 } from "./sha256.js";

export const LONGEST_ENTRY = 65_536;
export const NAME = /^[a-z0-9._/-]{1,128}$/;

const HASH = /^[0-9a-f]{64}$/;
const ID = /^[0-9a-f]{32}$/;
const ORIGIN = /^[a-zA-Z0-9._/:-]{1,200}$/;
// Names of keys are plain ASCII here: what looks alike is alike.
const VKEY = /^[\u0021-\u007f]{1,512}$/;

const isText = (value) => typeof value === "string";
const matches = (pattern) => (value) => isText(value) && pattern.test(value);
const among = (...values) => (value) => values.includes(value);
const hash = matches(HASH);
const id = matches(ID);
const name = matches(NAME);
const number = (value) => typeof value === "number";
const day = (value) => isText(value) && isDay(value);
const moment = (value) => isText(value) && isMoment(value);
const object = (value) => value instanceof Map;
const vkey = (...types) => (value) =>
  isText(value) && VKEY.test(value) && types.includes(readVkey(value).type);
const hashOrNone = (value) => value === "" || hash(value);

const SIGNED = { type: isText, origin: matches(ORIGIN) };
const PARTY = { ...SIGNED, party: name };
const DATED = { ...PARTY, at: moment };
const FORMS = {
  founding: {
    ...SIGNED,
    at: moment,
    format: among("unipact-log/1"),
    agreement: name,
    file_sha256: hash,
    version_sha256: hash,
    version: number,
    log_key: vkey(SIGNS),
    keys: object,
  },
  proposal: { ...DATED, change: object },
  decision: {
    ...PARTY,
    base_sha256: hash,
    proposed_version_sha256: hash,
    change_sha256: hash,
    decision: among("consent", "decline", "withdraw"),
  },
  evaluation: { ...DATED, as_of: day, version_sha256: hash, run_sha256: hash },
  review: {
    ...DATED,
    run_sha256: hash,
    evidence_sha256: hash,
    decision: among("accept", "contest", "settle"),
    reason_sha256: hashOrNone,
  },
  dispute: {
    ...DATED,
    dispute: id,
    commitment: name,
    period: name,
    act: among("open", "close"),
    reason_sha256: hash,
  },
  notice: { ...DATED, clause: name, on: day },
  report: { ...DATED, year: number, edition: number, report_sha256: hash },
  transaction: {
    ...DATED,
    transaction_sha256: hash,
    decision: among("post", "acknowledge", "contest"),
    reason_sha256: hashOrNone,
  },
};
const CHANGE = {
  kind: isText,
  proposal: id,
  round: number,
  base_sha256: hash,
  proposed_version_sha256: hash,
  proposed_file_sha256: hash,
  lapses_at: moment,
  reason_sha256: hash,
  effect: object,
};
const EFFECTS = {
  version: {},
  waiver: { commitment: name, period: name },
  key: { holder: name, use: among("consent", "cosign", "log"), key: vkey(SIGNS, COSIGNS) },
  end: { on: day },
};
const KEYS = { consent: vkey(SIGNS), cosign: vkey(COSIGNS) };

// The keys of `value` are exactly those of the form, each with what it may hold.
function fit(value, form, path) {
  for (const key of value.keys()) demand(Object.hasOwn(form, key), "form-unknown", { key: path + key });
  for (const [key, isRight] of Object.entries(form)) {
    demand(value.has(key), "form-missing", { key: path + key });
    demand(isRight(value.get(key)), "form-value", { key: path + key });
  }
  return Object.fromEntries(value);
}

function read(line) {
  const value = parseCanonical(line);
  demand(value instanceof Map, "json-value");
  const type = value.get("type");
  demand(isText(type) && Object.hasOwn(FORMS, type), "form-type", { type: String(type).slice(0, 80) });
  const entry = fit(value, FORMS[type], "");
  if (type === "founding") {
    entry.keys = new Map(
      [...entry.keys].map(([party, keys]) => {
        demand(NAME.test(party) && keys instanceof Map, "form-value", { key: `keys.${party}` });
        return [party, fit(keys, KEYS, `keys.${party}.`)];
      }),
    );
  }
  if (type === "proposal") {
    entry.change_sha256 = hex(sha256(new TextEncoder().encode(canonical(entry.change))));
    entry.change = fit(entry.change, CHANGE, "change.");
    const { kind } = entry.change;
    demand(Object.hasOwn(EFFECTS, kind), "form-kind", { kind: kind.slice(0, 80) });
    entry.change.effect = fit(entry.change.effect, EFFECTS[kind], "change.effect.");
  }
  if (type === "review" || type === "transaction") {
    const needed = entry.decision === "contest";
    demand((entry.reason_sha256 !== "") === needed, "form-value", { key: "reason_sha256" });
  }
  return entry;
}

// An entry out of its bytes: {...its keys, text (bytes that are signed), signatures (lines)}.
export function readEntry(bytes) {
  demand(bytes.length <= LONGEST_ENTRY, "entry-long");
  const end = bytes.indexOf(0x0a) + 1;
  const lines = decode(bytes, "entry-utf8").split("\n");
  demand(end > 0 && lines.length >= 4 && lines[1] === "" && lines.at(-1) === "", "entry-note");
  return { ...read(lines[0]), text: bytes.subarray(0, end), signatures: lines.slice(2, -1) };
}

// The hashes of documents that an entry names.
export function documentsOf(entry) {
  const of = entry.type === "proposal" ? entry.change : entry;
  const named = [of.reason_sha256, of.run_sha256, of.report_sha256, of.transaction_sha256];
  return named.filter((each) => each);
}
