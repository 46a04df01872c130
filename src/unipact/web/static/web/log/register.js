// Terms in force as a fold of the log: the rules for the founding, for proposals and decisions.
// The rules for what happens under the terms stand in acts.js.

import { ACTS, newActs } from "./acts.js";
import { DAY_S, dayNumber, seconds } from "./moments.js";
import { COSIGNS, SIGNS, isSamePoint, readVkey } from "./note.js";
import { demand } from "./refusal.js";
import { readTerms } from "./terms.js";

const BACKDATED_S = 7 * DAY_S;

export class Register {
  #readFile;
  terms = null;
  fileSha256 = null;
  // {log, parties: Map of party -> {consent, cosign}}
  keys = null;
  origin = null;
  versions = new Set();
  proposals = new Map();
  waived = new Set();
  end = null;
  acts = newActs();
  #byChange = new Map();

  // `readFile`: a function of a SHA-256 that promises the bytes of that agreement file, or null.
  constructor(readFile) {
    this.#readFile = readFile;
  }

  // The consent keys that must have signed this entry, in the order of their lines.
  signersOf(entry) {
    demand((entry.type === "founding") === (this.keys === null), "founding-place");
    if (entry.type === "founding") return foundingSigners(entry);
    demand(this.keys.parties.has(entry.party), "party-unknown", { party: entry.party });
    return [this.keys.parties.get(entry.party).consent];
  }

  // Applies the entry at `index`; `floor` in seconds: it was made after that.
  async apply(entry, index, floor) {
    if (index === 0) return this.#found(entry);
    demand(entry.origin === this.origin, "origin-other", { origin: entry.origin });
    if (entry.at !== undefined) demand(seconds(entry.at) >= floor - BACKDATED_S, "backdated", { at: entry.at });
    if (entry.type === "proposal") return this.#propose(entry, floor);
    if (entry.type === "decision") return this.#decide(entry, floor);
    return ACTS[entry.type](this, entry);
  }

