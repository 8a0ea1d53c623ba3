// A formula as people type it, g * (1 - y*y) or x.T @ g: parsed by a grammar of its own, never run as code.
//
//     comparison  sum [(< > <= >= == !=) sum]
//     sum         term {(+ -) term}
//     term        sign {(* / @) sign}
//     sign        - sign | power
//     power       part [** sign]
//     part        (number | name | name(arguments) | (comparison)) {.name | .name(arguments)}

import { Complaint, elementwise, product, scalar } from "./arrays.js";
import { FUNCTIONS, METHODS } from "./functions.js";

/** @typedef {import("./arrays.js").Numbers} Numbers */
/** @typedef {Record<string, Numbers>} Names what a formula's names stand for */
/** @typedef {(names: Names) => Numbers} Formula */
/** @typedef {{place: Formula[], named: Record<string, Formula>}} Arguments */

const MOST_CHARACTERS = 300;
const MOST_DEEP = 40; // brackets in one another
const TOKEN = /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(\*\*|<=|>=|==|!=|[-+*/@<>=().,]))/uy;
const WRITTEN_OTHERWISE = /[−·×⊙]/g;
const COMPARISONS = ["<", ">", "<=", ">=", "==", "!="];

/** @type {Record<string, (a: number, b: number) => number>} */
const OPERATORS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** b,
  "<": (a, b) => Number(a < b),
  ">": (a, b) => Number(a > b),
  "<=": (a, b) => Number(a <= b),
  ">=": (a, b) => Number(a >= b),
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
};
/** @type {Record<string, number>} */
const CONSTANTS = { True: 1, False: 0, pi: Math.PI };

/** The function of its names that a formula is; raises a `Complaint` where it is none. @param {string} text @returns {Formula} */
export function parsed(text) {
  const parser = new Parser(tokens(text));
  const formula = parser.comparison();
  if (parser.next !== "") throw new Complaint("formula.rest", { rest: parser.next, before: parser.before });
  return formula;
}

/** @param {string} text @returns {string[]} */
function tokens(text) {
  const plain = text.replace(WRITTEN_OTHERWISE, (sign) => (sign === "−" ? "-" : "*")).trim();
  if (!plain) throw new Complaint("formula.empty");
  if (plain.length > MOST_CHARACTERS) throw new Complaint("formula.long", { most: MOST_CHARACTERS });
  const found = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < plain.length; ) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(plain);
    if (!match) {
      const sign = String.fromCodePoint(/** @type {number} */ (plain.slice(at).trim().codePointAt(0)));
      throw new Complaint({ "^": "formula.power", "[": "formula.index" }[sign] ?? "formula.sign", { sign });
    }
    found.push(match[0].trim());
  }
  return found;
}

const isName = (/** @type {string} */ token) => /^[\p{L}_]/u.test(token);
const isNumber = (/** @type {string} */ token) => /^\.?\d/.test(token);

class Parser {
  /** @param {string[]} found */
  constructor(found) {
    this.tokens = found;
    this.at = 0;
    this.deep = 0;
  }

  /** The token that comes, "" at the end. */
  get next() {
    return this.tokens[this.at] ?? "";
  }

  get before() {
    return this.tokens[this.at - 1] ?? "";
  }

  /** Go past a token, if it is one of these. @param {string[]} some */
  took(...some) {
    if (this.next === "" || !some.includes(this.next)) return "";
    return this.tokens[this.at++];
  }

  /** @param {string} token */
  need(token) {
    if (!this.took(token)) throw new Complaint(this.next === "" ? "formula.unclosed" : "formula.rest", { rest: this.next, before: this.before });
  }

  /** One step deeper into the formula. @param {() => Formula} read */
  deeper(read) {
    if (++this.deep > MOST_DEEP) throw new Complaint("formula.deep");
    const formula = read();
    this.deep--;
    return formula;
  }

  comparison() {
    const left = this.sum();
    const sign = this.took(...COMPARISONS);
    return sign ? combined(sign, left, this.sum()) : left;
  }

  sum() {
    let formula = this.term();
    for (let sign = this.took("+", "-"); sign; sign = this.took("+", "-")) formula = combined(sign, formula, this.term());
    return formula;
  }

