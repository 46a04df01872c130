// The container of `unipact-bundle/1`: a POSIX ustar archive without a free byte.

import { Refusal, demand } from "./refusal.js";

const BLOCK = 512;
const HEAD = ["README.txt", "checkpoint", "hashes", "checkpoints"];
const AGREEMENT = /^agreements\/[0-9a-f]{64}\.toml$/;
const DOCUMENT = /^documents\/[0-9a-f]{64}$/;
const LAST = "entries";

const encoder = new TextEncoder();

// A fault in the container, and the member it is in.
class Fault extends Refusal {
  constructor(member, code, values) {
    super(code, { member, ...values });
    this.member = member;
  }
}

function check(condition, member, code, values) {
  if (!condition) throw new Fault(member, code, values);
}

// The one header that a member of this name and size can have.
function header(name, size) {
  const block = new Uint8Array(BLOCK);
  const put = (offset, text) => block.set(encoder.encode(text), offset);
  put(0, name);
  put(100, "0000644\0");
  put(108, "0000000\0");
  put(116, "0000000\0");
  put(124, `${size.toString(8).padStart(11, "0")}\0`);
  put(136, "00000000000\0");
  put(148, "        ");
  put(156, "0");
  put(257, "ustar\x0000");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

function textOf(bytes) {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}

// Which members may stand at this place of the order.
function isInOrder(name, before, count) {
  if (count < HEAD.length) return name === HEAD[count];
  if (AGREEMENT.test(name)) return !before.startsWith("documents/") && isAfter(name, before, "a");
  if (DOCUMENT.test(name)) return isAfter(name, before, "d");
  return name === LAST;
}

function isAfter(name, before, initial) {
  return !before.startsWith(initial) || before < name;
}

// Members by name, each {offset, size} of its content.
export async function readMembers(source) {
  const members = new Map();
  let offset = 0;
  let before = "";
  while (before !== LAST) {
    const block = await source.read(offset, BLOCK);
    const read = textOf(block.subarray(0, 100));
    const isKnown = AGREEMENT.test(read) || DOCUMENT.test(read) || read === LAST;
    const member = HEAD[members.size] ?? (isKnown ? read : "archive");
    check(block.length === BLOCK, member, "archive-short");
    check(isInOrder(read, before, members.size), member, "archive-order", { name: read.slice(0, 100) });
    const digits = textOf(block.subarray(124, 136));
    check(/^[0-7]{11}$/.test(digits), member, "archive-header");
    const size = parseInt(digits, 8);
    const wanted = header(read, size);
    check(wanted.every((byte, i) => byte === block[i]), member, "archive-header");
    members.set(read, { offset: offset + BLOCK, size });
    offset += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    check(offset <= source.size, member, "archive-short");
    const padding = await source.read(offset - ((BLOCK - (size % BLOCK)) % BLOCK), (BLOCK - (size % BLOCK)) % BLOCK);
    check(padding.every((byte) => byte === 0), member, "archive-padding");
    before = read;
  }
  const end = await source.read(offset, 2 * BLOCK);
  check(end.length === 2 * BLOCK, "end", "archive-short");
  check(end.every((byte) => byte === 0), "end", "archive-end");
  check(source.size === offset + 2 * BLOCK, "end", "archive-trailing");
  return members;
}

// The whole content of a small member.
export async function readMember(source, members, name, most) {
  const { offset, size } = members.get(name);
  demand(size <= most, "member-long", { most });
  return source.read(offset, size);
}