  async #found(entry) {
    const terms = await this.#termsOf(entry.file_sha256, entry.version_sha256);
    demand(terms.version === entry.version, "founding-version");
    demand(terms.id === entry.agreement, "founding-agreement");
    const parties = [...terms.parties.keys()];
    demand(parties.length >= 2 && !parties.includes("log"), "founding-parties");
    demand(isSameSet(parties, [...entry.keys.keys()]), "founding-parties");
    for (const [party, key] of terms.parties) {
      demand(entry.keys.get(party).consent === key, "founding-key", { party });
    }
    demandConsentOfAll(terms);
    this.keys = foundingKeys(entry);
    const points = presentKeys(this.keys);
    const isTwice = points.some((a, i) => points.slice(i + 1).some((b) => isSamePoint(a, b)));
    demand(!isTwice, "key-twice");
    this.origin = entry.origin;
    this.#enforce(terms, entry.file_sha256);
  }

  #enforce(terms, fileSha256) {
    this.terms = terms;
    this.fileSha256 = fileSha256;
    this.versions.add(terms.sha256);
  }

  async #termsOf(fileSha256, versionSha256) {
    const bytes = await this.#readFile(fileSha256);
    demand(bytes !== null, "file-missing", { file: fileSha256 });
    const terms = readTerms(bytes);
    demand(terms.sha256 === versionSha256, "file-other", { file: fileSha256 });
    return terms;
  }

  // A proposal's state as it is now: stale and lapsed follow from the terms and the floor.
  stateOf(proposal, floor) {
    if (proposal.state !== "open") return proposal.state;
    if (proposal.change.base_sha256 !== this.terms.sha256 || this.end !== null) return "stale";
    const isLate = this.terms.onSilence === "lapse" && floor > seconds(proposal.change.lapses_at);
    return isLate ? "lapsed" : "open";
  }

  async #propose(entry, floor) {
    const { party, at, change, change_sha256: hash } = entry;
    const { terms } = this;
    demand(terms.propose.includes(party), "propose-party", { party });
    demand(this.end === null, "propose-ended");
    demand(change.base_sha256 === terms.sha256, "propose-base");
    const lapses = seconds(at) + terms.silenceDays * DAY_S;
    demand(seconds(change.lapses_at) === lapses, "propose-lapses");
    const known = this.proposals.get(change.proposal);
    if (known) {
      const state = this.stateOf(known, floor);
      demand(state === "open", "propose-closed", { state });
      demand(known.change.kind === change.kind, "propose-kind");
    }
    demand(change.round === (known ? known.change.round + 1 : 1), "propose-round", { round: change.round });
    const proposal = { party, at, change, hash, state: "open", decided: new Map(), terms: null };
    await this.#checkEffect(proposal, at);
    if (known) this.#byChange.delete(known.hash);
    this.proposals.set(change.proposal, proposal);
    this.#byChange.set(hash, proposal);
  }

  async #checkEffect(proposal, at) {
    const { change } = proposal;
    const { effect, kind } = change;
    if (kind === "version") {
      proposal.terms = await this.#nextTerms(change);
      return;
    }
    demand(change.proposed_version_sha256 === this.terms.sha256, "propose-version");
    demand(change.proposed_file_sha256 === this.fileSha256, "propose-version");
    if (kind === "waiver") {
      demand(this.terms.commitments.has(effect.commitment), "commitment-unknown", effect);
      demand(!this.waived.has(`${effect.commitment} ${effect.period}`), "waived-already", effect);
    }
    if (kind === "key") checkKeyChange(this.keys, this.origin, effect);
    if (kind === "end") demand(dayNumber(effect.on) >= dayNumber(at.slice(0, 10)), "end-past");
  }

  async #nextTerms(change) {
    const next = await this.#termsOf(change.proposed_file_sha256, change.proposed_version_sha256);
    const { terms } = this;
    demand(next.id === terms.id, "version-id");
    demand(next.version === terms.version + 1, "version-number");
    demand(next.previous === `sha256:${change.base_sha256}`, "version-previous");
    demand(isSameSet([...next.parties.keys()], [...this.keys.parties.keys()]), "version-parties");
    for (const [party, key] of next.parties) {
      demand(this.keys.parties.get(party).consent.text === key, "version-key", { party });
    }
    demandConsentOfAll(next);
    return next;
  }

  async #decide(entry, floor) {
    const proposal = this.#byChange.get(entry.change_sha256);
    demand(proposal, "decision-unknown");
    const { change } = proposal;
    demand(entry.base_sha256 === change.base_sha256, "decision-base");
    demand(entry.proposed_version_sha256 === change.proposed_version_sha256, "decision-version");
    const state = this.stateOf(proposal, floor);
    demand(state === "open", "decision-closed", { state });
    const { party, decision } = entry;
    if (decision === "withdraw") {
      demand(proposal.party === party, "withdraw-party", { party });
      proposal.state = "withdrawn";
      return;
    }
    demand(this.terms.consent.includes(party), "decision-party", { party });
    demand(!proposal.decided.has(party), "decision-twice", { party });
    const isLast = this.terms.consent.every((each) => each === party || proposal.decided.has(each));
    // Another proposal may have been adopted meanwhile: what this one asked for must still fit.
    if (decision === "consent" && isLast) await this.#checkEffect(proposal, proposal.at);
    proposal.decided.set(party, decision);
    if (decision === "decline") proposal.state = "declined";
    else if (isLast) this.#adopt(proposal);
  }

  #adopt(proposal) {
    const { kind, effect, proposed_file_sha256: file } = proposal.change;
    proposal.state = "adopted";
    if (kind === "version") this.#enforce(proposal.terms, file);
    if (kind === "waiver") this.waived.add(`${effect.commitment} ${effect.period}`);
    if (kind === "end") this.end = effect.on;
    if (kind === "key") this.keys = withKey(this.keys, effect);
  }
}

// What a change of kind `key` may put into the place of a present key.
export function checkKeyChange(keys, origin, { holder, use, key: text }) {
  const isOfLog = use === "log";
  demand(isOfLog ? holder === "log" : keys.parties.has(holder), "key-holder", { holder });
  const key = readVkey(text);
  demand(key.type === (use === "cosign" ? COSIGNS : SIGNS), "vkey-type", { key: text });
  demand(!isOfLog || key.name === origin, "log-key-name");
  demand(!presentKeys(keys).some((each) => isSamePoint(each, key)), "key-twice");
}

// The keys as an adopted change of kind `key` leaves them.
export function withKey(keys, { holder, use, key: text }) {
  const key = readVkey(text);
  if (use === "log") return { ...keys, log: key };
  const parties = new Map(keys.parties);
  parties.set(holder, { ...parties.get(holder), [use]: key });
  return { ...keys, parties };
}

// The keys that a founding entry names; its log key has the name of the log.
export function foundingKeys(entry) {
  const parties = new Map();
  for (const [party, keys] of entry.keys) {
    parties.set(party, { consent: readVkey(keys.consent), cosign: readVkey(keys.cosign) });
  }
  const log = readVkey(entry.log_key);
  demand(log.name === entry.origin, "log-key-name");
  return { log, parties };
}

export function foundingSigners(entry) {
  return [...entry.keys.keys()].sort().map((party) => readVkey(entry.keys.get(party).consent));
}

function presentKeys(keys) {
  return [keys.log, ...[...keys.parties.values()].flatMap((each) => [each.consent, each.cosign])];
}

function demandConsentOfAll(terms) {
  // Somebody who is no party has no key, so nothing would ever be adopted.
  demand(isSameSet([...terms.parties.keys()], [...new Set(terms.consent)]), "consent-not-all");
}

function isSameSet(a, b) {
  return a.length === b.length && a.every((each) => b.includes(each));
}
