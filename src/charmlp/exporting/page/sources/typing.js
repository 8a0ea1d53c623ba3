// A gradient that is typed as a formula, and what the doctor says of it.

import { Complaint, shapeText } from "./arrays.js";
import { diagnosed } from "./diagnosing.js";
import { by, make } from "./elements.js";
import { mistakeElements, told } from "./wording.js";
import { say } from "./words.js";

/** @typedef {import("./library.js").Library} Library */

/** Whatever lies in the page for it: one sentence, or a diagnosis. */
export class Typing {
  /** @param {Library} library */
  constructor(library) {
    this.library = library;
    const titles = library.operations.map(({ kind, output, forward }, number) => make("option", { value: String(number) }, `${kind}: ${output} = ${forward}`));
    by("typed-operation").append(...titles);
    by("typed-operation").addEventListener("change", () => this.choose());
    by("typed-input").addEventListener("change", () => this.show());
    by("typed-form").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.judge();
    });
    this.asked = false; // whether a verdict stands there
    this.choose();
  }

  get operation() {
    return this.library.operations[Number(by("typed-operation").value)];
  }

  get gradient() {
    return this.operation.gradients[Number(by("typed-input").value)];
  }

  get letter() {
    return this.operation.inputs[this.gradient.input];
  }

  choose() {
    const { gradients, inputs } = this.operation;
    by("typed-input").replaceChildren(...gradients.map(({ input }, place) => make("option", { value: String(place) }, inputs[input])));
    by("typed-formula").value = "";
    this.show();
  }

  /** What may be typed, in the page's language; a verdict that stands there is said again. */
  show() {
    const { inputs, setups, also, output, forward, loss } = this.operation;
    const [setup] = setups;
    const shape = (/** @type {number} */ place) => shapeText(this.library.arrays[place][0]);
    const arrays = inputs.map((name, i) => `${name} ${shape(setup.values[i])}`);
    const made = [...Object.entries(also), [output, forward]].map(([name, text]) => `${name} = ${text}`);
    const names = [...arrays, loss ? "g = 1" : `g ${shape(setup.upstreams[0])}`, ...made].join(", ");
    by("typed-names").textContent = say(loss ? "typed.names.loss" : "typed.names", { names, sizes: Object.keys(setup.sizes).join(", "), output });
    by("typed-left").textContent = `∂L/∂${this.letter} =`;
    if (by("typed-formula").value && this.asked) this.judge();
    else this.tell();
  }

  judge() {
    this.asked = true;
    try {
      const mistakes = diagnosed(this.library, this.operation, this.gradient, by("typed-formula").value);
      const inputs = this.operation.gradients.length > 1 ? this.letter : "";
      const said = mistakes.flatMap((mistake) => mistakeElements(told(this.library, mistake, this.operation.kind, inputs)));
      this.tell(...(said.length ? said : [make("p", { className: "fine" }, say("typed.right"))]));
    } catch (error) {
      if (!(error instanceof Complaint)) throw error;
      this.tell(make("p", { className: "mistake" }, say(error.key, error.blanks)));
    }
  }

  /** @param {...Node} elements */
  tell(...elements) {
    this.asked = elements.length > 0;
    by("typed-verdict").replaceChildren(...elements);
  }
}
