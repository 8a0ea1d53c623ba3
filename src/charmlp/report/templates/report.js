"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { classes, letters, sheet, words } = data;
  const zh = document.documentElement.lang === "zh-CN";
  const SVG = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);
  const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const share = (x) => (100 * x).toFixed(1) + (zh ? "%" : "\u00a0%");

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const draw = (name, attributes, text) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // Letters: letter i has the i-th name, label, guess, probability in thousandths, and tile of the sheet or -1.
  const count = letters.names.length;
  const isWrong = (i) => letters.truth[i] !== letters.guess[i];
  const told = (i) => say(isWrong(i) ? "letter.wrong" : "letter.right", {
    truth: classes[letters.truth[i]], guess: classes[letters.guess[i]], p: share(letters.p[i] / 1000),
  });

  const picture = (tile, side, words) => {
    if (tile < 0) {
      const empty = make("span", { class: "letter none" }, say("no-picture"));
      empty.style.width = empty.style.height = side + "px";
      return empty;
    }
    const scale = side / Math.max(sheet.width, sheet.height);
    const width = Math.max(4, Math.round(sheet.width * scale)), height = Math.max(4, Math.round(sheet.height * scale));
    const element = make("span", { class: "letter", role: "img", "aria-label": words });
    const column = tile % sheet.columns, row = Math.floor(tile / sheet.columns);
    element.style.width = width + "px";
    element.style.height = height + "px";
    element.style.backgroundSize = `${sheet.columns * width}px ${sheet.rows * height}px`;
    element.style.backgroundPosition = `${-column * width}px ${-row * height}px`;
    return element;
  };

  const card = (i, more = []) => {
    const wrong = isWrong(i), truth = classes[letters.truth[i]];
    const head = wrong ? say("letter.of", { truth, guess: classes[letters.guess[i]] }) : truth;
    const lines = [share(letters.p[i] / 1000), ...more];
    return make("figure", { class: "card" },
      make("div", { class: "pictures" }, picture(letters.tile[i], 64, told(i))),
      make("figcaption", {},
        make("b", wrong ? { class: "wrong" } : {}, head),
        ...lines.map((line) => make("span", {}, line)),
        make("span", { class: "file" }, letters.names[i])));
  };

  // The dialog that shows letters; Escape closes it, and the focus goes back where it was.
  const dialog = byId("letters");
  const show = (title, numbers, note) => {
    byId("letters-title").textContent = title;
    byId("letters-note").textContent = note || "";
    byId("letters-note").hidden = !note;
    byId("letters-cards").replaceChildren(...numbers.map((i) => card(i)));
    dialog.showModal();
    dialog.scrollTop = 0;
  };
  byId("letters-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  const cells = new Map();
  for (let i = 0; i < count; i++) {
    const key = letters.truth[i] * classes.length + letters.guess[i];
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(i);
  }
  const support = new Array(classes.length).fill(0);
  letters.truth.forEach((truth) => { support[truth]++; });

  const cellWords = (truth, guess, n) => say(truth === guess ? "cell.right" : "cell.wrong", {
    label: classes[truth], prediction: classes[guess], count: n,
  });
  const openCell = (truth, guess) => {
    const all = cells.get(truth * classes.length + guess) || [];
    const seen = all.filter((i) => letters.tile[i] >= 0).sort((a, b) => letters.p[a] - letters.p[b]);
    if (truth !== guess) seen.reverse();
    const left = all.length - seen.length;
    const notes = [say("cell.share", { share: share(all.length / support[truth]), label: classes[truth] })];
    if (left && truth === guess) notes.push(say("cell.least-sure", { count: seen.length }));
    if (left) notes.push(say("cell.left-out", { count: left }));
    show(cellWords(truth, guess, all.length), seen, notes.join(zh ? "；" : ". "));
  };
  document.addEventListener("click", (event) => {
    const pair = event.target.closest("button.pair");
    if (pair) openCell(Number(pair.dataset.truth), Number(pair.dataset.guess));
  });

  // The confusion matrix: only cells that hold something are there, and one of them is in the tab order.
  const LIMITS = { r: [0.2, 0.4, 0.6, 0.8, 0.95], w: [0.05, 0.1, 0.2, 0.4] };
  const level = (truth, guess, n) => {
    const kind = truth === guess ? "r" : "w", part = n / support[truth];
    return kind + (1 + LIMITS[kind].filter((limit) => part > limit).length);
  };
  const buildMatrix = (shown, small) => {
    const place = new Map(shown.map((number, at) => [number, at]));
    const wide = (name) => [...name].reduce((sum, sign) => sum + (sign > "\u2e80" ? 12.5 : 8), 0);
    const longest = Math.max(...shown.map((number) => wide(classes[number])));
    const upright = longest > 26 && !small;
    const grid = make("div", {
      class: "matrix" + (small ? " small" : ""), role: "grid", "aria-label": say("confusion.grid"),
      "aria-rowcount": shown.length + 1, "aria-colcount": shown.length + 1,
    });
    grid.style.setProperty("--count", shown.length);
    if (shown.length > 32 && !small) grid.classList.add("dense");
    grid.style.setProperty("--names", `${Math.min(longest * (small ? 0.7 : 1), 130) + (small ? 10 : 18)}px`);
    const head = make("div", { role: "row", class: "head" + (upright ? " upright" : ""), "aria-rowindex": 1 },
      make("div", { role: "columnheader", class: "corner", "aria-colindex": 1 }, make("span", { class: "unseen" }, say("row.label"))));
    shown.forEach((number, at) => {
      const header = make("div", { role: "columnheader", "aria-colindex": at + 2 }, classes[number]);
      header.style.gridColumn = at + 2;
      head.append(header);
    });
    grid.append(head);
    shown.forEach((truth, at) => {
      const row = make("div", { role: "row", class: "body", "aria-rowindex": at + 2 },
        make("div", { role: "rowheader", "aria-colindex": 1 }, classes[truth]));
      shown.forEach((guess) => {
        const n = (cells.get(truth * classes.length + guess) || []).length;
        if (!n) return;
        const cell = make("div", {
          role: "gridcell", tabindex: -1, class: "cell " + level(truth, guess, n),
          "aria-colindex": place.get(guess) + 2, "aria-label": cellWords(truth, guess, n), title: cellWords(truth, guess, n),
        }, String(n));
        cell.style.gridColumn = place.get(guess) + 2;
        cell.dataset.truth = truth;
        cell.dataset.guess = guess;
        cell.dataset.row = at;
        cell.dataset.column = place.get(guess);
        row.append(cell);
      });
      grid.append(row);
    });
    const first = grid.querySelector(".cell");
    if (first) first.tabIndex = 0;
    const open = (cell) => openCell(Number(cell.dataset.truth), Number(cell.dataset.guess));
    grid.addEventListener("click", (event) => {
      const cell = event.target.closest(".cell");
      if (cell) { focusOn(cell); open(cell); }
    });
    const focusOn = (cell) => {
      grid.querySelector('[tabindex="0"]').tabIndex = -1;
      cell.tabIndex = 0;
      cell.focus();
    };
    grid.addEventListener("keydown", (event) => {
      const from = event.target.closest(".cell");
      if (!from) return;
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(from); return; }
      const to = next(grid, from, event);
      if (to) { event.preventDefault(); focusOn(to); }
    });
    byId("matrix").replaceChildren(grid);
  };
  // The next cell in the direction of an arrow: in the same row or column, else in the nearest one beyond.
  const next = (grid, from, event) => {
    const row = Number(from.dataset.row), column = Number(from.dataset.column);
    const all = [...grid.querySelectorAll(".cell")];
    const at = (cell) => [Number(cell.dataset.row), Number(cell.dataset.column)];
    const nearest = (distance) => {
      let best = null, least = Infinity;
      for (const cell of all) {
        const far = distance(...at(cell));
        if (far > 0 && far < least) { best = cell; least = far; }
      }
      return best;
    };
    const off = 1000;  // sideways costs more than any way ahead
    switch (event.key) {
      case "ArrowRight": return nearest((r, c) => (r === row ? c - column : -1));
      case "ArrowLeft": return nearest((r, c) => (r === row ? column - c : -1));
      case "ArrowDown": return nearest((r, c) => (r > row ? r - row + off * Math.abs(c - column) : -1));
      case "ArrowUp": return nearest((r, c) => (r < row ? row - r + off * Math.abs(c - column) : -1));
      case "Home": return event.ctrlKey ? all[0] : all.find((cell) => at(cell)[0] === row);
      case "End": return event.ctrlKey ? all[all.length - 1] : all.filter((cell) => at(cell)[0] === row).pop();
      default: return null;
    }
  };
  const occurring = classes.map((_, number) => number).filter((number) => support[number] || letters.guess.includes(number));
  const part = data.confused;
  const choose = (whole) => {
    buildMatrix(whole ? occurring : part, whole);
    byId("matrix-part").textContent = say("confusion.part", { shown: part.length, n: occurring.length });
    byId("matrix-part").hidden = whole;
    byId("matrix-all").textContent = whole ? say("confusion.some", {}) : say("confusion.all", { n: occurring.length });
    byId("matrix-all").onclick = () => choose(!whole);
  };
  if (part.length < occurring.length) {
    choose(false);
    byId("matrix-all").hidden = occurring.length > data.most_classes;
  } else {
    buildMatrix(occurring, false);
  }

  // Worst letters, near-twins
  const fill = (id, cards) => { if (byId(id)) byId(id).replaceChildren(...cards); };
  fill("worst-letters", data.worst.map(([i, loss]) => card(i, [say("worst.loss", { loss })])));
  fill("suspect-letters", data.suspects.map((i) => card(i)));
  fill("twin-letters", data.twins.map((twin) => {
    const shown = card(twin.letter);
    shown.querySelector(".pictures").append(picture(twin.tile, 64, say("leaks.training") + ": " + twin.name));
    shown.querySelector("figcaption").append(make("span", { class: "file" }, say("leaks.training") + ": " + twin.name));
    return shown;
  }));

  // Sorting the table of classes
  const table = byId("class-table");
  const headers = [...table.querySelectorAll("thead th")];
  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => {
      const upward = header.getAttribute("aria-sort") ? header.getAttribute("aria-sort") === "descending" : column === 0;
      headers.forEach((other) => other.removeAttribute("aria-sort"));
      header.setAttribute("aria-sort", upward ? "ascending" : "descending");
      const value = (row) => Number(row.children[column].dataset.value);
      const rows = [...table.tBodies[0].rows].sort((a, b) => (upward ? 1 : -1) * (value(a) - value(b)));
      table.tBodies[0].append(...rows);
    });
  });

  // The map: points by t-SNE; the nearest one to the pointer, or the one that the arrow keys have come to.
  const drawMap = () => {
    const { numbers, x, y } = data.map, holder = byId("map-picture");
    const ROOM = 26, wide = data.map.width + 2 * ROOM, high = data.map.height + 2 * ROOM;
    const svg = draw("svg", { viewBox: `${-ROOM} ${-ROOM} ${wide} ${high}`, "aria-hidden": "true" });
    const radius = numbers.length > 800 ? 4.5 : 6.5;
    const points = svg.appendChild(draw("g", { class: "points" }));
    const point = (corners, px, py) => (corners.length
      ? draw("polygon", { points: corners.map(([dx, dy]) => `${px + radius * dx},${py + radius * dy}`).join(" ") })
      : draw("circle", { cx: px, cy: py, r: radius }));
    numbers.forEach((i, at) => {
      const label = letters.truth[i];
      const mark = points.appendChild(point(data.map.shapes[label], x[at], y[at]));
      mark.setAttribute("class", "point");
      mark.setAttribute("fill", data.map.colours[label]);
    });
    numbers.forEach((i, at) => {
      if (isWrong(i)) svg.append(draw("circle", { class: "ring", cx: x[at], cy: y[at], r: radius + 2.5 }));
    });
    const size = classes.length > 40 ? 22 : 34;
    for (const [label, px, py] of data.map.names) {
      const name = [...classes[label]].slice(0, 8).join("");
      svg.append(draw("text", { class: "cluster", "font-size": size, x: px, y: py }, name));
    }
    const place = svg.appendChild(draw("circle", { class: "place", r: radius + 6, visibility: "hidden" }));
    const tip = make("div", { class: "tip", "aria-hidden": "true" });
    const live = make("div", { class: "unseen", role: "status" });
    tip.hidden = true;
    holder.setAttribute("tabindex", 0);
    holder.setAttribute("role", "application");
    holder.setAttribute("aria-label", say("map.label") + ". " + say("map.hint"));
    holder.append(svg, tip, live);

    let current = -1;
    const hide = () => { tip.hidden = true; place.setAttribute("visibility", "hidden"); };
    const select = (at, aloud) => {
      current = at;
      const i = numbers[at];
      place.setAttribute("cx", x[at]);
      place.setAttribute("cy", y[at]);
      place.setAttribute("visibility", "visible");
      tip.replaceChildren(picture(letters.tile[i], 56, ""), make("span", {}, told(i), make("span", { class: "file" }, letters.names[i])));
      tip.hidden = false;
      const box = svg.getBoundingClientRect(), outer = holder.getBoundingClientRect();
      const scale = Math.min(box.width / wide, box.height / high);
      const left = box.left - outer.left + (box.width - wide * scale) / 2 + (x[at] + ROOM) * scale;
      const top = box.top - outer.top + (box.height - high * scale) / 2 + (y[at] + ROOM) * scale;
      tip.style.left = Math.max(0, Math.min(left + 14, outer.width - tip.offsetWidth - 4)) + "px";
      tip.style.top = (top + 16 + tip.offsetHeight > outer.height ? top - 16 - tip.offsetHeight : top + 16) + "px";
      if (aloud) live.textContent = `${told(i)}, ${letters.names[i]}`;
    };
    const nearest = (px, py, counts) => {
      let best = -1, least = Infinity;
      for (let at = 0; at < numbers.length; at++) {
        const far = counts(x[at] - px, y[at] - py, at);
        if (far < least) { best = at; least = far; }
      }
      return [best, least];
    };
    const pointed = (event) => {
      const at = svg.createSVGPoint();
      at.x = event.clientX;
      at.y = event.clientY;
      const { x: px, y: py } = at.matrixTransform(svg.getScreenCTM().inverse());
      const [best, least] = nearest(px, py, (dx, dy) => dx * dx + dy * dy);
      return least < 1600 ? best : -1;
    };
    svg.addEventListener("pointermove", (event) => {
      const at = pointed(event);
      if (at >= 0) select(at, false); else hide();
    });
    svg.addEventListener("pointerleave", hide);
    const open = (at) => show(told(numbers[at]), [numbers[at]], "");
    svg.addEventListener("click", (event) => {
      const at = pointed(event);
      if (at >= 0) open(at);
    });
    holder.addEventListener("focus", () => { if (holder.matches(":focus-visible")) select(current < 0 ? 0 : current, true); });
    holder.addEventListener("blur", hide);
    const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
    holder.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && current >= 0) { event.preventDefault(); open(current); return; }
      if (event.key === "Escape") { hide(); return; }
      const way = WAYS[event.key];
      if (!way) return;
      event.preventDefault();
      if (current < 0) { select(0, true); return; }
      const [best] = nearest(x[current], y[current], (dx, dy, at) => {
        const ahead = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
        return at !== current && ahead > 0 && ahead >= aside / 2 ? ahead + 2 * aside : Infinity;
      });
      if (best >= 0) select(best, true);
    });
  };
  if (data.map && byId("map-picture")) drawMap();

  // Search
  const MOST = 60;
  const search = () => {
    const wanted = byId("search-words").value.trim(), which = byId("search-which").value;
    const low = wanted.toLowerCase(), found = [];
    if (wanted || which !== "all") {
      for (let i = 0; i < count; i++) {
        const fits = !wanted || classes[letters.truth[i]] === wanted || letters.names[i].toLowerCase().includes(low);
        if (fits && (which === "all" || (which === "wrong") === isWrong(i))) found.push(i);
      }
    }
    fill("search-letters", found.slice(0, MOST).map((i) => card(i)));
    byId("search-count").textContent = !wanted && which === "all" ? ""
      : !found.length ? say("search.none", {})
      : say(found.length > MOST ? "search.some" : "search.found", { count: found.length, shown: MOST });
  };
  byId("search-form").addEventListener("submit", (event) => event.preventDefault());
  byId("search-words").addEventListener("input", search);
  byId("search-which").addEventListener("change", search);
})();
