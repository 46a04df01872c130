// The rules for what happens under the terms: evaluations and their review, disputes, notices,
// reports and transactions. Each takes the register and the entry.

import { dayNumber } from "./moments.js";
import { demand } from "./refusal.js";

export function newActs() {
  return {
    // run -> the party that put it forward
    runs: new Map(),
    // run and evidence -> {decision, settled: Set of parties}
    reviews: new Map(),
    // id -> {commitment, period, closed: Set of parties}
    disputes: new Map(),
    // pairs of commitment and period in dispute
    disputed: new Set(),
    notices: new Set(),
    // year -> {edition, hash, signed: Set of parties}
    reports: new Map(),
    // hash -> {party, answered: Map of party -> its last answer}
    transactions: new Map(),
  };
}

function evaluation(register, entry) {
  const { runs } = register.acts;
  demand(register.versions.has(entry.version_sha256), "evaluation-version");
  demand(!runs.has(entry.run_sha256), "evaluation-twice");
  runs.set(entry.run_sha256, entry.party);
}

function review(register, entry) {
  const { runs, reviews } = register.acts;
  const { party, run_sha256: run, evidence_sha256: evidence, decision } = entry;
  demand(runs.has(run), "review-run");
  const reviewed = `${run} ${evidence}`;
  const known = reviews.get(reviewed);
  if (decision === "settle") {
    demand(known?.decision === "contest", "settle-uncontested");
    demand(!known.settled.has(party), "settle-twice", { party });
    known.settled.add(party);
    return;
  }
  demand(runs.get(run) !== party, "review-own", { party });
  demand(!known, "review-twice");
  reviews.set(reviewed, { decision, settled: new Set() });
}

function dispute(register, entry) {
  const { disputes, disputed } = register.acts;
  const { party, dispute: id, commitment, period } = entry;
  const pair = `${commitment} ${period}`;
  const known = disputes.get(id);
  if (entry.act === "open") {
    demand(!known, "dispute-known");
    demand(register.terms.commitments.has(commitment), "commitment-unknown", { commitment });
    demand(!disputed.has(pair), "dispute-open", { commitment, period });
    disputes.set(id, { commitment, period, closed: new Set() });
    disputed.add(pair);
    return;
  }
  demand(known && known.closed.size < register.keys.parties.size, "dispute-not-open");
  demand(known.commitment === commitment && known.period === period, "dispute-other");
  demand(!known.closed.has(party), "dispute-closed-twice", { party });
  known.closed.add(party);
  if (known.closed.size === register.keys.parties.size) disputed.delete(pair);
}

function notice(register, entry) {
  const { terms, acts } = register;
  const { party, clause } = entry;
  let days = terms.renewalDays;
  if (clause === "renewal") {
    demand(days !== null, "notice-clause", { clause });
  } else {
    const exit = terms.exits.get(clause);
    demand(exit, "notice-clause", { clause });
    demand(exit.may.includes(party), "notice-party", { party });
    days = exit.noticeDays;
  }
  demand(dayNumber(entry.on) >= dayNumber(entry.at.slice(0, 10)) + days, "notice-short", { days });
  // The same line again, under a version that came later, is nobody's notice under it.
  const given = [`${party} ${clause} ${terms.sha256}`, `${party} ${clause} ${entry.at}`];
  demand(!given.some((each) => acts.notices.has(each)), "notice-twice", { party });
  for (const each of given) acts.notices.add(each);
}

function report(register, entry) {
  const { reports } = register.acts;
  const { party, year, edition, report_sha256: hash } = entry;
  const last = reports.get(year);
  if (last && edition === last.edition) {
    demand(hash === last.hash, "report-other");
    demand(!last.signed.has(party), "report-twice", { party });
    last.signed.add(party);
    return;
  }
  demand(edition === (last ? last.edition + 1 : 1), "report-edition", { edition });
  reports.set(year, { edition, hash, signed: new Set([party]) });
}

function transaction(register, entry) {
  const { transactions } = register.acts;
  const { party, transaction_sha256: hash, decision, at, reason_sha256: reason } = entry;
  const known = transactions.get(hash);
  if (decision === "post") {
    demand(!known, "transaction-twice");
    transactions.set(hash, { party, answered: new Map(), said: new Set(), last: new Map() });
    return;
  }
  demand(known, "transaction-unknown");
  demand(known.party !== party, "transaction-own", { party });
  const again = decision === "acknowledge" && known.answered.get(party) === decision;
  // An old answer is not played over the one that followed. Moments of one form sort as texts.
  const said = `${party} ${decision} ${at} ${reason}`;
  const isOld = at < (known.last.get(party) ?? "");
  demand(!again && !isOld && !known.said.has(said), "transaction-answered", { party });
  known.said.add(said);
  known.last.set(party, at);
  known.answered.set(party, decision);
}

export const ACTS = { evaluation, review, dispute, notice, report, transaction };
