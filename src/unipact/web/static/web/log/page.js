// Binds the verifier to a page: `<script type="module" src="{% static 'web/log/page.js' %}">`.
//
// The template `agreement/_log_verifier.html` gives what is needed; inside an element with
//   data-log-verifier                 one verifier, as many on a page as it likes
//   data-bundle="URL"                 the bundle of this log, on this server (may be missing)
//   data-keys='["…", "…"]'            the texts of the `*.pub` of the parties, or their vkeys: of
//                                     each party its consent key, then its cosign key
// there are
//   button [data-verify]              checks the bundle of this log; hidden until this script runs
//   form [data-own]                   checks files of the reader: inputs `bundle` (one file),
//                                     `keys` (the .pub files), `seen` (a kept checkpoint, optional)
//                                     and `mode` ("full" or "root")
//   progress [data-progress]          hidden while nothing is checked
//   [data-verdict] with aria-live     where the answer is written, by text alone
//   template [data-texts]             elements [data-text="NAME"] with the texts, translated; words
//                                     in braces are filled in. NAME is a code of messages.js or one
//                                     of those that are read here with `say`.
// Nothing that is checked is sent anywhere: the bundle comes from this server or from the reader's
// disk, and stays in the browser.

import { textOf } from "./messages.js";
import { verifyBundle } from "./verify.js";

// Answers that are about the reader's browser or other files, and not about the bundle.
const UNSURE = new Set(["unreadable", "no-webcrypto", "no-ed25519", "fault"]);

function stateOf({ accepted, mode, code, where }) {
  if (accepted) return mode;
  const isOther = where === "keys" || (where === "seen" && code === "checkpoint-form");
  return isOther || UNSURE.has(code) ? "unsure" : "refused";
}

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

class Verifier {
  #root;
  #texts = {};
  #isBusy = false;

  constructor(root) {
    this.#root = root;
    for (const each of this.#find("[data-texts]").content.querySelectorAll("[data-text]")) {
      this.#texts[each.dataset.text] = each.textContent;
    }
    const button = this.#find("[data-verify]");
    if (button && root.dataset.bundle) {
      button.hidden = false;
      button.addEventListener("click", () => this.#verifyHere());
    }
    const form = this.#find("[data-own]");
    if (form) {
      form.hidden = false;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.#verifyOwn(form);
      });
    }
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  #say(name, values) {
    return textOf(name, values, this.#texts);
  }

  async #verifyHere() {
    await this.#alone(async () => {
      const answer = await fetch(this.#root.dataset.bundle).catch(() => null);
      if (!answer?.ok) {
        this.#show("unsure", [element("h3", this.#say("not-fetched"))]);
        return;
      }
      await this.#verify(await answer.blob(), JSON.parse(this.#root.dataset.keys), {});
    });
  }

  async #verifyOwn(form) {
    await this.#alone(async () => {
      const keys = await Promise.all(Array.from(form.elements.keys.files, (file) => file.text()));
      const seen = await form.elements.seen?.files[0]?.text();
      const mode = form.elements.mode?.value;
      await this.#verify(form.elements.bundle.files[0], keys, { mode, seen });
    });
  }

  // One check at a time: a second one waits until its reader asks again.
  async #alone(work) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const progress = this.#find("[data-progress]");
    progress.removeAttribute("value");
    progress.hidden = false;
    this.#show("busy", [element("p", this.#say("checking"))]);
    try {
      await work();
    } catch (error) {
      this.#show("unsure", [element("h3", this.#say("fault", { detail: error.message }))]);
    } finally {
      progress.hidden = true;
      this.#isBusy = false;
    }
  }

  async #verify(bundle, keys, options) {
    const progress = this.#find("[data-progress]");
    const onProgress = (done, all) => {
      progress.max = all;
      progress.value = done;
    };
    const verdict = await verifyBundle(bundle, keys, { ...options, onProgress });
    const state = stateOf(verdict);
    this.#show(state, [...this.#headline(verdict, state), this.#details(verdict)]);
  }

  #headline(verdict, state) {
    const values = { ...verdict.values };
    if (values.state) values.state = this.#say(`state-${values.state}`);
    const reason = this.#say(verdict.code, values);
    if (verdict.accepted) {
      return [
        element("h3", this.#say(`says-${verdict.mode}`)),
        element("p", this.#say(`means-${verdict.mode}`, { size: verdict.size })),
      ];
    }
    if (state === "unsure") return [element("h3", this.#say("says-unsure")), element("p", reason)];
    const member = this.#texts[`where-${verdict.where}`] ?? verdict.where;
    const where =
      verdict.entry === null
        ? this.#say("at-member", { member })
        : this.#say("at-entry", { entry: verdict.entry });
    return [
      element("h3", this.#say("says-refused")),
      element("p", `${where} ${reason}`),
      element("p", this.#say("means-refused")),
    ];
  }

  #details(verdict) {
    const { facts } = verdict;
    const list = element("dl", "", "facts facts-hash");
    const add = (name, value, isCode = false) => {
      if (value === null || value === undefined) return;
      const said = document.createElement("dd");
      said.append(isCode ? element("code", String(value), "hash") : String(value));
      list.append(element("dt", this.#say(name)), said);
    };
    add("fact-where", verdict.where, true);
    add("fact-origin", verdict.origin, true);
    add("fact-size", verdict.size);
    add("fact-root", verdict.root, true);
    add("fact-cosigned", facts.cosigned_at);
    add("fact-version", facts.terms?.version);
    add("fact-terms", facts.terms?.sha256, true);
    if (facts.proposals) add("fact-open", facts.proposals.filter((each) => each.state === "open").length);
    add("fact-disputes", facts.disputes_open);
    add("fact-documents", facts.documents);
    add("fact-withheld", facts.withheld_count);
    for (const { party, consent, cosign } of facts.keys?.parties ?? []) {
      add("fact-consent-key", `${party}: ${consent}`, true);
      add("fact-cosign-key", `${party}: ${cosign}`, true);
    }
    add("fact-log-key", facts.keys?.log, true);
    return list;
  }

  #show(state, children) {
    const verdict = this.#find("[data-verdict]");
    verdict.dataset.state = state;
    verdict.replaceChildren(...children);
  }
}

for (const each of document.querySelectorAll("[data-log-verifier]")) new Verifier(each);
