// A letter or sign of one's own: five drawings, a name, and the network learns it.

import { by, make } from "./elements.js";
import { Pad } from "./pad.js";
import { taught } from "./signs.js";
import { say, shown } from "./words.js";

const DRAWINGS = 5;
const LONGEST = 20; // of a name
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u; // in names of classes

export class Signing {
  /** @param {import("./weights.js").Model} model @param {import("./changes.js").Changes} changes */
  constructor(model, changes) {
    this.model = model;
    this.changes = changes;
    this.pad = new Pad(by("sign-pad"), () => this.show());
    /** @type {import("./variants.js").Strokes[]} */
    this.drawings = [];
    by("sign-add").addEventListener("click", () => this.add());
    by("sign-clear").addEventListener("click", () => this.pad.clear());
    by("sign-teach").addEventListener("click", () => this.teach());
    by("sign-name").addEventListener("input", () => this.show());
    this.show();
  }

  get name() {
    return by("sign-name").value.trim();
  }

  /** What stands in the way of teaching, or "". */
  get fault() {
    if (!this.name) return say("sign.unnamed");
    if (FORBIDDEN.test(this.name) || this.name.length > LONGEST) return say("sign.misnamed", { most: LONGEST });
    const missing = DRAWINGS - this.drawings.length;
    return missing ? say(missing === 1 ? "sign.one" : "sign.missing", { count: missing }) : "";
  }

  /** The drawing on the pad becomes one of the five. */
  add() {
    this.drawings.push(this.pad.now.strokes);
    this.pad.clear();
    this.show();
  }

  /** Everything in the colours and the language of the page as it is now. */
  show() {
    const { strokes } = this.pad.now;
    by("sign-clear").disabled = !strokes.length;
    by("sign-add").disabled = !strokes.length || this.drawings.length === DRAWINGS;
    by("sign-add").textContent = say("sign.add", { number: Math.min(DRAWINGS, this.drawings.length + 1), all: DRAWINGS });
    by("sign-teach").disabled = Boolean(this.fault);
    by("sign-fault").textContent = this.fault;
    by("sign-drawings").replaceChildren(...this.drawings.map((drawing, number) => this.item(drawing, number)));
  }

  /** @param {import("./variants.js").Strokes} drawing @param {number} number */
  item(drawing, number) {
    const canvas = make("canvas", { width: 112, height: 112 });
    paint(canvas, drawing);
    const button = make("button", { type: "button", "aria-label": say("sign.drop", { number: number + 1 }), title: say("sign.drop", { number: number + 1 }) }, canvas);
    button.addEventListener("click", () => {
      this.drawings.splice(number, 1);
      this.show();
      by("sign-add").focus();
    });
    return make("li", {}, button);
  }

  /** Teach it, once the page has said so. */
  teach() {
    const { name, drawings, model } = this;
    by("sign-done").textContent = say("sign.learning", { name });
    by("sign-teach").disabled = true;
    setTimeout(() => {
      const { model: after, losses } = taught(model, name, drawings);
      const blanks = { name, count: drawings.length, steps: losses.length, before: shown(losses[0], 3), after: shown(losses[losses.length - 1], 3) };
      this.drawings = [];
      by("sign-done").textContent = say("sign.done", blanks);
      this.changes.make({ key: "did.sign", blanks }, { classes: after.classes, layers: after.layers, familiarity: null });
      this.show();
    }, 30);
  }
}

/** @param {HTMLCanvasElement} canvas @param {import("./variants.js").Strokes} strokes */
function paint(canvas, strokes) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--ink");
  context.lineWidth = 5;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    for (const { x, y } of stroke) context.lineTo(x * canvas.width, y * canvas.height);
    if (stroke.length === 1) context.lineTo(stroke[0].x * canvas.width + 0.1, stroke[0].y * canvas.height);
    context.stroke();
  }
}
