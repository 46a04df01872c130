// Signed notes, verifier keys and Ed25519 (C2SP signed-note, tlog-cosignature).

import { Refusal, demand } from "./refusal.js";
import { sha256 } from "./sha256.js";

export const SIGNS = 0x01;
export const COSIGNS = 0x04;
export const DASH = "\u2014";

const encoder = new TextEncoder();
// White space as Unicode has it, the plus sign and the control characters name no key.
const NO_NAME = /[\p{White_Space}+\u0000-\u001f]/u;
const VKEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u;
const L = littleEndian("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
const P = littleEndian("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
// The y of the points whose order divides 8. They make signatures that fit any text.
const SMALL_ORDER = new Set([
  0n,
  1n,
  P - 1n,
  littleEndian("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
  littleEndian("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]);

function littleEndian(source) {
  const text = typeof source === "string" ? source : hexOf(source);
  return BigInt(`0x${text.match(/../g).reverse().join("")}`);
}

function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Canonical base64 of RFC 4648 with padding, or null.
export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  const binary = atob(text);
  return btoa(binary) === text ? Uint8Array.from(binary, (each) => each.charCodeAt(0)) : null;
}

export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

// Whether 32 bytes are a point in its one encoding that is not of small order.
function isSoundPoint(bytes) {
  const y = littleEndian(bytes) & ((1n << 255n) - 1n);
  return y < P && !SMALL_ORDER.has(y);
}

export function isName(text) {
  return text !== "" && !NO_NAME.test(text);
}

// A key that signs (0x01) or cosigns (0x04): {text, name, type, id, point}.
export function readVkey(text, type) {
  const found = VKEY.exec(text);
  const bytes = found && fromBase64(found[3]);
  demand(bytes?.length === 33 && isName(found[1]), "vkey-form", { key: text.slice(0, 200) });
  const key = { text, name: found[1], type: bytes[0], point: bytes.slice(1) };
  key.id = sha256(encoder.encode(`${key.name}\n`), bytes).slice(0, 4);
  demand(hexOf(key.id) === found[2], "vkey-id", { key: text });
  demand(type === undefined || key.type === type, "vkey-type", { key: text });
  demand(key.type === SIGNS || key.type === COSIGNS, "vkey-type", { key: text });
  demand(isSoundPoint(key.point), "vkey-weak", { key: text });
  return key;
}

export function isSamePoint(a, b) {
  return a.point.every((byte, i) => byte === b.point[i]);
}

// The bytes after the key id of a signature line by this key: 64, or 72 of a cosignature.
export function readSignature(line, key) {
  const start = `${DASH} ${key.name} `;
  demand(line.startsWith(start), "signature-key", { name: key.name });
  const bytes = fromBase64(line.slice(start.length));
  demand(bytes?.length === (key.type === COSIGNS ? 76 : 68), "signature-form", { name: key.name });
  demand(key.id.every((byte, i) => byte === bytes[i]), "signature-key", { name: key.name });
  return bytes.subarray(4);
}

// Whether `signature` (64 bytes) is the key's Ed25519 signature of `message` (bytes).
export async function isSigned(key, signature, message) {
  // Verifiers differ on these; here they never pass, whatever the browser thinks of them.
  if (littleEndian(signature.subarray(32)) >= L) return false;
  if (!isSoundPoint(signature.subarray(0, 32))) return false;
  try {
    key.imported ??= crypto.subtle.importKey("raw", key.point, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", await key.imported, signature, message);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new Refusal("no-ed25519");
    return false;
  }
}

// The moment of a cosignature of `text`, in seconds, or null where it is none of this key's.
export async function cosignedAt(key, bytes, text) {
  const time = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  if (time >= 1n << 63n) return null;
  const message = encoder.encode(`cosignature/v1\ntime ${time}\n${text}`);
  return (await isSigned(key, bytes.subarray(8), message)) ? Number(time) : null;
}

// The key pairs of `*.pub` texts; texts of one key each are taken two by two.
export function readPublicKeys(texts) {
  const pairs = [];
  let half = null;
  for (const text of texts) {
    const lines = text.split("\n").map((line) => line.trim());
    const keys = lines.filter((line) => line && !line.startsWith("#")).map((line) => readVkey(line));
    demand(keys.length === 1 || keys.length === 2, "pub-form");
    if (keys.length === 1 && half === null) {
      [half] = keys;
      continue;
    }
    const two = keys.length === 1 ? [half, ...keys] : keys;
    demand(keys.length === 1 || half === null, "pub-form");
    half = null;
    two.sort((a, b) => a.type - b.type);
    demand(two[0].type === SIGNS && two[1].type === COSIGNS, "pub-form");
    pairs.push({ consent: two[0], cosign: two[1] });
  }
  demand(half === null && pairs.length > 0, "pub-form");
  return pairs;
}
