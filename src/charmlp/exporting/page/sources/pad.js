// The drawing pad: mouse, finger, pen, keyboard; every change can be undone.

import { palette } from "./colours.js";
import { by, contextOf } from "./elements.js";
import { erased, pressOf } from "./strokes.js";

const NIB = 0.022; // radius on the screen, in parts of the pad's side
const ERASER = 0.05;
const KEY_STEP = 0.02; // of the keyboard
/** @type {Drawn} */
const NOTHING = { strokes: [], image: null };

export class Pad {
  /** @type {Drawn[]} */
  past = []; // what was on the pad before each change
  /** @type {Drawn} */
  now = NOTHING;
  /** @type {number | null} */
  pointer = null; // the one that draws
  /** @type {DOMRect | null} */
  box = null; // where the canvas lies: asked once a stroke, as every answer may cost a layout
  erases = false;
  rubs = false; // this stroke

  /** @param {HTMLCanvasElement} canvas @param {() => void} changed called whenever something else is on the pad */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.keys = { x: 0.5, y: 0.5, down: false, shown: false };
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.go(event));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) canvas.addEventListener(name, (event) => this.end(event));
    canvas.addEventListener("keydown", (event) => this.key(event));
    for (const name of ["focus", "blur"]) canvas.addEventListener(name, () => this.showKeys(name === "focus" && canvas.matches(":focus-visible")));
    new ResizeObserver(() => this.paint()).observe(canvas);
    for (const name of ["scroll", "resize"]) addEventListener(name, () => (this.box = null), { passive: true });
  }

  get isEmpty() {
    return !this.now.strokes.length && !this.now.image;
  }

  // What is on the pad

  /** @param {Drawn} now */
  set(now) {
    this.now = now;
    this.paint();
    this.changed();
  }

  remember() {
    this.past.push(this.now);
  }

  undo() {
    const before = this.past.pop();
    if (before) this.set(before);
  }

  clear() {
    if (this.isEmpty) return;
    this.remember();
    this.set(NOTHING);
  }

  /** @param {Opened} image */
  show(image) {
    this.remember();
    this.set({ strokes: [], image });
  }

  // Pointers

  /** @param {PointerEvent} event */
  place(event) {
    this.box ??= this.canvas.getBoundingClientRect();
    const box = this.box;
    const press = pressOf(event.pointerType, event.pressure);
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height, press };
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (this.pointer !== null || event.button > 0) return;
    this.pointer = event.pointerId;
    this.box = null;
    this.rubs = this.erases || event.buttons === 32; // the pen's other end
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch {
      // a pointer that a script has made up cannot be captured
    }
    this.remember();
    this.draw(this.place(event), true);
  }

  /** @param {PointerEvent} event */
  go(event) {
    if (event.pointerId !== this.pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length ? between : [event]) this.draw(this.place(each), false);
  }

  /** @param {PointerEvent} event */
  end(event) {
    if (event.pointerId === this.pointer) this.pointer = null;
  }

  /** @param {Point} place @param {boolean} isNew */
  draw(place, isNew) {
    const strokes = this.now.image ? [] : this.now.strokes;
    if (this.rubs) return this.set({ strokes: erased(strokes, place, ERASER), image: null });
    const stroke = isNew ? [place] : [...(strokes.at(-1) ?? []), place];
    const isClean = !this.now.image && !this.keys.shown;
    this.now = { strokes: [...(isNew ? strokes : strokes.slice(0, -1)), stroke], image: null };
    if (isClean) paintStroke(this.context(), stroke.slice(-2)); // the rest stands there
    else this.paint();
    this.changed();
  }

  // Keyboard

  /** @param {KeyboardEvent} event */
  key(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!way && event.key !== " ")) return;
    event.preventDefault();
    const keys = this.keys;
    const isNew = event.key === " " && !keys.down;
    if (event.key === " ") keys.down = !keys.down;
    const step = event.shiftKey ? 4 * KEY_STEP : KEY_STEP;
    if (way) [keys.x, keys.y] = way.map((side, i) => Math.min(1, Math.max(0, [keys.x, keys.y][i] + step * side)));
    this.rubs = this.erases;
    if (isNew) this.remember();
    if (keys.down) this.draw({ x: keys.x, y: keys.y, press: 1 }, isNew);
    this.showKeys(true);
  }

  /** @param {boolean} shown */
  showKeys(shown) {
    this.keys.shown = shown;
    if (!shown) this.keys.down = false;
    this.paint();
  }

  // Picture

  /** The canvas with a pen of ink, one unit wide and high. */
  context() {
    const context = contextOf(this.canvas);
    const pixels = this.canvas.width;
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    context.strokeStyle = context.fillStyle = `rgb(${palette().ink})`;
    context.lineCap = context.lineJoin = "round";
    return context;
  }

  paint() {
    const pixels = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (this.canvas.width !== pixels) [this.canvas.width, this.canvas.height] = [pixels, pixels];
    const context = this.context();
    context.clearRect(0, 0, 1, 1);
    if (this.now.image) paintImage(context, this.now.image.bitmap);
    for (const stroke of this.now.strokes) paintStroke(context, stroke);
    if (!this.keys.shown) return;
    context.fillStyle = `rgb(${palette().accent})`;
    context.beginPath();
    context.arc(this.keys.x, this.keys.y, this.keys.down ? NIB * 1.3 : NIB * 0.7, 0, 7);
    context.fill();
  }
}

/** @param {CanvasRenderingContext2D} context @param {ImageBitmap} bitmap */
function paintImage(context, bitmap) {
  const scale = 1 / Math.max(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  context.imageSmoothingEnabled = Math.max(bitmap.width, bitmap.height) > 100;
  context.drawImage(bitmap, (1 - width) / 2, (1 - height) / 2, width, height);
}

/** @param {CanvasRenderingContext2D} context @param {Stroke} stroke */
function paintStroke(context, stroke) {
  if (stroke.length === 1) {
    context.beginPath();
    context.arc(stroke[0].x, stroke[0].y, NIB * stroke[0].press, 0, 7);
    context.fill();
  }
  for (let i = 1; i < stroke.length; i++) {
    context.lineWidth = NIB * (stroke[i - 1].press + stroke[i].press);
    context.beginPath();
    context.moveTo(stroke[i - 1].x, stroke[i - 1].y);
    context.lineTo(stroke[i].x, stroke[i].y);
    context.stroke();
  }
}

/** The buttons beside the pad. @param {Pad} pad */
export function connectTools(pad) {
  const choose = (/** @type {boolean} */ erases) => {
    pad.erases = erases;
    by("pen").setAttribute("aria-pressed", String(!erases));
    by("eraser").setAttribute("aria-pressed", String(erases));
  };
  by("pen").addEventListener("click", () => choose(false));
  by("eraser").addEventListener("click", () => choose(true));
  by("undo").addEventListener("click", () => pad.undo());
  by("clear").addEventListener("click", () => pad.clear());
  by("choose").addEventListener("click", () => by("file").click());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") pad.undo();
  });
}