  term() {
    let formula = this.sign();
    for (let sign = this.took("*", "/", "@"); sign; sign = this.took("*", "/", "@")) formula = combined(sign, formula, this.sign());
    return formula;
  }

  /** @returns {Formula} */
  sign() {
    if (this.took("+")) return this.deeper(() => this.sign());
    if (!this.took("-")) return this.power();
    const formula = this.deeper(() => this.sign());
    return (names) => elementwise("-", (a) => -a, formula(names));
  }

  /** @returns {Formula} */
  power() {
    const base = this.part();
    return this.took("**") ? combined("**", base, this.deeper(() => this.sign())) : base;
  }

  part() {
    let formula = this.atom();
    while (this.took(".")) formula = this.method(formula);
    return formula;
  }

  /** @returns {Formula} */
  atom() {
    const token = this.next;
    this.at++;
    if (token === "(") {
      const formula = this.deeper(() => this.comparison());
      this.need(")");
      return formula;
    }
    if (isNumber(token)) return () => scalar(Number(token));
    if (isName(token)) return this.named(token);
    this.at--;
    throw new Complaint(token === "" ? "formula.stops" : "formula.expected", { found: token, before: this.before });
  }

  /** A name, and what is called with it. @param {string} name @returns {Formula} */
  named(name) {
    if (name === "np" && this.took(".")) {
      this.at++;
      name = this.before;
    }
    if (this.took("(")) return call(name, this.inBrackets());
    if (name in CONSTANTS) return () => scalar(CONSTANTS[name]);
    if (Object.hasOwn(FUNCTIONS, name)) throw new Complaint("formula.uncalled", { name });
    return (names) => {
      if (Object.hasOwn(names, name)) return names[name];
      throw new Complaint("formula.name", { name, names: Object.keys(names).join(", ") });
    };
  }

  /** x.T, or x.sum(axis=0). @param {Formula} of @returns {Formula} */
  method(of) {
    const name = this.next;
    this.at++;
    if (name === "T") return (names) => FUNCTIONS.transpose.run([of(names)], {});
    if (!METHODS.includes(name)) throw new Complaint("formula.method", { name, methods: METHODS.join(", ") });
    this.need("(");
    const { place, named } = this.inBrackets();
    return call(name, { place: [of, ...place], named });
  }

  /** What stands between ( and ): formulas, and some with a name. @returns {Arguments} */
  inBrackets() {
    /** @type {Arguments} */
    const found = { place: [], named: {} };
    if (this.took(")")) return found;
    do {
      const name = isName(this.next) && this.tokens[this.at + 1] === "=" ? this.next : "";
      if (name) this.at += 2;
      const formula = this.deeper(() => this.comparison());
      if (name) found.named[name] = formula;
      else found.place.push(formula);
    } while (this.took(","));
    this.need(")");
    return found;
  }
}

/** @param {string} sign @param {Formula} left @param {Formula} right @returns {Formula} */
function combined(sign, left, right) {
  if (sign === "@") return (names) => product(left(names), right(names));
  return (names) => elementwise(sign, OPERATORS[sign], left(names), right(names));
}

/** @param {string} name @param {Arguments} given @returns {Formula} */
function call(name, { place, named }) {
  if (!Object.hasOwn(FUNCTIONS, name)) throw new Complaint("formula.function", { name, functions: Object.keys(FUNCTIONS).join(", ") });
  const { run, takes, options } = FUNCTIONS[name];
  const stranger = Object.keys(named).find((option) => !options.includes(option));
  if (stranger !== undefined) throw new Complaint("formula.option", { name, option: stranger });
  if (place.length < takes || place.length > takes + options.length) {
    throw new Complaint(name === "max" || name === "min" ? "formula.larger" : "formula.arguments", { name, count: takes });
  }
  return (names) => {
    /** @type {Record<string, Numbers>} */
    const chosen = {};
    options.forEach((option, i) => {
      const formula = place[takes + i] ?? named[option];
      if (formula) chosen[option] = formula(names);
    });
    return run(place.slice(0, takes).map((formula) => formula(names)), chosen);
  };
}
