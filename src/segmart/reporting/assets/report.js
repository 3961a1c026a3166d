// Draws the charts when their page is shown, and filters them. Everything it needs is in this file's page.
const report = JSON.parse(document.getElementById("report-data").textContent);

// The styles of numbers that the report declares; charts have the same ones in the words of their library.
const STYLES = Object.fromEntries(
  Object.entries({
    count: { maximumFractionDigits: 0 },
    percent: { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 },
    fine_percent: { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 },
    compact: { notation: "compact", maximumSignificantDigits: 3 },
    figure: { maximumSignificantDigits: 4 },
    signed: { signDisplay: "exceptZero", maximumFractionDigits: 2 },
  }).map(([name, options]) => [name, new Intl.NumberFormat("en", options)])
);

function formatted(style, value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return String(value);
  return STYLES[style || (Number.isInteger(value) ? "count" : "figure")].format(value);
}

// ------------------------------------------------------------------------------------------------ light and dark

const FONT = getComputedStyle(document.body).fontFamily;
const THEMES = {
  light: {
    ink: "#1b2330", muted: "#566174", paper: "#ffffff", line: "#dde2ea", accent: "#b3261e",
    category: ["#3C679B", "#E47300", "#2AA3A1", "#59003D", "#39009A", "#725301"],
    ramp: ["#edf2f8", "#1f4673"], diverging: ["#8a4600", "#f6f6f6", "#1f4673"],
  },
  dark: {
    ink: "#e8ecf3", muted: "#a5b0c2", paper: "#11161f", line: "#2c3646", accent: "#ff8f80",
    category: ["#61ABE8", "#FBCC5C", "#52F7F0", "#CB1574", "#5B5DE0", "#B69302"],
    ramp: ["#1c2635", "#8cc4f5"], diverging: ["#fbb75c", "#1e2735", "#8cc4f5"],
  },
};
const darkWanted = matchMedia("(prefers-color-scheme: dark)");
let theme = darkWanted.matches ? "dark" : "light";

// Labels and legends take what room there is.
function config(colours, width, longestName) {
  const text = { labelColor: colours.ink, titleColor: colours.muted, labelFont: FONT, titleFont: FONT };
  return {
    background: "transparent",
    font: FONT,
    view: { stroke: null },
    axis: {
      ...text, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, labelLimit: Math.max(110, 0.36 * width),
      gridColor: colours.line, domainColor: colours.line, tickColor: colours.line,
    },
    axisQuantitative: { labelOverlap: "parity", labelSeparation: 6 },
    axisBand: { grid: false, ticks: false, domain: false, labelPadding: 8 },
    legend: {
      ...text, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, orient: "top",
      symbolOpacity: 1, labelLimit: 220,
      columns: Math.max(1, Math.floor((0.64 * width) / (34 + 7 * Math.min(longestName, 30)))),
    },
    range: { category: colours.category, ramp: colours.ramp, diverging: colours.diverging },
    mark: { color: colours.category[0] },
    bar: { fill: colours.category[0] }, rect: {}, rule: { stroke: colours.category[0] },
    line: { stroke: colours.category[0], strokeWidth: 2 }, area: { fill: colours.category[0] },
    text: { fill: colours.ink, font: FONT },
  };
}

function inTheme(spec) {
  const copy = structuredClone(spec);
  for (const parameter of copy.params || copy.signals || []) {
    if (THEMES[theme][parameter.name]) parameter.value = THEMES[theme][parameter.name];
  }
  return copy;
}

// ------------------------------------------------------------------------------------- what is shown of a figure

const filters = Object.fromEntries(Object.keys(report.filters).map((name) => [name, null]));

class Figure {
  constructor(element, content) {
    this.element = element;
    this.content = content;
    this.views = [];
    this.rows = content.rows.map((row) => Object.fromEntries(content.columns.map((name, i) => [name, row[i]])));
    this.chosen = content.choose ? this.rows[0][content.choose] : null;
    this.isDrawn = false;
    this.addChoice();
    const table = element.querySelector("details.data");
    if (table) table.addEventListener("toggle", () => this.fillTable());
    const save = element.querySelector("button.save");
    if (save) save.addEventListener("click", () => this.save());
    if (content.is_table) this.fillTable();
  }

