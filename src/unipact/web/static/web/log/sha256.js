// SHA-256 (FIPS 180-4) as a synchronous function. WebCrypto answers by a promise, which costs more
// than the hash itself where a million short leaves are hashed; the tests compare the two.

const ROUNDS = new Int32Array(64);
const START = new Int32Array(8);

// The first 32 bits of the fractions of the roots of the first primes, as the standard says.
for (let candidate = 2, found = 0; found < 64; candidate += 1) {
  let isPrime = true;
  for (let by = 2; by * by <= candidate; by += 1) if (candidate % by === 0) isPrime = false;
  if (!isPrime) continue;
  ROUNDS[found] = fraction(BigInt(candidate), 3n);
  if (found < 8) START[found] = fraction(BigInt(candidate), 2n);
  found += 1;
}

// floor(2^32 * n^(1/power)) mod 2^32, exactly.
function fraction(n, power) {
  const wanted = n << (32n * power);
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** power <= wanted) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

const words = new Int32Array(64);

function compress(state, block, offset) {
  for (let i = 0, at = offset; i < 16; i += 1, at += 4) {
    words[i] = (block[at] << 24) | (block[at + 1] << 16) | (block[at + 2] << 8) | block[at + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const x = words[i - 15];
    const y = words[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

// One hash over bytes that come in pieces.
export class Sha256 {
  #state = Int32Array.from(START);
  #rest = new Uint8Array(64);
  #kept = 0;
  #length = 0;

  update(bytes) {
    let offset = 0;
    this.#length += bytes.length;
    if (this.#kept > 0) {
      offset = Math.min(64 - this.#kept, bytes.length);
      this.#rest.set(bytes.subarray(0, offset), this.#kept);
      this.#kept += offset;
      if (this.#kept < 64) return this;
      compress(this.#state, this.#rest, 0);
      this.#kept = 0;
    }
    for (; offset + 64 <= bytes.length; offset += 64) compress(this.#state, bytes, offset);
    this.#rest.set(bytes.subarray(offset), 0);
    this.#kept = bytes.length - offset;
    return this;
  }

  digest() {
    const length = this.#length;
    const tail = new Uint8Array(this.#kept < 56 ? 64 - this.#kept : 128 - this.#kept);
    tail[0] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(length / 0x20000000));
    view.setUint32(tail.length - 4, (length << 3) >>> 0);
    this.update(tail);
    const digest = new Uint8Array(32);
    const out = new DataView(digest.buffer);
    this.#state.forEach((word, i) => out.setInt32(4 * i, word));
    return digest;
  }
}

export function sha256(...parts) {
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function hex(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
