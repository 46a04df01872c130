// The member `entries` cut into its entries, and which entry is meant where a hash differs.

import { LONGEST_ENTRY } from "./forms.js";
import { Tree, isSame, leafHash } from "./merkle.js";
import { Refusal } from "./refusal.js";

const LINE = 0x0a;

function isDash(bytes, at) {
  return bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && bytes[at + 2] === 0x94;
}

// How long the entry is that `bytes` begin with, or 0: a line, an empty line, signature lines.
function lengthOf(bytes) {
  const blank = bytes.indexOf(LINE) + 1;
  if (blank === 0 || bytes[blank] !== LINE) return 0;
  let end = blank + 1;
  while (isDash(bytes, end)) {
    const next = bytes.indexOf(LINE, end) + 1;
    if (next === 0) return 0;
    end = next;
  }
  return end > blank + 1 && end <= LONGEST_ENTRY ? end : 0;
}

// The bytes of every entry, in order. Throws where one cannot be told from the next.
export async function* splitEntries(source, member) {
  for (let done = 0; done < member.size; ) {
    const most = Math.min(LONGEST_ENTRY + 4, member.size - done);
    const bytes = await source.read(member.offset + done, most);
    const length = lengthOf(bytes);
    if (length === 0) throw new Refusal("entry-note");
    yield bytes.subarray(0, length);
    done += length;
  }
}

// The hashes of a range of the member `hashes`.
export async function* readHashes(source, member) {
  for await (const piece of source.pieces(member.offset, member.size)) {
    for (let at = 0; at < piece.length; at += 32) yield piece.subarray(at, at + 32);
  }
}

// The root that the entries themselves have, and the first of them that has another hash than its
// own in `hashes`; null where they cannot be told from one another.
export async function compareHashes(source, entries, hashes) {
  const tree = new Tree();
  const listed = readHashes(source.again(), hashes);
  let other = null;
  try {
    for await (const bytes of splitEntries(source, entries)) {
      const leaf = leafHash(bytes);
      const { value: hash } = await listed.next();
      if (other === null && !(hash && isSame(hash, leaf))) other = tree.size;
      tree.add(leaf);
    }
  } catch {
    return null;
  }
  return { root: tree.root(), other };
}

async function positionOf(leaf, source, member) {
  let index = 0;
  for await (const hash of readHashes(source, member)) {
    if (isSame(hash, leaf)) return index;
    index += 1;
  }
  return -1;
}

// What became of entry `index`, whose bytes have `leaf` and not the hash that stands for it.
export async function explainDifference(index, leaf, next, source, member) {
  const found = await positionOf(leaf, source, member);
  if (found > index) return new Refusal("entry-missing", { entry: index, found });
  if (found >= 0) return new Refusal("entry-repeated", { entry: index, found });
  // Empty where the entry is one more than there are hashes.
  const wanted = await source.read(member.offset + 32 * index, Math.min(32, member.size - 32 * index));
  const isInserted = wanted.length === 0 || (next !== null && isSame(leafHash(next), wanted));
  return new Refusal(isInserted ? "entry-inserted" : "entry-changed", { entry: index });
}
