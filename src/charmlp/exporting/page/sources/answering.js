// What stands beside the pad: the guess, how sure it is, and the most probable classes.

import { become, by, make } from "./elements.js";
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
  become(by("lead"), order.length ? say("reads") : say(reading ? "blank" : "nothing"));
  const sure = !order.length ? "" : isSure ? say("sure", { p: percent(best) }) : say(strange ? "strange" : "between", { names: perhaps(model, reading, order) });
  become(by("sure"), sure);
  showBars(model, reading, order.slice(0, SHOWN));
}

function perhaps(model, { probabilities }, order) {
  const likely = order.slice(0, 3).filter((number, place) => place === 0 || probabilities[number] >= LIKELY);
  return likely.map((number) => model.classes[number]).join(say("or"));
}

function showBars(model, reading, order) {
  const list = by("bars");
  const count = Math.min(SHOWN, model.classes.length);
  while (list.children.length > count) list.lastChild.remove();
  while (list.children.length < count) list.append(emptyRow());
  [...list.children].forEach((row, place) => {
    const number = order[place];
    const p = number === undefined ? 0 : reading.probabilities[number];
    const [name, track, share] = row.children;
    become(name, number === undefined ? "" : model.classes[number]);
    become(share, number === undefined ? "" : percent(p));
    track.firstChild.style.transform = `translateX(${100 * p - 100}%)`; // moves without a new layout
  });
}

const emptyRow = () => make("li", {}, make("b"), make("span", { className: "track" }, make("span", { className: "bar" })), make("span", { className: "share" }));
