// What was changed in the network, told in plain sight, and the ways back.

import { by, make } from "./elements.js";
import { say } from "./words.js";

/** The buttons of the history. @param {import("./changes.js").Changes} changes */
export function connectChanges(changes) {
  by("change-undo").addEventListener("click", () => changes.undo());
  by("change-redo").addEventListener("click", () => changes.redo());
  by("change-back").addEventListener("click", () => changes.back());
}

/** How many changes there are, and which. @param {import("./changes.js").Changes} changes */
export function tellChanges(changes) {
  const { count, told, at, states } = changes;
  const words = told.map(({ key, blanks }) => say(key, blanks));
  by("changes").hidden = states.length === 1;
  by("changed").textContent = say(count === 0 ? "changes.none" : count === 1 ? "changes.one" : "changes.many", { count });
  by("change-list").replaceChildren(...words.reverse().map((text) => make("li", {}, text)));
  const last = words[0] ?? "";
  by("change-last").textContent = last;
  by("change-said").textContent = `${by("changed").textContent} ${last}`;
  by("change-undo").disabled = by("change-back").disabled = at === 0;
  by("change-redo").disabled = at === states.length - 1;
}
