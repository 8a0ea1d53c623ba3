// "This was a B": one step of learning, and the gradients that it is made of, from the top down.

import { ranked } from "./answering.js";
import { by, make } from "./elements.js";
import { descended, gradients, lossOf } from "./learning.js";
import { stagesOf } from "./stages.js";
import { valueTiles } from "./tiles.js";
import { address, say, shown } from "./words.js";

const USUAL_RATE = 0.002;
const MOST_RATE = 10;

/**
 * @typedef {import("./stages.js").Stage} Stage
 * @typedef {import("./naming.js").Node} Node
 */

export class Teaching {
  /**
   * @param {import("./weights.js").Model} model @param {import("./changes.js").Changes} changes
   * @param {(node: Node) => void} choose
   */
  constructor(model, changes, choose) {
    this.model = model;
    this.changes = changes;
    this.choose = choose;
    this.stage = 0; // which one is lit
    this.isWhole = false; // whether all stages are shown at once
    /** @type {Float64Array | null} */
    this.x = null; // what is read now
    by("learn").addEventListener("click", () => this.learn());
    by("before").addEventListener("click", () => this.light(this.stage - 1));
    by("after").addEventListener("click", () => this.light(this.stage + 1));
    by("whole").addEventListener("click", () => {
      this.isWhole = !this.isWhole;
      this.mark();
    });
    this.list();
    this.allow();
  }

  /** The classes that one may choose. */
  list() {
    const there = [...by("truth").options].map(({ text }) => text);
    if (JSON.stringify(there) === JSON.stringify(this.model.classes)) return;
    this.x = null; // so that another one is asked for
    by("truth").replaceChildren(...this.model.classes.map((name, number) => make("option", { value: String(number) }, name)));
  }

  /**
   * What is read now; of another picture than before the runner-up is asked for, until one chooses.
   *
   * @param {Reading | null} reading
   */
  reads(reading) {
    const x = reading && !reading.isBlank ? reading.x : null;
    const isOther = x?.some((each, i) => each !== this.x?.[i]);
    this.x = x;
    if (reading && isOther) by("truth").value = String(ranked(reading.probabilities)[1]);
    this.allow();
  }

  allow() {
    by("learn").disabled = !this.x;
    by("before").disabled = this.isWhole || this.stage === 0;
    by("after").disabled = this.isWhole || this.stage >= by("stage-list").children.length - 1;
  }

  get rate() {
    const rate = Number(by("rate").value);
    return Number.isFinite(rate) && rate > 0 ? Math.min(rate, MOST_RATE) : USUAL_RATE;
  }

  learn() {
    const { model, x, rate } = this;
    if (!x) return;
    const truth = Number(by("truth").value);
    const was = { ...model };
    const [before, found] = [lossOf(model, x, truth), gradients(model, x, truth)];
    const layers = descended(model, found, rate);
    const after = lossOf({ ...model, layers }, x, truth);
    const told = { key: "did.step", blanks: { name: model.classes[truth], rate, before: shown(before, 4), after: shown(after, 4) } };
    this.stage = 0;
    this.changes.make(told, { layers }, { step: { x, truth, rate, before, after, found, was } });
  }

  // The step, from the top down

  /** The last step that was made and not undone. */
  show() {
    const { step } = this.changes;
    this.list();
    const stages = step ? stagesOf(step) : [];
    this.stage = Math.max(0, Math.min(this.stage, stages.length - 1));
    by("formula-row").replaceChildren(...stages.map((stage, number) => this.formulaItem(stage, number)));
    by("stage-list").replaceChildren(...stages.map((stage) => this.stageItem(stage)));
    by("steps").hidden = !step;
    const blanks = step && { name: step.was.classes[step.truth], rate: step.rate, before: shown(step.before, 4), after: shown(step.after, 4) };
    by("losses").textContent = blanks ? say("learn.losses", blanks) : "";
    this.mark();
  }

  /** @param {number} stage */
  light(stage) {
    this.stage = stage;
    this.mark();
  }

  mark() {
    [...by("stage-list").children].forEach((item, number) => {
      item.hidden = !this.isWhole && number !== this.stage;
      lit(item, number === this.stage && !this.isWhole);
    });
    [...by("formula-row").children].forEach((item, number) => lit(item.firstChild, number === this.stage && !this.isWhole));
    by("whole").setAttribute("aria-pressed", String(this.isWhole));
    this.allow();
  }

  /** @param {Stage} stage @param {number} number */
  formulaItem({ formula }, number) {
    const button = make("button", { type: "button" }, formula);
    button.addEventListener("click", () => {
      this.light(number);
      if (this.isWhole) by("stage-list").children[number].scrollIntoView({ block: "nearest" });
    });
    return make("li", {}, button);
  }

  /** @param {Stage} stage */
  stageItem({ formula, why, page, words, pictures }) {
    const soft = (/** @type {string[]} */ ...texts) => make("p", { className: "soft" }, ...texts);
    const from = soft(why, " ", say("derived"), " ", make("code", {}, address(page)));
    const figures = pictures.map((picture) => {
      const { canvas } = valueTiles(picture, (at) => this.choose(picture.node(at)));
      return make("figure", {}, make("figcaption", { className: "soft" }, picture.title), canvas);
    });
    return make("li", {}, make("p", { className: "formula" }, formula), from, soft(words), ...figures);
  }
}

/** @param {Element} element @param {boolean} isLit */
function lit(element, isLit) {
  if (isLit) element.setAttribute("aria-current", "step");
  else element.removeAttribute("aria-current");
}
