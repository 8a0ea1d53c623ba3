// A small net by hand: each quantity is predicted before it is shown, and a wrong number is told which mistake gives it.

import { Complaint } from "./arrays.js";
import { by, make } from "./elements.js";
import { parsed } from "./grammar.js";
import { slipsOf } from "./judging.js";
import { netPicture, plain } from "./net.js";
import { mistakeElements, told } from "./wording.js";
import { say } from "./words.js";

/** @typedef {import("./library.js").Library} Library */
/** @typedef {import("./library.js").Text} Text */
/** @typedef {number[][]} Rows */
/** @typedef {import("./judging.js").Step} Step */
/** @typedef {{given: Record<string, Rows>, rate: number, steps: Step[]}} Worked */

/** @type {Record<string, string>} what a step is, in words */
const ABOUT = { z1: "linear", z2: "linear", dW1: "weight", dW2: "weight", db1: "bias", db2: "bias" };

/** (2, −1), or (1, 0.5; 1, −1). @param {Rows} rows */
export const written = (rows) => (rows.flat().length === 1 ? plain(rows[0][0]) : `(${rows.map((row) => row.map((x) => plain(x)).join(", ")).join("; ")})`);

export class ByHand {
  /** @param {Library & {worked: Worked}} lesson */
  constructor(lesson) {
    this.lesson = lesson;
    this.at = 0; // which step is asked for
    by("hand-form").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.check();
    });
    by("hand-show").addEventListener("click", () => this.reveal());
    by("hand-again").addEventListener("click", () => this.begin());
  }

  get steps() {
    return this.lesson.worked.steps;
  }

  begin() {
    this.at = 0;
    by("hand-verdict").replaceChildren();
    this.show();
    this.focus();
  }

  /** All of it, in the page's language. */
  show() {
    const step = this.steps[this.at];
    const done = this.steps.slice(0, this.at);
    const { given, rate } = this.lesson.worked;
    /** @type {Record<string, Rows>} */
    const known = { ...given, ...Object.fromEntries(done.map(({ name, value }) => [name, value])) };
    by("hand-net").replaceChildren(netPicture(known, new Set(step ? [step.name] : [])));
    const numbers = { x: written(given.x), W1: written(given.W1), W2: written(given.W2), rate };
    by("hand-given").textContent = say("hand.given", numbers);
    by("hand-done").replaceChildren(...done.map(({ symbol, formula, value }) => make("li", { className: "formula" }, `${symbol} = ${formula} = ${written(value)}`)));
    by("hand-form").hidden = !step;
    by("hand-end").hidden = Boolean(step);
    by("hand-end").textContent = say("hand.end", { before: written(this.steps.find(({ name }) => name === "L")?.value ?? []), after: written(this.steps[this.steps.length - 1].value) });
    if (step) this.ask(step);
  }

  /** @param {Step} step */
  ask({ name, symbol, value }) {
    const about = name.endsWith("_new") && name !== "L_new" ? "moved" : (ABOUT[name] ?? name);
    by("hand-asked").textContent = say("hand.asked", { symbol, number: this.at + 1, count: this.steps.length });
    by("hand-about").textContent = say(`hand.about.${about}`);
    by("hand-cells").style.gridTemplateColumns = `repeat(${value[0].length}, minmax(0, 6.5rem))`;
    by("hand-cells").replaceChildren(
      ...value.flatMap((row, i) =>
        row.map((_, j) => make("input", { type: "text", inputMode: "text", autocomplete: "off", "aria-label": say("hand.cell", { symbol, row: i + 1, column: j + 1 }) })),
      ),
    );
  }

  /** @returns {HTMLInputElement[]} */
  get cells() {
    return [...by("hand-cells").children];
  }

  focus() {
    this.cells[0]?.focus({ preventScroll: true });
  }

  /** Right or wrong, and which mistake it would be. */
  check() {
    const step = this.steps[this.at];
    let numbers;
    try {
      numbers = this.cells.map(({ value }) => (value.trim() ? numberIn(value) : null));
    } catch (error) {
      if (!(error instanceof Complaint)) throw error;
      this.tell(make("p", {}, say(error.key, error.blanks)));
      return;
    }
    const { wrong, slips } = slipsOf(step, numbers);
    this.cells.forEach((cell, i) => {
      cell.setAttribute("aria-invalid", String(wrong.includes(i)));
      cell.classList.toggle("right", numbers[i] !== null && !wrong.includes(i));
    });
    if (numbers.every((number) => number === null)) this.tell(make("p", {}, say("hand.type")));
    else if (wrong.length) this.tellWrong(step, slips);
    else if (numbers.includes(null)) this.tell(make("p", {}, say("hand.sofar")));
    else this.goOn(say("hand.right", { symbol: step.symbol }));
  }

  /** @param {Step} step @param {Step["slips"]} slips */
  tellWrong(step, slips) {
    const symbol = step.symbol.replace("∂L/∂", "");
    const all = slips.map(([name, values]) => told(this.lesson, { name, values, others: [] }, step.kind, /** @type {string} */ (values.inputs ?? symbol)));
    const [first, ...others] = all;
    if (!first) {
      this.tell(make("p", { className: "mistake" }, say("hand.unknown")), make("p", {}, by("hand-about").textContent));
      return;
    }
    const either = others.map(({ text }) => make("p", { className: "mistake" }, say("hand.or", { text })));
    this.tell(make("p", {}, say("hand.wrong")), ...mistakeElements(first), ...either);
  }

  reveal() {
    const { symbol, formula, value } = this.steps[this.at];
    this.goOn(say("hand.shown", { numbers: `${symbol} = ${formula} = ${written(value)}` }));
  }

  /** @param {string} words */
  goOn(words) {
    this.at++;
    this.show();
    this.tell(make("p", {}, words));
    this.focus();
  }

  /** @param {...Node} elements */
  tell(...elements) {
    by("hand-verdict").replaceChildren(...elements);
  }
}

/** One number, as it is or as a formula such as 1/2. @param {string} text */
function numberIn(text) {
  const { shape, data } = parsed(text)({});
  if (shape.length || !Number.isFinite(data[0])) throw new Complaint("formula.infinite");
  return data[0];
}
