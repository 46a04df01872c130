// Bytes at an offset, out of a file that is never read as a whole.

import { Refusal } from "./refusal.js";

const CHUNK = 1 << 20;

export class Source {
  #of;
  #chunk = new Uint8Array(0);
  #from = 0;

  // `of`: a Blob or an ArrayBuffer.
  constructor(of) {
    this.#of = of;
    this.size = of instanceof ArrayBuffer ? of.byteLength : of.size;
  }

  // At most `length` bytes from `offset`; fewer only where the file ends. A chunk is kept, so that
  // many small reads in a row are one read of the file.
  async read(offset, length) {
    const end = Math.min(offset + length, this.size);
    if (end <= offset) return new Uint8Array(0);
    if (offset < this.#from || end > this.#from + this.#chunk.length) {
      const until = Math.min(this.size, Math.max(end, offset + CHUNK));
      this.#chunk = await this.#load(offset, until);
      this.#from = offset;
    }
    return this.#chunk.subarray(offset - this.#from, end - this.#from);
  }

  async #load(from, until) {
    if (this.#of instanceof ArrayBuffer) return new Uint8Array(this.#of, from, until - from);
    try {
      return new Uint8Array(await this.#of.slice(from, until).arrayBuffer());
    } catch {
      throw new Refusal("unreadable");
    }
  }

  // A second reader of the same file, with a chunk of its own.
  again() {
    return new Source(this.#of);
  }

  // The pieces of a range, one after the other.
  async *pieces(offset, length) {
    for (let done = 0; done < length; ) {
      const piece = await this.read(offset + done, Math.min(CHUNK, length - done));
      if (piece.length === 0) throw new Refusal("unreadable");
      yield piece;
      done += piece.length;
    }
  }
}