  // The rows that meet the filters this figure knows, and its own choice.
  shown() {
    const known = Object.keys(filters).filter((name) => filters[name] !== null && this.knows(name));
    return this.rows.filter(
      (row) =>
        (this.chosen === null || row[this.content.choose] === this.chosen) &&
        known.every((name) => row[name] === filters[name])
    );
  }

  knows(name) {
    return this.content.columns.includes(name);
  }

  addChoice() {
    const place = this.element.querySelector(".choice select");
    if (!place) return;
    for (const value of new Set(this.rows.map((row) => row[this.content.choose]))) {
      place.append(new Option(value, value));
    }
    place.addEventListener("change", () => {
      this.chosen = place.value;
      // Without a finding of its own a choice has the heading, never the sentence of another one.
      this.element.querySelector("h3").textContent = this.content.findings[this.chosen] || this.content.heading;
      this.update();
    });
  }

  // Drawings of one figure wait for each other: the last one asked for is the one that stays.
  draw() {
    this.isDrawn = true;
    this.drawn = (this.drawn || Promise.resolve()).then(() => this.drawNow());
    return this.drawn;
  }

  async drawNow() {
    this.views.forEach((view) => view.finalize());
    this.views = [];
    const place = this.element.querySelector(".chart");
    if (!place) return;
    place.replaceChildren();
    const rows = this.shown();
    place.hidden = rows.length === 0;
    if (place.hidden) return;
    const { panel, spec } = this.content;
    const panels = panel ? [...new Set(rows.map((row) => row[panel]))] : [null];
    place.classList.toggle("panels", Boolean(panel));
    for (const value of panels) {
      const box = document.createElement("div");
      if (panel) {
        const heading = document.createElement("h4");
        heading.textContent = value;
        box.append(heading);
      }
      const plot = document.createElement("div");
      plot.style.width = "100%";
      if (this.content.minimum_width) plot.style.minWidth = `${this.content.minimum_width}px`;
      box.append(plot);
      place.append(box);
      const part = panel ? rows.filter((row) => row[panel] === value) : rows;
      const full = inTheme(spec);
      if (panel) full.description = `${value}: ${full.description}`;
      if (full.$schema.includes("vega-lite")) full.datasets = { ...full.datasets, rows: part };
      else full.data.find((data) => data.name === "rows").values = part;
      const result = await vegaEmbed(plot, full, {
        actions: false,
        ast: true,
        logLevel: 1, // errors
        renderer: rows.length > 3000 ? "canvas" : "svg",
        config: config(THEMES[theme], plot.clientWidth, this.content.longest_name),
        tooltip: { theme: theme === "dark" ? "dark" : "light" },
      });
      this.views.push(result);
    }
  }

  async update() {
    this.tellScope();
    const table = this.element.querySelector("details.data");
    if (this.content.is_table || (table && table.open)) this.fillTable();
    const empty = this.element.querySelector(".filtered-out");
    if (empty) empty.hidden = this.shown().length > 0;
    // Categories come and go with the rows, and with them the height.
    if (this.isDrawn) await this.draw();
  }

  // A finding is about everybody; with a filter the reader is told what the chart below shows.
  tellScope() {
    const scope = this.element.querySelector(".scope");
    if (!scope) return;
    const active = Object.keys(filters).filter((name) => filters[name] !== null);
    const known = active.filter((name) => this.knows(name));
    scope.hidden = active.length === 0;
    scope.textContent = known.length
      ? `Shown: ${known.map((name) => filters[name]).join(", ")}. The sentence above is about all.`
      : "Not filtered: this figure is about all.";
  }

