"use strict";
(function () {
  const graph = JSON.parse(document.getElementById("graph").textContent);
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  const words = graph.words;
  const shapes = {
    function: "round-rectangle", queue: "barrel", topic: "tag", bus: "hexagon", stream: "barrel", table: "barrel",
    bucket: "barrel", schedule: "ellipse", api: "round-octagon", state_machine: "rhomboid", service: "round-octagon",
    code: "cut-rectangle", unknown: "diamond",
  };

  // Shapes with slanted sides have less room for text than the box around them.
  const slanted = { state_machine: 60, unknown: 40, topic: 24, bus: 24 };

  const clip = (text) => (text.length > 34 ? text.slice(0, 16) + "\u2026" + text.slice(-17) : text);

  const widthOf = (lines) => Math.max(118, 18 + 6.3 * Math.max(...lines.map((line) => line.length)));
  const heightOf = (lines) => Math.max(44, 14 + 15 * lines.length);

  // From afar a node says only its name, as large as fits into it: on as many lines as give the largest letters.
  function afar(name, lines) {
    const parts = name.split(/(?<=[-_./ ])|(?<=[a-z0-9])(?=[A-Z])/).filter(Boolean);
    const width = widthOf(lines) - 10, height = heightOf(lines) - 6;
    let best = { size: 0, text: name };
    for (let count = 1; count <= Math.min(3, parts.length); count++) {
      const rows = [], limit = Math.ceil(name.length / count);
      for (const part of parts) {
        const last = rows.length - 1;
        if (last >= 0 && (rows[last] + part).length <= limit + 3) rows[last] += part;
        else rows.push(part);
      }
      const size = Math.min(width / (0.58 * Math.max(...rows.map((row) => row.length))), height / (1.1 * rows.length));
      if (size > best.size) best = { size, text: rows.join("\n") };
    }
    return best;
  }

  // In the picture, what an edge says stands on two lines at the most: how, and what is wrong with it.
  function onEdge(edge) {
    const bad = edge.says.slice(edge.says.length - edge.marks.length), rest = edge.says.slice(0, edge.says.length - edge.marks.length);
    return [rest.join(", "), bad.join(", ")].filter(Boolean).join("\n");
  }

  const elements = [
    ...graph.nodes.map((node) => {
      const lines = [clip(node.name), ...node.says], far = afar(clip(node.name), lines);
      return {
        group: "nodes",
        data: {
          id: "n:" + node.id, label: lines.join("\n"), far: far.text, size: far.size, kind: node.kind, bad: node.marks.length > 0,
        },
      };
    }),
    ...graph.edges.map((edge, number) => ({
      group: "edges",
      data: {
        id: "e:" + number, source: "n:" + edge.source, target: "n:" + edge.target, label: onEdge(edge), kind: edge.kind,
        bad: edge.is_bad, dashed: edge.is_failure || !edge.certain, dotted: edge.is_suggested,
      },
    })),
  ];

  const color = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  function style() {
    return [
      { selector: "node", style: {
        shape: (node) => shapes[node.data("kind")], label: "data(label)", "text-wrap": "wrap", "text-valign": "center",
        width: (node) => widthOf(node.data("label").split("\n")) + (slanted[node.data("kind")] || 0), height: (node) => heightOf(node.data("label").split("\n")),
        "font-size": 11, color: color("--text"), "background-color": color("--node"), "border-width": 1,
        "border-color": color("--edge") } },
      { selector: "node.far", style: { label: "data(far)", "font-size": "data(size)" } },
      { selector: 'node[kind = "unknown"]', style: { "border-style": "dashed" } },
      { selector: "node[?bad]", style: { "border-color": color("--bad"), "border-width": 2 } },
      { selector: "edge", style: {
        label: "data(label)", "text-wrap": "wrap", "font-size": 9, color: color("--quiet"), width: 1.4,
        "line-color": color("--edge"), "target-arrow-color": color("--edge"), "target-arrow-shape": "triangle",
        "curve-style": "bezier", "control-point-step-size": 56, "text-background-color": color("--back"),
        "text-background-opacity": 1, "text-background-padding": 2, "min-zoomed-font-size": 5 } },
      { selector: "edge[?dashed]", style: { "line-style": "dashed" } },
      { selector: "edge[?dotted]", style: { "line-style": "dotted", "line-color": color("--quiet"), "target-arrow-color": color("--quiet") } },
      { selector: 'edge[kind = "async"], edge[kind = "queue"]', style: { "target-arrow-shape": "vee" } },
      { selector: "edge[?bad]", style: { "line-color": color("--bad"), "target-arrow-color": color("--bad"), color: color("--bad") } },
      { selector: ".away", style: { display: "none" } },
      { selector: ".faint", style: { opacity: 0.18 } },
      { selector: "node.chosen", style: { "border-color": color("--chosen"), "border-width": 3 } },
      { selector: "edge.chosen", style: { "line-color": color("--chosen"), "target-arrow-color": color("--chosen"), width: 3 } },
    ];
  }

  const asked = new URLSearchParams(location.search).get("theme");
  root.dataset.theme = asked || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const cy = cytoscape({
    container: byId("picture"), elements, style: style(), minZoom: 0.05, maxZoom: 3, layout: { name: "null" },
  });

  // Between two ranks there is room for what most of the edges say.
  function apart(piece) {
    const lengths = piece.edges().map((edge) => Math.max(...edge.data("label").split("\n").map((line) => line.length))).sort((a, b) => a - b);
    return Math.min(190, 60 + 4.6 * (lengths[Math.floor(lengths.length * 0.8)] || 0));
  }

  // What is connected is laid out by itself, and the pieces are put side by side until they are as wide as the window.
  function arrange() {
    const shown = cy.elements().not(".away");
    const gap = 40;
    const pieces = shown.components().map((piece) => {
      if (piece.nodes().length > 1) {
        piece.layout({ name: "dagre", rankDir: "LR", nodeSep: 14, edgeSep: 8, rankSep: apart(piece), fit: false, animate: false }).run();
      } else {
        piece.nodes().positions(() => ({ x: 0, y: 0 }));
      }
      return { piece, box: piece.boundingBox({ includeLabels: true }) };
    });
    pieces.sort((one, other) => other.box.h - one.box.h || other.box.w - one.box.w);
    const area = pieces.reduce((sum, { box }) => sum + (box.w + gap) * (box.h + gap), 0);
    const ratio = Math.max(0.5, cy.width() / Math.max(1, cy.height()));
    const width = Math.max(Math.sqrt(area * ratio), ...pieces.map(({ box }) => box.w));
    const columns = [];  // of all rows: a piece goes below another one that is as wide, where the row is high enough
    let row = { x: 0, y: 0, height: 0 };
    for (const { piece, box } of pieces) {
      let column = columns.find((one) => box.w <= one.width && one.used + box.h <= one.height);
      if (!column) {
        if (row.x > 0 && row.x + box.w > width) row = { x: 0, y: row.y + row.height + gap, height: 0 };
        row.height = row.height || box.h;
        column = { x: row.x, y: row.y, width: box.w, height: row.height, used: 0 };
        columns.push(column);
        row.x += box.w + gap;
      }
      piece.nodes().shift({ x: column.x - box.x1, y: column.y + column.used - box.y1 });
      column.used += box.h + gap;
    }
    cy.fit(shown, 24);
  }

  const FAR = 0.6;  // letters of less than seven pixels
  function zoomed() {
    const far = cy.zoom() < FAR;
    if (far !== cy.nodes().first().hasClass("far")) cy.nodes().toggleClass("far", far);
  }
  cy.on("zoom", zoomed);

  // -- what is shown ---------------------------------------------------------------------------------------------------

  const kinds = [...new Set(graph.edges.map((edge) => edge.kind))];
  for (const kind of kinds) {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true, value: kind });
    box.addEventListener("change", () => filter(true));
    label.append(box, " " + words.kinds[kind]);
    byId("kinds").append(label);
  }

  function found(text, parts) {
    return parts.some((part) => part.toLowerCase().includes(text));
  }

  function filter(again) {
    const wanted = new Set([...byId("kinds").querySelectorAll("input:checked")].map((box) => box.value));
    const text = byId("search").value.trim().toLowerCase();
    const onlyBad = byId("problems").checked, alone = byId("alone").checked;
    cy.batch(() => {
      cy.elements().removeClass("away faint");
      graph.edges.forEach((edge, number) => {
        const bad = edge.is_bad || graph.nodes.some((node) => node.marks.length && (node.id === edge.source || node.id === edge.target));
        if (!wanted.has(edge.kind) || (onlyBad && !bad)) cy.getElementById("e:" + number).addClass("away");
      });
      cy.nodes().forEach((node) => {
        const used = node.connectedEdges().not(".away").length > 0;
        if (!used && !(alone && !onlyBad)) node.addClass("away");
      });
      if (text) {
        const hits = cy.collection().union(cy.nodes().filter((one) => {
          const node = graph.nodes.find((other) => "n:" + other.id === one.id());
          return found(text, [node.id, node.name, node.kind, ...(node.handler ? [node.handler.path] : [])]);
        }));
        const near = hits.union(hits.connectedEdges()).union(hits.neighborhood());
        cy.elements().not(near).addClass("faint");
      }
    });
    list(text);
    if (again) arrange();
  }

  function list(text) {
    const shown = graph.edges.map((edge, number) => ({ edge, number })).filter(({ edge, number }) => {
      const parts = [edge.source, edge.target, ...edge.says, ...edge.calls.map((call) => call.path)];
      return !cy.getElementById("e:" + number).hasClass("away") && (!text || found(text, parts));
    });
    byId("edges").replaceChildren(...shown.map(({ edge, number }) => {
      const item = document.createElement("li"), button = document.createElement("button"), more = document.createElement("small");
      button.type = "button";
      button.dataset.edge = number;
      button.append(edge.source + " \u2192 " + edge.target, document.createElement("br"));
      more.textContent = edge.says.join(" \u00b7 ");
      if (edge.is_bad) more.className = "bad";
      button.append(more);
      button.addEventListener("click", () => choose(cy.getElementById("e:" + number), true));
      item.append(button);
      return item;
    }));
    const nodes = cy.nodes().not(".away").length;
    byId("count").textContent = `${nodes} of ${graph.nodes.length} nodes, ${shown.length} of ${graph.edges.length} edges`;
  }

  // -- one of them -----------------------------------------------------------------------------------------------------

  function say(title, rows, bad) {
    const list = document.createElement("dl");
    for (const [name, value] of rows) {
      for (const one of value === null || value === undefined ? [] : [].concat(value)) {
        const told = document.createElement("dd");
        told.textContent = one;
        const label = document.createElement("dt");
        label.textContent = name;
        list.append(label, told);
      }
    }
    const head = document.createElement("h2");
    head.textContent = title;
    const said = bad.map((word) => Object.assign(document.createElement("p"), { className: "bad", textContent: word }));
    byId("details").replaceChildren(head, ...said, list);
  }

  const where = (place) => (place ? `${place.path}:${place.line}` : null);
  const seconds = (number) => (number === null ? null : `${number} s`);

  function choose(element, center) {
    cy.elements().removeClass("chosen");
    for (const button of byId("edges").querySelectorAll("button")) {
      button.setAttribute("aria-current", String("e:" + button.dataset.edge === (element && element.id())));
    }
    if (!element || element.empty()) { byId("details").replaceChildren(); return; }
    element.addClass("chosen");
    if (center) cy.animate({ center: { eles: element }, duration: 150 });
    if (element.isNode()) {
      const node = graph.nodes.find((one) => "n:" + one.id === element.id());
      say(node.name, [
        ["kind", words.nodes[node.kind]], ["handler", where(node.handler)], ["template", where(node.template)],
        ["timeout", seconds(node.timeout_seconds)],
      ], node.marks.map((mark) => words.marks[mark]));
    } else {
      const edge = graph.edges[Number(element.id().slice(2))];
      say(`${edge.source} \u2192 ${edge.target}`, [
        ["how", words.kinds[edge.kind] + (edge.label ? ` (${edge.label})` : "")], ["called at", edge.calls.map(where)],
        ["template", where(edge.template)], ["batch size", edge.batch_size], ["waits", seconds(edge.waits_seconds)],
        ["surely takes", seconds(edge.least_seconds)], ["certain", edge.certain ? "yes" : edge.is_suggested ? "no, suggested" : "no"],
      ], edge.marks.map((mark) => words.marks[mark]));
    }
  }

  cy.on("tap", "node, edge", (event) => choose(event.target, false));
  cy.on("tap", (event) => { if (event.target === cy) choose(null, false); });

  // -- keys ------------------------------------------------------------------------------------------------------------

  let current = null;
  function step(dx, dy) {
    const shown = cy.nodes().not(".away");
    const from = current && !current.hasClass("away") ? current.position() : null;
    const next = from === null ? shown.first() : shown.not(current).min((node) => {
      const x = node.position("x") - from.x, y = node.position("y") - from.y, ahead = x * dx + y * dy;
      return ahead <= 0 ? Infinity : ahead + 2 * Math.abs(x * dy + y * dx);
    }).ele;
    if (next && next.nonempty() && (from === null || ((next.position("x") - from.x) * dx + (next.position("y") - from.y) * dy) > 0)) {
      current = next;
      choose(current, true);
    }
  }

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  byId("picture").tabIndex = 0;
  byId("picture").addEventListener("keydown", (event) => {
    if (arrows[event.key]) { step(...arrows[event.key]); event.preventDefault(); }
    if (event.key === "+" || event.key === "-") cy.zoom({ level: cy.zoom() * (event.key === "+" ? 1.2 : 1 / 1.2), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
    if (event.key === "Enter" && current) {
      const edges = current.outgoers("edge").not(".away");
      const place = edges.toArray().findIndex((edge) => edge.hasClass("chosen"));
      if (edges.length) choose(edges[(place + 1) % edges.length], true);
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target === byId("search");
    if (event.key === "Escape") { byId("search").value = ""; current = null; choose(null); filter(false); if (typing) byId("picture").focus(); }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { byId("search").focus(); event.preventDefault(); }
    if (event.key === "f") cy.fit(cy.elements().not(".away"), 24);
    if (event.key === "d") turn();
  });

  function turn() {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    cy.style(style());
  }

  function print() {
    const before = root.dataset.theme;
    root.dataset.theme = "light";
    cy.style(style());
    cy.nodes().removeClass("far");
    byId("printed").src = cy.png({ full: true, scale: 2, bg: "#fff", maxWidth: 8000, maxHeight: 8000 });
    root.dataset.theme = before;
    cy.style(style());
    zoomed();
  }

  byId("search").addEventListener("input", () => filter(false));
  byId("problems").addEventListener("change", () => filter(true));
  byId("alone").addEventListener("change", () => filter(true));
  byId("fit").addEventListener("click", () => cy.fit(cy.elements().not(".away"), 24));
  byId("theme").addEventListener("click", turn);
  addEventListener("beforeprint", print);
  byId("alone").checked = graph.edges.length === 0;
  filter(true);
  print();
  root.dataset.ready = "yes";
  window.invocations = { cy, choose };
})();
