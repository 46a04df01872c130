// Merkle tree hashing of RFC 6962, section 2.1.

import { sha256 } from "./sha256.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(entry) {
  return sha256(LEAF, entry);
}

// A tree that grows by one leaf at a time and keeps one hash for each full subtree: log2(n) of them.
export class Tree {
  size = 0;
  #subtrees = [];

  add(leaf) {
    let hash = leaf;
    for (let left = this.size; left % 2 === 1; left = (left - 1) / 2) {
      hash = sha256(NODE, this.#subtrees.pop(), hash);
    }
    this.#subtrees.push(hash);
    this.size += 1;
  }

  root() {
    if (this.size === 0) return sha256();
    return this.#subtrees.reduceRight((right, left) => sha256(NODE, left, right));
  }
}

export function isSame(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
