// The classes as buttons: each with its logit, its probability and a bar.

import { ranked } from "./answering.js";
import { become, make } from "./elements.js";
import { percent, shown } from "./words.js";

const MOST_CLASSES = 120; // that are shown: the most probable ones

/** @typedef {{button: HTMLElement, name: HTMLElement, z: HTMLElement, p: HTMLElement, bar: HTMLElement, unit: number}} ClassButton */

export class Classes {
  /** @param {import("./weights.js").Model} model @param {(unit: number) => void} choose */
  constructor(model, choose) {
    this.model = model;
    const count = Math.min(MOST_CLASSES, model.classes.length);
    this.buttons = Array.from({ length: count }, () => classButton(choose));
    this.list = make("ol", { className: "classes" }, ...this.buttons.map(({ button }) => make("li", {}, button)));
  }

  /** @param {Reading | null} reading */
  show(reading) {
    const { model } = this;
    const all = [...model.classes.keys()];
    const units = reading && all.length > MOST_CLASSES ? ranked(reading.probabilities) : all;
    const logits = reading?.layers[model.layers.length - 1].y ?? [];
    this.buttons.forEach((each, place) => {
      const unit = (each.unit = units[place]);
      const p = reading?.probabilities[unit] ?? 0;
      become(each.name, model.classes[unit]);
      become(each.z, reading ? `z ${shown(logits[unit])}` : "");
      become(each.p, reading ? percent(p) : "");
      each.bar.style.transform = `scaleX(${p})`; // without a new layout
    });
  }

  /** @param {number | null} unit the one that is chosen */
  mark(unit) {
    for (const each of this.buttons) each.button.setAttribute("aria-pressed", String(each.unit === unit));
  }
}

/** @param {(unit: number) => void} choose @returns {ClassButton} */
function classButton(choose) {
  const span = (/** @type {string} */ className) => make("span", { className });
  const [name, z, p, bar] = [make("b"), span("z"), span("p"), span("bar")];
  const button = make("button", { type: "button" }, name, z, p, bar);
  const found = { button, name, z, p, bar, unit: 0 };
  button.addEventListener("click", () => choose(found.unit));
  return found;
}
