// Why a bundle is not accepted: a code with values, so that the page can say it in any language.
// The English of every code stands in messages.js.

export class Refusal extends Error {
  constructor(code, values = {}) {
    super(code);
    this.code = code;
    this.values = values;
  }
}

export function demand(condition, code, values) {
  if (!condition) throw new Refusal(code, values);
}
