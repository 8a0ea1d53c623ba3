// The page: a drawing or a picture is read whenever it changes, and shown.

import { showAnswer } from "./answering.js";
import { Changes } from "./changes.js";
import { forgetColours } from "./colours.js";
import { Editing } from "./editing.js";
import { by, oncePerFrame } from "./elements.js";
import { explain } from "./formulas.js";
import { openHand } from "./hand.js";
import { connectKeeping } from "./keeping.js";
import { Pad, connectTools } from "./pad.js";
import { listenForPictures, openPicture } from "./pictures.js";
import { predict, read, readDrawing, small } from "./reading.js";
import { Inside } from "./showing.js";
import { Signing } from "./signing.js";
import { Teaching } from "./teaching.js";
import { connectChanges, tellChanges } from "./telling.js";
import { isThere } from "./weighing.js";
import { unpack } from "./weights.js";
import { say, sayAll, switchLanguage } from "./words.js";

const REST = 150; // milliseconds after which the pen rests
const BEHIND_GUESS = 100; // milliseconds after which all else follows the guess
const LEAST_DIFFERENCE = 4; // grey levels; what differs by less is blank

const model = unpack(JSON.parse(by("model").textContent));
/** @type {Reading | null} */
let latest = null; // what is read now
/** @type {boolean | null} */
let isDark = null; // whether a drawing is read as dark ink; it stays so while the network learns of it
/** @type {import("./naming.js").Node | null} */
let node = null; // whose formula is shown
let following = 0;
let resting = 0;
let showHand = () => {}; // until it is unpacked

/** What is on the pad, as the network reads it. @param {Drawn} drawn */
function readPad({ strokes, image }) {
  if (image) {
    const grey = small(model, image.grey, image.height, image.width);
    return { ...read(model, grey), isBlank: Math.max(...grey) - Math.min(...grey) < LEAST_DIFFERENCE };
  }
  if (!strokes.length) return null;
  const reading = readDrawing(model, strokes, isDark);
  isDark = reading.isDark;
  return reading;
}

const pad = new Pad(by("pad"), oncePerFrame(changed));
const inside = new Inside(model, choose);
const changes = new Changes(model, relearn);
const teaching = new Teaching(model, changes, choose);
const signing = new Signing(model, changes);
const editing = new Editing(model, changes);
const world = { model, inside, changes, choose };

/** Something else is on the pad. */
function changed() {
  isDark = null;
  update();
}

/** The guess, at once; what explains it follows, so that the pen never waits. */
function update() {
  const reading = readPad(pad.now);
  showAnswer(model, reading);
  latest = reading;
  following ||= setTimeout(follow, BEHIND_GUESS);
  by("prompt").hidden = !pad.isEmpty;
  by("undo").disabled = !pad.past.length;
  by("clear").disabled = pad.isEmpty;
  by("fault").textContent = "";
  clearTimeout(resting);
  resting = setTimeout(settle, REST);
}

function follow() {
  following = 0;
  inside.update(latest);
}

function settle() {
  clearTimeout(following);
  follow();
  inside.settle();
  teaching.reads(latest);
  tellDrawing(pad.now);
  showNode();
}

/** @param {Drawn} drawn */
function tellDrawing({ strokes, image }) {
  const key = image ? "image" : { 0: "none", 1: "one" }[strokes.length] ?? "strokes";
  by("drawn").textContent = say(`drawn.${key}`, { count: strokes.length, width: image?.width, height: image?.height });
}

/** The formula of the node that is chosen, and what can be changed of it. */
function showNode() {
  if (node && !isThere(model, node)) node = null;
  editing.show(node);
  explain(world, node);
}

/** @param {import("./naming.js").Node | null} chosen */
function choose(chosen) {
  const isFollowed = by("unit").contains(document.activeElement);
  node = chosen;
  inside.mark(node);
  showNode();
  by("unit").scrollTop = 0;
  if (isFollowed) by("unit").focus(); // what led here is gone
}

/** @param {Blob} file */
async function take(file) {
  try {
    pad.show(await openPicture(file, model.ground));
  } catch {
    by("fault").textContent = say("no.image");
  }
}

function speak() {
  sayAll();
  introduce();
  by("language").textContent = say("other");
  by("language").lang = document.documentElement.lang === "en" ? "zh-CN" : "en";
  teaching.show();
  signing.show();
  tellChanges(changes);
  showHand();
  update();
  settle();
}

/** What network this is. */
function introduce() {
  const sizes = [model.layers[0].columns, ...model.layers.map(({ rows }) => rows)].join(" → ");
  const count = model.layers.reduce((sum, { weight, bias }) => sum + weight.length + bias.length, 0);
  by("net").textContent = say("net", { sizes, act: model.act, count: count.toLocaleString("en") });
  by("about").textContent = say("about", model);
}

/** The network is another one now. */
function relearn() {
  if (node && !isThere(model, node)) choose(null);
  introduce();
  inside.forget();
  inside.mark(node);
  teaching.show();
  tellChanges(changes);
  update();
  settle();
}

function recolour() {
  forgetColours();
  pad.paint();
  inside.recolour();
  teaching.show();
  signing.pad.paint();
  signing.show();
  explain(world, node);
}

connectTools(pad);
connectChanges(changes);
connectKeeping(model, changes);
by("close").addEventListener("click", () => choose(null));
listenForPictures(by("file"), take);
by("language").addEventListener("click", () => {
  switchLanguage();
  speak();
});
by("theme").addEventListener("click", () => {
  const wasDark = getComputedStyle(document.documentElement).colorScheme.startsWith("dark");
  document.documentElement.dataset.theme = wasDark ? "light" : "dark";
  recolour();
});
for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", recolour);
/** @param {Uint8Array} grey @param {number} height @param {number} width */
const predictPicture = (grey, height, width) => predict(model, grey, height, width);
globalThis.charmlp = {
  predict: predictPicture,
  get classes() {
    return model.classes;
  },
};
speak();
showHand = await openHand();
showHand();
