// What an accepted bundle shows, as plain values for the page.

import { momentOf } from "./moments.js";

const MOST_LISTED = 100;

function keysOf(keys) {
  const parties = [...keys.parties].sort().map(([party, { consent, cosign }]) => ({
    party,
    consent: consent.text,
    cosign: cosign.text,
  }));
  return { log: keys.log.text, parties };
}

// `register` is null after a check of the root alone: that one has read no terms.
export function factsOf({ keys, register, floor, cosignedAt, named, members }) {
  const facts = { keys: keysOf(keys), cosigned_at: momentOf(cosignedAt) };
  if (register === null) return facts;
  const { terms } = register;
  const withheld = [...named].filter((each) => each.startsWith("documents/") && !members.has(each));
  return {
    ...facts,
    agreement: terms.id,
    terms: { version: terms.version, sha256: terms.sha256, file: register.fileSha256 },
    proposals: [...register.proposals].map(([proposal, each]) => ({
      proposal,
      party: each.party,
      kind: each.change.kind,
      round: each.change.round,
      state: register.stateOf(each, floor),
    })),
    waived: [...register.waived],
    ends_on: register.end,
    disputes_open: register.acts.disputed.size,
    documents: [...members.keys()].filter((each) => each.startsWith("documents/")).length,
    withheld: withheld.slice(0, MOST_LISTED).map((each) => each.slice("documents/".length)),
    withheld_count: withheld.length,
  };
}
