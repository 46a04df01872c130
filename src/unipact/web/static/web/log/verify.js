// Verifies a bundle of a log in the reader's own browser, as docs/reference/log.md says and as
// `unipact verify` does; written apart from it. Nothing of the file leaves the browser.

import { LONGEST_CHECKPOINT, earlierCheckpoints, readCheckpoint, timeOfKept, verifyCheckpoint } from "./checkpoint.js";
import { compareHashes, explainDifference, readHashes, splitEntries } from "./entries.js";
import { factsOf } from "./facts.js";
import { documentsOf, readEntry } from "./forms.js";
import { KeyHistory, signaturesOf } from "./key_history.js";
import { Tree, isSame, leafHash } from "./merkle.js";
import { textOf } from "./messages.js";
import { isSigned, readPublicKeys, toBase64 } from "./note.js";
import { README } from "./readme.js";
import { Refusal, demand } from "./refusal.js";
import { Register } from "./register.js";
import { Sha256, hex, sha256 } from "./sha256.js";
import { Source } from "./source.js";
import { MOST_BYTES } from "./terms.js";
import { readMember, readMembers } from "./ustar.js";

const STEP = 256;

// Resolves to {accepted, mode, size, root, origin, entry, where, code, values, text, facts}; it
// never rejects. `of`: a Blob or an ArrayBuffer. `keys`: the texts of the `*.pub` of every party.
// Options: `mode` "full" or "root"; `seen`: text of a checkpoint that the reader kept;
// `onProgress(done, all)`.
export async function verifyBundle(of, keys, options = {}) {
  const run = new Run(of, options);
  try {
    await run.verify(keys);
    return run.verdict(new Refusal(`accepted-${run.mode}`), true);
  } catch (error) {
    if (error instanceof Refusal) return run.verdict(error, false);
    return run.verdict(new Refusal("fault", { detail: String(error) }), false);
  }
}

const pause = () => new Promise((resume) => setTimeout(resume));

class Run {
  // Where the check is: {entry} or {member}.
  #at = { member: "archive" };
  #source;
  #options;
  #members = null;
  #checkpoint = null;
  #seen = null;
  #history = null;
  #register = null;
  #named = new Set();
  #pending = [];
  #floor = -Infinity;
  #lastTime = -Infinity;
  #seenRoot = null;
  #steps = 0;

  constructor(of, options) {
    this.mode = options.mode === "root" ? "root" : "full";
    this.#source = new Source(of);
    this.#options = options;
  }

  async verify(keys) {
    this.#at = { member: "keys" };
    demand(globalThis.crypto?.subtle, "no-webcrypto");
    const given = readPublicKeys(keys);
    if (this.#options.seen) {
      this.#at = { member: "seen" };
      this.#seen = readCheckpoint(new TextEncoder().encode(this.#options.seen));
    }
    await this.#openContainer();
    await this.#verifyRoot(given);
    if (this.mode === "full") await this.#verifyEntries();
  }

