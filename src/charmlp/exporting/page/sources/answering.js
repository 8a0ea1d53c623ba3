// What stands beside the pad: the guess, how sure it is, and the most probable classes.

import { by, make } from "./elements.js";
import { isStrange } from "./familiarity.js";
import { percent, say } from "./words.js";

const SURE = 0.6; // a guess of less is "not sure"
const SHOWN = 5; // classes
const LIKELY = 0.15; // a class that "not sure" names

/** The classes by their probability, best first. */
export function ranked(probabilities) {
  return [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
}

/** @param {import("./weights.js").Model} model @param reading what `read` gave, or null; its `blank` where there is nothing to see */
export function showAnswer(model, reading) {
  const order = reading && !reading.isBlank ? ranked(reading.probabilities) : [];
  const best = reading?.probabilities[order[0]];
  const strange = order.length > 0 && isStrange(model, reading);
  const isSure = order.length > 0 && best >= SURE && !strange;
  become(by("guess"), isSure ? model.classes[order[0]] : order.length ? say("unsure") : "");
  by("guess").classList.toggle("unsure", !isSure);
  by("lead").textContent = order.length ? say("reads") : say(reading ? "blank" : "nothing");
  by("sure").textContent = !order.length ? "" : isSure ? say("sure", { p: percent(best) }) : say(strange ? "strange" : "between", { names: perhaps(model, reading, order) });
  showBars(model, reading, order.slice(0, SHOWN));
}

/** A text that a screen reader says when it becomes another one. */
function become(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function perhaps(model, { probabilities }, order) {
  const likely = order.slice(0, 3).filter((number, place) => place === 0 || probabilities[number] >= LIKELY);
  return likely.map((number) => model.classes[number]).join(say("or"));
}

function showBars(model, reading, order) {
  const rows = Array.from({ length: Math.min(SHOWN, model.classes.length) }, (_, place) => {
    const number = order[place];
    const p = number === undefined ? 0 : reading.probabilities[number];
    const bar = make("span", { className: "bar" });
    bar.style.inlineSize = `${100 * p}%`;
    const name = number === undefined ? "" : model.classes[number];
    const row = make("li", {}, make("b", {}, name), make("span", { className: "track" }, bar), make("span", { className: "share" }, name && percent(p)));
    return row;
  });
  by("bars").replaceChildren(...rows);
}
