// Which keys a log was left with: what the root check needs of the entries. Consents to a change of
// keys are verified even there, or a forger could hand the log new keys and sign with them.

import { readEntry } from "./forms.js";
import { isSigned, readSignature } from "./note.js";
import { demand } from "./refusal.js";
import { checkKeyChange, foundingKeys, foundingSigners, withKey } from "./register.js";

const OFFERS = '"kind":"key"';
const DECIDES = '"type":"decision"';

export class KeyHistory {
  #given;
  #decoder = new TextDecoder();
  #byProposal = new Map();
  #byChange = new Map();
  keys = null;
  origin = null;

  // `given`: the keys of the parties at the founding, [{consent, cosign}].
  constructor(given) {
    this.#given = given;
  }

  // Reads the entries in order. An entry that changes no key costs a search in its text.
  async read(bytes, index) {
    if (index === 0) return this.#found(readEntry(bytes));
    const text = this.#decoder.decode(bytes);
    if (text.includes(OFFERS)) return this.#offer(readEntry(bytes));
    if (this.#byChange.size > 0 && text.includes(DECIDES)) return this.#decide(readEntry(bytes));
    return undefined;
  }

  async #found(entry) {
    demand(entry.type === "founding", "founding-place");
    this.keys = foundingKeys(entry);
    this.origin = entry.origin;
    const parties = [...this.keys.parties.values()];
    const isGiven = (each) => this.#given.some((pair) => isSamePair(pair, each));
    const isNamed = (pair) => parties.some((each) => isSamePair(pair, each));
    demand(this.#given.length === parties.length, "keys-count", { given: this.#given.length });
    demand(parties.every(isGiven) && this.#given.every(isNamed), "keys-other");
    await verifySignatures(entry, foundingSigners(entry));
  }

  #signersOf(entry) {
    demand(entry.origin === this.origin, "origin-other", { origin: entry.origin });
    demand(this.keys.parties.has(entry.party), "party-unknown", { party: entry.party });
    return [this.keys.parties.get(entry.party).consent];
  }

  async #offer(entry) {
    if (entry.type !== "proposal") return;
    await verifySignatures(entry, this.#signersOf(entry));
    const { effect, proposal, round } = entry.change;
    checkKeyChange(this.keys, this.origin, effect);
    const before = this.#byProposal.get(proposal);
    // What was decided, or an earlier round, is not played again.
    demand(!before || this.#byChange.has(before.hash), "propose-closed", { state: "closed" });
    demand(round === (before ? before.round + 1 : 1), "propose-round", { round });
    if (before) this.#byChange.delete(before.hash);
    const offer = { hash: entry.change_sha256, effect, round, consented: new Set() };
    this.#byProposal.set(proposal, offer);
    this.#byChange.set(offer.hash, offer);
  }

  async #decide(entry) {
    const offer = this.#byChange.get(entry.change_sha256);
    if (!offer) return;
    await verifySignatures(entry, this.#signersOf(entry));
    demand(!offer.consented.has(entry.party), "decision-twice", { party: entry.party });
    if (entry.decision === "consent") offer.consented.add(entry.party);
    else this.#byChange.delete(offer.hash);
    // Every agreement needs the consent of all its parties.
    if (offer.consented.size < this.keys.parties.size) return;
    this.#byChange.delete(offer.hash);
    this.keys = withKey(this.keys, offer.effect);
  }
}

function isSamePair(a, b) {
  return a.consent.text === b.consent.text && a.cosign.text === b.cosign.text;
}

// The pairs of key and signature of an entry that has exactly the lines of these keys.
export function signaturesOf(entry, keys) {
  demand(entry.signatures.length === keys.length, "signature-count", { count: keys.length });
  return keys.map((key, i) => ({ key, signature: readSignature(entry.signatures[i], key) }));
}

// Throws where one of them is wrong.
export async function verifySignatures(entry, keys) {
  for (const { key, signature } of signaturesOf(entry, keys)) {
    demand(await isSigned(key, signature, entry.text), "signature-wrong", { name: key.name });
  }
}