  async #openContainer() {
    this.#at = { member: "archive" };
    this.#members = await readMembers(this.#source);
    this.#at = { member: "README.txt" };
    const readme = new TextEncoder().encode(README);
    const found = await readMember(this.#source, this.#members, "README.txt", readme.length);
    demand(isSame(found, readme), "readme-other");
    this.#at = { member: "checkpoint" };
    this.#checkpoint = readCheckpoint(
      await readMember(this.#source, this.#members, "checkpoint", LONGEST_CHECKPOINT),
    );
    demand(this.#checkpoint.size > 0, "checkpoint-form");
    this.#at = { member: "hashes" };
    const { size } = this.#members.get("hashes");
    demand(size === 32 * this.#checkpoint.size, "hashes-size", { size: this.#checkpoint.size });
    if (this.mode === "full") await this.#hashDocuments();
  }

  // Every document is what its name says. Agreement files are held to theirs where they are named.
  async #hashDocuments() {
    for (const [name, { offset, size }] of this.#members) {
      const wanted = /^documents\/([0-9a-f]{64})$/.exec(name)?.[1];
      if (!wanted) continue;
      this.#at = { member: name };
      const hash = new Sha256();
      for await (const piece of this.#source.pieces(offset, size)) hash.update(piece);
      demand(hex(hash.digest()) === wanted, "member-hash");
    }
  }

  async #verifyRoot(given) {
    await this.#compareRoots();
    await this.#compareLeaves(given);
    this.#at = { member: "checkpoint" };
    demand(this.#checkpoint.origin === this.#history.origin, "origin-other", this.#checkpoint);
    try {
      this.#lastTime = await verifyCheckpoint(this.#checkpoint, this.#history.keys);
    } catch (error) {
      // Where an entry changed keys against the rules, that entry is to blame.
      if (this.mode === "full") await this.#verifyEntries();
      this.#at = { member: "checkpoint" };
      throw error;
    }
    this.#compareSeen();
  }

  async #compareRoots() {
    const tree = new Tree();
    for await (const hash of readHashes(this.#source, this.#members.get("hashes"))) {
      tree.add(hash);
      if (tree.size === this.#seen?.size) this.#seenRoot = tree.root();
    }
    const root = tree.root();
    if (!isSame(root, this.#checkpoint.root)) await this.#blame(root);
  }

  // What the entries themselves hash to tells what was changed: a hash, or the checkpoint.
  async #blame(root) {
    this.#at = { member: "hashes" };
    const found = await compareHashes(
      this.#source,
      this.#members.get("entries"),
      this.#members.get("hashes"),
    );
    if (found && isSame(found.root, root)) this.#at = { member: "checkpoint" };
    if (!found || !isSame(found.root, this.#checkpoint.root)) throw new Refusal("root-other");
    this.#at = { entry: found.other };
    throw new Refusal("hash-other");
  }

  async #compareLeaves(given) {
    const hashes = this.#members.get("hashes");
    const wanted = readHashes(this.#source.again(), hashes);
    const entries = splitEntries(this.#source, this.#members.get("entries"));
    this.#history = new KeyHistory(given);
    const { size } = this.#checkpoint;
    for (let index = 0; ; index += 1) {
      this.#at = { entry: index };
      const { value: bytes, done } = await entries.next();
      if (done) {
        demand(index === size, "entry-missing-last", { entry: index });
        return;
      }
      const leaf = leafHash(bytes);
      const hash = index < size ? (await wanted.next()).value : null;
      if (hash === null || !isSame(leaf, hash)) {
        const next = await entries.next().then(
          (found) => found.value ?? null,
          () => null,
        );
        throw await explainDifference(index, leaf, next, this.#source.again(), hashes);
      }
      await this.#history.read(bytes, index);
      if (this.#step()) await pause();
    }
  }

  #compareSeen() {
    if (this.#seen === null) return;
    const seen = this.#seen;
    this.#at = { member: "seen" };
    demand(seen.origin === this.#checkpoint.origin, "seen-origin", { origin: seen.origin });
    demand(seen.size <= this.#checkpoint.size, "seen-cut", { size: seen.size });
    const root = seen.size === 0 ? new Tree().root() : this.#seenRoot;
    demand(isSame(root, seen.root), "seen-forked", { size: seen.size });
  }

  async #verifyEntries() {
    const wanted = readHashes(this.#source.again(), this.#members.get("hashes"));
    const files = this.#source.again();
    this.#register = new Register((hash) => this.#agreementFile(files, hash));
    const tree = new Tree();
    // Four lines of text, then one of the log and one of each party.
    const lines = 5 + this.#history.keys.parties.size;
    const earlier = earlierCheckpoints(this.#source.again(), this.#members.get("checkpoints"), lines);
    let next = await this.#nextCheckpoint(earlier, 0);
    for await (const bytes of splitEntries(this.#source, this.#members.get("entries"))) {
      const index = tree.size;
      await this.#applyEntry(bytes, index);
      tree.add((await wanted.next()).value);
      if (tree.size === next?.size) {
        await this.#settle();
        await this.#applyCheckpoint(next, tree);
        next = await this.#nextCheckpoint(earlier, tree.size);
      }
      if (tree.size === this.#seen?.size) {
        this.#floor = Math.max(this.#floor, await timeOfKept(this.#seen, this.#register.keys));
      }
      if (this.#pending.length >= STEP) await this.#settle();
      if (this.#step()) await pause();
    }
    await this.#settle();
    this.#floor = Math.max(this.#floor, this.#lastTime);
    for (const name of this.#members.keys()) {
      if (!name.includes("/")) continue;
      this.#at = { member: name };
      demand(this.#named.has(name), "member-unnamed");
    }
  }

  async #nextCheckpoint(earlier, before) {
    this.#at = { member: "checkpoints" };
    const { value: found } = await earlier.next();
    if (!found) return null;
    demand(found.origin === this.#history.origin, "origin-other", found);
    demand(found.size > before && found.size < this.#checkpoint.size, "checkpoints-order", found);
    return found;
  }

  async #applyCheckpoint(checkpoint, tree) {
    this.#at = { member: "checkpoints" };
    demand(isSame(tree.root(), checkpoint.root), "checkpoints-root", checkpoint);
    const time = await verifyCheckpoint(checkpoint, this.#register.keys);
    this.#floor = Math.max(this.#floor, time);
  }

  async #applyEntry(bytes, index) {
    this.#at = { entry: index };
    try {
      const entry = readEntry(bytes);
      for (const { key, signature } of signaturesOf(entry, this.#register.signersOf(entry))) {
        const holds = isSigned(key, signature, entry.text);
        // Awaited later; until then a failure is nobody's.
        holds.catch(() => {});
        this.#pending.push({ index, key, holds });
      }
      await this.#register.apply(entry, index, this.#floor);
      this.#name(entry);
    } catch (error) {
      // An earlier entry with a wrong signature comes first.
      await this.#settle();
      this.#at = { entry: index };
      throw error;
    }
  }

  // Waits for the signatures whose verification began.
  async #settle() {
    const pending = this.#pending;
    this.#pending = [];
    for (const { index, key, holds } of pending) {
      this.#at = { entry: index };
      demand(await holds, "signature-wrong", { name: key.name });
    }
  }

  #name(entry) {
    const file = entry.type === "founding" ? entry.file_sha256 : entry.change?.proposed_file_sha256;
    if (file) this.#named.add(`agreements/${file}.toml`);
    for (const hash of documentsOf(entry)) this.#named.add(`documents/${hash}`);
  }

  async #agreementFile(files, hash) {
    const name = `agreements/${hash}.toml`;
    if (!this.#members.has(name)) return null;
    demand(this.#members.get(name).size <= MOST_BYTES, "terms-long");
    const bytes = await readMember(files, this.#members, name, MOST_BYTES);
    demand(hex(sha256(bytes)) === hash, "file-changed", { file: hash });
    return bytes;
  }

  // Counts an entry as done; true where the page should get a moment to show it.
  #step() {
    this.#steps += 1;
    const all = this.#checkpoint.size * (this.mode === "full" ? 2 : 1);
    if (this.#steps % STEP === 0 || this.#steps === all) this.#options.onProgress?.(this.#steps, all);
    return this.#steps % (8 * STEP) === 0;
  }

  verdict(answer, accepted) {
    const member = answer.member ?? this.#at.member;
    const entry = member === undefined ? this.#at.entry : null;
    const checkpoint = this.#checkpoint;
    const facts = accepted
      ? factsOf({
          keys: this.#history.keys,
          register: this.#register,
          floor: this.#floor,
          cosignedAt: this.#lastTime,
          named: this.#named,
          members: this.#members,
        })
      : {};
    return {
      accepted,
      mode: this.mode,
      size: checkpoint?.size ?? null,
      root: checkpoint && toBase64(checkpoint.root),
      origin: checkpoint?.origin ?? null,
      entry: accepted ? null : entry,
      where: accepted ? null : (member ?? `entry ${entry}`),
      code: answer.code,
      values: answer.values,
      text: textOf(answer.code, answer.values),
      facts,
    };
  }
}