  fillTable() {
    const place = this.element.querySelector(".scroll");
    if (!place) return;
    const { columns, titles, formats } = this.content;
    const rows = this.shown();
    const table = document.createElement("table");
    const isNumber = columns.map((name) => rows.some((row) => typeof row[name] === "number"));
    const isLong = columns.map((name) => rows.some((row) => typeof row[name] === "string" && row[name].length > 32));
    const head = table.createTHead().insertRow();
    columns.forEach((name, i) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = titles[i];
      if (isNumber[i]) cell.className = "number";
      head.append(cell);
    });
    const body = table.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      columns.forEach((name, i) => {
        const cell = line.insertCell();
        cell.dir = "auto";
        cell.textContent = formatted(formats[i], row[name]);
        cell.className = isNumber[i] ? "number" : isLong[i] ? "words" : "word";
      });
    }
    place.replaceChildren(table);
  }

  save() {
    const quoted = (value) => `"${String(value ?? "").replaceAll('"', '""')}"`;
    const lines = [this.content.columns, ...this.shown().map((row) => this.content.columns.map((name) => row[name]))];
    const text = lines.map((line) => line.map(quoted).join(",")).join("\r\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
    link.download = `${this.element.id}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

const figures = [...document.querySelectorAll("[data-figure]")].map(
  (element) => new Figure(element, report.figures[element.dataset.figure])
);

// ------------------------------------------------------------------------------------------------------- filters

const told = document.querySelector(".filters output");
function filtered() {
  const active = Object.values(filters).filter((value) => value !== null);
  if (told) told.textContent = active.length ? `Showing ${active.join(", ")}` : "Showing all";
  for (const button of document.querySelectorAll(".filters button[data-filter]")) {
    const value = button.dataset.all === "true" ? null : button.value;
    button.setAttribute("aria-pressed", String(filters[button.dataset.filter] === value));
  }
  figures.forEach((figure) => figure.update());
}
for (const button of document.querySelectorAll(".filters button[data-filter]")) {
  button.addEventListener("click", () => {
    filters[button.dataset.filter] = button.dataset.all === "true" ? null : button.value;
    filtered();
  });
}
for (const select of document.querySelectorAll(".filters select")) {
  select.addEventListener("change", () => {
    filters[select.dataset.filter] = select.selectedIndex === 0 ? null : select.value;
    filtered();
  });
}

// ---------------------------------------------------------------------------------------------------------- tabs

const tabs = [...document.querySelectorAll('[role="tab"]')];
const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

async function show(tab, { focus = false } = {}) {
  for (const other of tabs) {
    const isShown = other === tab;
    other.setAttribute("aria-selected", String(isShown));
    other.tabIndex = isShown ? 0 : -1;
    panelOf(other).hidden = !isShown;
  }
  if (focus) tab.focus();
  for (const figure of figures.filter((figure) => panelOf(tab).contains(figure.element) && !figure.isDrawn)) {
    await figure.draw();
  }
}

function showAddressed() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const panel = target && target.closest('[role="tabpanel"]');
  const tab = panel && tabs.find((tab) => panelOf(tab) === panel);
  if (!tabs.length) return Promise.resolve();
  return show(tab || tabs[0]).then(() => tab && target !== panel && target.scrollIntoView());
}

tabs.forEach((tab, position) => {
  tab.addEventListener("click", () => {
    history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`);
    show(tab);
  });
  tab.addEventListener("keydown", (event) => {
    const to = { ArrowRight: position + 1, ArrowLeft: position - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(tabs[(to + tabs.length) % tabs.length], { focus: true });
  });
});
addEventListener("hashchange", showAddressed);

// ------------------------------------------------------------------------------------------------ theme and print

async function retheme(name) {
  theme = name;
  document.documentElement.dataset.theme = theme;
  const button = document.querySelector("button.theme");
  button.textContent = theme === "dark" ? "Light" : "Dark";
  button.setAttribute("aria-label", theme === "dark" ? "Use light colours" : "Use dark colours");
  for (const figure of figures.filter((figure) => figure.isDrawn)) await figure.draw();
}
document.querySelector("button.theme").addEventListener("click", () => retheme(theme === "dark" ? "light" : "dark"));
darkWanted.addEventListener("change", (event) => retheme(event.matches ? "dark" : "light"));

// On paper everything is shown, in light colours. What is hidden has no width, so it is shown before it is drawn.
async function drawAll() {
  const hidden = tabs.map(panelOf).filter((panel) => panel.hidden);
  hidden.forEach((panel) => (panel.hidden = false));
  for (const figure of figures.filter((figure) => !figure.isDrawn)) await figure.draw();
  return () => hidden.forEach((panel) => (panel.hidden = true));
}
document.querySelector("button.print").addEventListener("click", async () => {
  const before = theme;
  await retheme("light");
  const restore = await drawAll();
  print();
  restore();
  await retheme(before);
});

document.documentElement.classList.add("has-script");
window.segmartReport = { figures, drawAll, ready: retheme(theme).then(showAddressed).then(filtered) };
