"use strict";
// The page of `ociasm analyze --html`. What comes from the image is only ever set as text: never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const page = document.getElementById("page");

  // --- small parts -------------------------------------------------------------------------------------------------

  /** Characters that move the cursor, break the line or turn its direction become escapes. */
  function shown(text) {
    return String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
      return `\\u{${character.codePointAt(0).toString(16)}}`;
    });
  }

  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(key, value);
      else if (value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children.map((child) => (typeof child === "object" ? child : shown(child))));
    return element;
  }

  /** As the terminal writes them: decimal units, two or three digits. */
  function bytes(count) {
    if (count < 1000) return `${count} B`;
    const units = ["kB", "MB", "GB", "TB"];
    let [value, unit] = [count, ""];
    for (const next of units) {
      if (value < 999.5) break;
      value /= 1000;
      unit = next;
    }
    return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
  }

  function share(part, all) {
    const percent = all === 0 ? 0 : (part / all) * 100;
    return `${percent >= 99.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(percent < 10 ? 2 : 1)} %`;
  }

  const KINDS = {
    package: "Python packages",
    system: "base and system packages",
    python: "interpreter",
    project: "project",
    other: "other",
  };
  const KIND_OF_LAYER = {
    base: "system",
    system: "system",
    python: "python",
    package: "package",
    bucket: "package",
    environment: "project",
    project: "project",
  };

  function legend(kinds) {
    const used = Object.keys(KINDS).filter((kind) => kinds.has(kind));
    return make(
      "ul",
      { class: "legend" },
      ...used.map((kind) => {
        const item = make("li", {}, KINDS[kind]);
        item.style.setProperty("--fill", `var(--${kind}-bar)`);
        return item;
      }),
    );
  }

  // --- the head ----------------------------------------------------------------------------------------------------

  function head() {
    const facts = [
      ["to pull", bytes(data.size)],
      ["unpacked", bytes(data.unpacked)],
      ["layers", String(data.layers.length)],
      ["files", data.files.toLocaleString("en-GB").replaceAll(",", "\u2009")],
      ["efficiency", share(data.efficiency, 1)],
      ["could do without", bytes(data.reclaimable.bytes), "spare"],
    ];
    const cells = facts.map(([name, value, kind]) => {
      const cell = make("div", { class: kind ?? "" }, make("dt", {}, name), make("dd", {}));
      cell.lastChild.textContent = value;
      return cell;
    });
    return make(
      "header",
      {},
      make("h1", {}, data.name),
      make("div", { class: "soft" }, [data.platform, data.created].filter(Boolean).join(", ")),
      make("div", { class: "soft code" }, data.digest.slice(0, 19)),
      make("dl", { class: "facts" }, ...cells),
    );
  }

  // --- the layers as one bar ----------------------------------------------------------------------------------------

  function layerName(layer) {
    return layer.title || layer.createdBy || layer.digest.slice(7, 19);
  }

  function layerStrip() {
    const told = make("p", { class: "told", "aria-live": "polite" }, "From the bottom, by what is pulled.");
    const strip = make("div", { class: "strip", role: "group", "aria-label": "layers, from the bottom" });
    const kinds = new Set();
    for (const layer of data.layers) {
      const kind = KIND_OF_LAYER[layer.kind] ?? "other";
      kinds.add(kind);
      const text = `${layer.at + 1}: ${layerName(layer)}, ${bytes(layer.size)} to pull, ${bytes(layer.unpacked)} unpacked`;
      const tell = () => {
        told.textContent = shown(text);
      };
      const segment = make("button", { type: "button", "aria-label": shown(text), title: shown(text), focus: tell, mouseenter: tell, click: tell });
      segment.style.setProperty("--fill", `var(--${kind}-bar)`);
      segment.style.flexGrow = String(Math.max(layer.size, data.size / 2000));
      segment.style.opacity = layer.at % 2 === 0 ? "1" : "0.8";
      strip.append(segment);
    }
    moveWithArrows(strip, "button");
    return make("section", { class: "section" }, make("div", { class: "bar" }, make("h2", {}, "Layers")), strip, legend(kinds), told);
  }

  /** One stop of the Tab key for the whole; arrows move inside. */
  function moveWithArrows(group, selector) {
    const all = () => [...group.querySelectorAll(selector)];
    const only = (chosen) => {
      for (const each of all()) each.tabIndex = each === chosen ? 0 : -1;
    };
    only(all()[0]);
    group.addEventListener("focusin", (event) => {
      if (event.target.matches(selector)) only(event.target);
    });
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const items = all();
      const at = items.indexOf(document.activeElement);
      if (at < 0) return;
      const to = { Home: 0, End: items.length - 1 }[event.key] ?? (step === undefined ? undefined : at + step);
      if (to === undefined) return;
      event.preventDefault();
      items[Math.min(Math.max(to, 0), items.length - 1)].focus();
    });
  }

  // --- the map -----------------------------------------------------------------------------------------------------

  /** Squarified treemap (Bruls, Huizing, van Wijk, 2000): rows as square as they get. */
  function squarify(nodes, box) {
    const total = nodes.reduce((sum, node) => sum + node.bytes, 0);
    const scale = total === 0 ? 0 : (box.width * box.height) / total;
    const placed = [];
    let { left, top, width, height } = box;
    let row = [];
    const worst = (cells, side) => {
      const sum = cells.reduce((all, cell) => all + cell.area, 0);
      const areas = cells.map((cell) => cell.area);
      return Math.max((side * side * Math.max(...areas)) / (sum * sum), (sum * sum) / (side * side * Math.min(...areas)));
    };
    const lay = () => {
      const sum = row.reduce((all, cell) => all + cell.area, 0);
      const across = width >= height;
      const thick = sum / (across ? height : width);
      let along = across ? top : left;
      for (const { node, area } of row) {
        const long = area / thick;
        placed.push({
          node,
          box: across
            ? { left, top: along, width: thick, height: long }
            : { left: along, top, width: long, height: thick },
        });
        along += long;
      }
      if (across) [left, width] = [left + thick, width - thick];
      else [top, height] = [top + thick, height - thick];
      row = [];
    };
    for (const node of nodes) {
      const cell = { node, area: node.bytes * scale };
      if (cell.area <= 0) continue;
      const side = Math.min(width, height);
      if (row.length > 0 && worst([...row, cell], side) > worst(row, side)) lay();
      row.push(cell);
    }
    if (row.length > 0) lay();
    return placed;
  }

  function treemap() {
    const roots = { Packages: data.owners, Folders: data.folders };
    let path = [roots.Packages];
    const crumbs = make("nav", { class: "crumbs", "aria-label": "where the map is" });
    const map = make("div", { class: "map", role: "group", "aria-label": "map of the image by size" });
    const told = make("p", { class: "told", "aria-live": "polite" });
    const tabs = make("div", { class: "tabs", role: "group", "aria-label": "what the map shows" });
    for (const name of Object.keys(roots)) {
      tabs.append(make("button", { type: "button", click: () => goTo([roots[name]]) }, name));
    }

    function goTo(next, focus) {
      path = next;
      draw();
      if (focus) map.querySelector("button")?.focus();
    }

    function tell(node, trail) {
      const names = [...path.slice(1), ...trail].map((each) => each.name);
      const where = path[0] === roots.Folders ? `/${names.join("/")}` : names.join(", ");
      const count = node.files === 1 ? "1 file" : `${node.files} files`;
      told.textContent = shown(`${where}: ${bytes(node.bytes)}, ${share(node.bytes, path[0].bytes)}, ${count}`);
    }

    function tile(node, box, trail, isGroup) {
      const label = `${node.name}, ${bytes(node.bytes)}`;
      const canEnter = node.children.length > 0;
      const enter = () => {
        const way = canEnter ? trail : trail.slice(0, -1);
        if (way.length > 0) goTo([...path, ...way], true);
        else tell(node, trail);
      };
      const element = make("button", {
        type: "button",
        class: isGroup ? "tile group" : "tile",
        "aria-label": shown(label),
        focus: () => tell(node, trail),
        mouseenter: () => tell(node, trail),
        click: enter,
      });
      const { style } = element;
      [style.left, style.top] = [`${box.left}px`, `${box.top}px`];
      [style.width, style.height] = [`${box.width}px`, `${box.height}px`];
      style.setProperty("--tint", `var(--${node.belongs})`);
      if (isGroup || (box.width > 44 && box.height > 20)) element.append(make("b", {}, isGroup ? label : node.name));
      if (!isGroup && box.width > 52 && box.height > 38) element.append(make("span", {}, bytes(node.bytes)));
      map.append(element);
    }

    function draw() {
      const here = path.at(-1);
      const { clientWidth: width, clientHeight: height } = map;
      map.replaceChildren();
      for (const { node, box } of squarify(here.children, { left: 0, top: 0, width, height })) {
        const isGroup = node.children.length > 0 && box.width > 90 && box.height > 64;
        tile(node, box, [node], isGroup);
        if (!isGroup) continue;
        const inner = { left: box.left + 3, top: box.top + 21, width: box.width - 6, height: box.height - 24 };
        for (const part of squarify(node.children, inner)) tile(part.node, part.box, [node, part.node], false);
      }
      crumbs.replaceChildren(
        ...path.map((node, at) => {
          const attributes = { type: "button", click: () => goTo(path.slice(0, at + 1), true) };
          if (at === path.length - 1) attributes["aria-current"] = "location";
          return make("button", attributes, node.name);
        }),
      );
      for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(roots[tab.textContent] === path[0]));
      told.textContent = "Enter goes into a folder or a group, Escape back.";
    }

    map.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || path.length < 2) return;
      event.preventDefault();
      goTo(path.slice(0, -1), true);
    });
    const observer = new ResizeObserver(() => draw());
    const kinds = new Set(["package", "system", "project", "other"].filter((kind) => hasKind(data.folders, kind)));
    const section = make(
      "section",
      { class: "section" },
      make("div", { class: "bar" }, make("h2", {}, "Where the bytes are"), tabs),
      crumbs,
      map,
      legend(kinds),
      told,
    );
    requestAnimationFrame(() => {
      observer.observe(map);
      draw();
      moveWithArrows(map, ".tile");
    });
    return section;
  }

  function hasKind(node, kind) {
    return node.belongs === kind || node.children.some((child) => hasKind(child, kind));
  }

  // --- what could go -----------------------------------------------------------------------------------------------

  function findings() {
    const section = make("section", { class: "section" });
    const total = `${bytes(data.reclaimable.bytes)} unpacked, ${bytes(data.reclaimable.compressed)} of the pull`;
    section.append(make("div", { class: "bar" }, make("h2", {}, "What the image could do without"), make("span", { class: "soft" }, total)));
    if (data.findings.length === 0) {
      section.append(make("p", { class: "soft" }, "Nothing was found."));
      return section;
    }
    const unread = data.layers.filter((layer) => layer.from === "listing").length;
    if (unread > 0) {
      section.append(
        make("p", { class: "soft" }, `${unread} layers are known by their listings: keys and debug symbols in them are found with --deep.`),
      );
    }
    section.append(make("ul", { class: "findings" }, ...data.findings.map(finding)));
    return section;
  }

  function finding({ title, bytes: size, files, packages, examples, fix, isSecret }) {
    const names = packages.length > 0 ? [packages.join("  ")] : examples.slice(0, 3).map(({ path }) => `/${path}`);
    const body = make(
      "div",
      { class: "body" },
      make("strong", {}, title),
      make("span", { class: "soft" }, ` ${files === 1 ? "1 file" : `${files} files`}`),
      ...names.map((name) => make("p", { class: "code" }, name)),
      make("p", {}, fix.advice),
    );
    if (fix.config !== null) body.append(fixLine(fix.config));
    return make("li", { class: isSecret ? "secret" : "" }, make("div", { class: "size" }, bytes(size)), body);
  }

  function fixLine(line) {
    const code = make("code", { class: "code" }, line);
    const copy = make("button", { type: "button", "aria-label": shown(`copy ${line}`) }, "Copy");
    copy.addEventListener("click", () => {
      navigator.clipboard?.writeText(line).then(
        () => {
          copy.textContent = "Copied";
        },
        () => getSelection()?.selectAllChildren(code),
      );
    });
    return make("div", { class: "fix" }, code, copy);
  }

  // --- tables ------------------------------------------------------------------------------------------------------

  const FIRST_ROWS = 25;

  /** Columns: name, what a row has there, how it is shown. Titles are buttons: they sort, and sort back. */
  function sortable(title, columns, rows, sortedBy) {
    let sort = { at: sortedBy, down: true };
    let wanted = "";
    let whole = rows.length <= FIRST_ROWS + 5;
    const body = make("tbody");
    const heads = columns.map((column, at) => {
      const button = make("button", { type: "button", click: () => sortBy(at) }, column.name);
      return make("th", { scope: "col", class: column.number ? "number" : "" }, button);
    });
    const more = make("button", { type: "button", class: "more", click: () => showAll() });
    const search = make("input", { type: "search", placeholder: "Filter", "aria-label": `filter ${title}`, input: () => filter() });

    function sortBy(at) {
      sort = { at, down: sort.at === at ? !sort.down : columns[at].number === true };
      draw();
    }

    function showAll() {
      whole = true;
      draw();
    }

    function filter() {
      wanted = search.value.toLowerCase();
      draw();
    }

    function draw() {
      const { value } = columns[sort.at];
      const sign = sort.down ? -1 : 1;
      const found = rows.filter((row) => wanted === "" || columns.some((column) => String(column.show(row)).toLowerCase().includes(wanted)));
      found.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        return x === y ? 0 : x < y ? -sign : sign;
      });
      const drawn = whole || wanted !== "" ? found : found.slice(0, FIRST_ROWS);
      body.replaceChildren(...drawn.map(tableRow));
      heads.forEach((th, at) => {
        if (at === sort.at) th.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
        else th.removeAttribute("aria-sort");
      });
      more.hidden = drawn.length === found.length;
      more.textContent = `Show all ${found.length}`;
    }

    function tableRow(row) {
      return make(
        "tr",
        {},
        ...columns.map((column) => {
          const cell = make("td", { class: [column.number ? "number" : "", column.wide ? "wide" : ""].join(" ").trim() });
          const text = column.show(row);
          const kind = column.kind?.(row);
          if (kind === undefined) cell.append(shown(text));
          else {
            const mark = make("span", { class: "kind" }, text);
            mark.style.setProperty("--fill", `var(--${kind}-bar)`);
            cell.append(mark);
          }
          return cell;
        }),
      );
    }

    draw();
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body);
    return make(
      "section",
      { class: "section" },
      make("div", { class: "bar" }, make("h2", {}, title), search),
      make("div", { class: "scroll" }, table, more),
    );
  }

  function size(name, of) {
    return { name, number: true, value: of, show: (row) => bytes(of(row)) };
  }

  function text(name, of, more = {}) {
    return { name, value: (row) => String(of(row)).toLowerCase(), show: of, ...more };
  }

  function count(name, of) {
    return { name, number: true, value: of, show: (row) => String(of(row)) };
  }

  const packageColumns = [
    text("package", (row) => row.name, { wide: true, kind: (row) => (row.ecosystem === "python" ? "package" : "system") }),
    text("version", (row) => row.version),
    size("unpacked", (row) => row.bytes),
    size("pull", (row) => row.compressed),
    count("files", (row) => row.files),
    { name: "layers", value: (row) => row.layers[0] ?? 0, show: (row) => row.layers.map((at) => at + 1).join(" ") },
  ];
  const layerColumns = [
    count("layer", (row) => row.at + 1),
    text("what it is", layerName, { wide: true, kind: (row) => KIND_OF_LAYER[row.kind] ?? "other" }),
    size("pull", (row) => row.size),
    size("unpacked", (row) => row.unpacked),
    size("hidden", (row) => row.hidden),
    count("files", (row) => row.files),
    text("digest", (row) => row.digest.slice(7, 19)),
  ];

  page.replaceChildren(
    head(),
    layerStrip(),
    treemap(),
    findings(),
    ...(data.packages.length > 0 ? [sortable("Packages", packageColumns, data.packages, 2)] : []),
    sortable("All layers", layerColumns, data.layers, 2),
  );
})();
