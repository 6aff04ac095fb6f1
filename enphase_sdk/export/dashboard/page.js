"use strict";
// Shows the values of /events, and updates their ages each second, so that old values turn grey.

const byId = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
// W. Less than this does not count as a flow: meters and inverters draw a little themselves.
const NOTHING = 5;
const WAYS = {
  roof: (w) => (w > NOTHING ? "producing" : "produces nothing"),
  house: (w) => (w > NOTHING ? "consuming" : "consumes nothing"),
  grid: (w) => (w > NOTHING ? "importing" : w < -NOTHING ? "exporting" : "no exchange"),
  battery: (w) => (w > NOTHING ? "discharging" : w < -NOTHING ? "charging" : "idle"),
};
let told = null;
let ahead = 0; // The server's clock minus this one's, seconds.
let connected = false;

const now = () => Date.now() / 1000 + ahead;
const shown = (value, digits) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const watts = (w) => (Math.abs(w) < 1000 ? `${shown(w, 0)}\u00a0W` : `${shown(w / 1000, 2)}\u00a0kW`);
const energy = (wh) => `${shown(wh / 1000, 1)}\u00a0kWh`;

function quantity(key, number) {
  if (key.endsWith("_percent")) return `${shown(number, 0)}\u00a0%`;
  return key.endsWith("_wh") ? energy(number) : watts(number);
}

function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 120) return `${s} s`;
  return s < 7200 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function isStale(value) {
  return now() - value.at > value.limit;
}

function showValue(element) {
  const key = element.dataset.key;
  const value = told.values[key];
  const node = element.dataset.node;
  const optional = node === "battery" || !node;
  element.hidden = optional && !value;
  const stale = !value || isStale(value);
  element.classList.toggle("stale", stale);
  const number = value && (node ? Math.abs(value.number) : value.number);
  write(element.querySelector(".number"), value ? quantity(key, number) : "not known");
  const source = value && (value.source === "live" ? "live data" : "reading");
  const age = value ? `${source}, ${span(now() - value.at)} ago` : "";
  write(element.querySelector(".age"), stale && value ? `old: ${age}` : age);
  if (!node) return;
  write(element.querySelector(".way"), value ? (stale ? "was " : "") + WAYS[node](value.number) : "");
  const line = document.querySelector(`[data-line=${node}]`);
  const flows = !stale && Math.abs(value.number) > NOTHING;
  line.classList.toggle("on", flows);
  line.classList.toggle("back", flows && (node === "house" ? value.number > 0 : value.number < 0));
  line.toggleAttribute("hidden", element.hidden);
}

function sentence() {
  const parts = [];
  const tell = (key, above, below) => {
    const value = told.values[key];
    if (!value || isStale(value) || Math.abs(value.number) <= NOTHING) return;
    const text = value.number > 0 ? above : below;
    if (text) parts.push(text.replace("#", watts(Math.abs(value.number))));
  };
  tell("production_power_w", "The roof produces #");
  tell("battery_power_w", "the battery gives #", "the battery takes #");
  tell("grid_power_w", "the grid gives #", "the grid takes #");
  tell("house_power_w", "the house takes #");
  const both = told.values.production_and_grid_power_w;
  if (!told.values.house_power_w && both && !isStale(both)) {
    parts.push(`roof and grid together supply ${watts(both.number)}`);
  }
  const text = parts.join(", ");
  return text ? `${text[0].toUpperCase()}${text.slice(1)}.` : "";
}

function showAll() {
  if (!told) return;
  document.querySelectorAll("[data-key]").forEach(showValue);
  write(byId("sentence"), sentence());
  const status = byId("status");
  const gateway = told.gateway;
  // Only problems are announced to screen readers; ages would be announced each second.
  let text = "The gateway answers.";
  if (!connected) text = "No connection to this program; the values shown are old.";
  else if (!told.up) text = gateway ? `No reading: ${told.error}` : told.error || "Waiting for the first reading …";
  else if (gateway.problems.length) text = `Not everything could be read: ${gateway.problems.join(", ")}`;
  write(status, text);
  status.classList.toggle("bad", !connected || (!told.up && Boolean(told.error)));
  if (!gateway) return;
  write(byId("title"), `IQ Gateway ${gateway.serial_number}`);
  const live = told.live_note ? ` ${told.live_note}` : "";
  write(byId("about"), `Firmware ${gateway.firmware}. Last reading ${span(now() - gateway.at)} ago.${live}`);
}

const NAMES = {
  producing: "producing", idle: "not producing", silent: "no report for 20 minutes", unknown: "not known",
};

function row(cells) {
  const line = document.createElement("tr");
  cells.forEach((text, place) => {
    const cell = document.createElement(place ? "td" : "th");
    if (!place) cell.scope = "row";
    cell.textContent = text;
    line.append(cell);
  });
  return line;
}

function showInverters() {
  const all = told.inverters;
  byId("inverters-note").hidden = all.length > 0;
  byId("list").hidden = all.length === 0;
  const counts = new Map();
  for (const one of all) counts.set(one.state, (counts.get(one.state) || 0) + 1);
  byId("states").replaceChildren(...Object.keys(NAMES).filter((s) => counts.has(s)).map((state) => {
    const item = document.createElement("li");
    item.className = state;
    item.textContent = `${counts.get(state)} ${NAMES[state]}`;
    return item;
  }));
  const clock = (at) => (at === null ? "–" : new Date(at * 1000).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false }));
  byId("list").querySelector("tbody").replaceChildren(...all.map((one) =>
    row([one.serial_number, NAMES[one.state], one.watts === null ? "–" : watts(one.watts), clock(one.at)])));
}

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// The hour of a day, with its fraction, in the gateway's zone.
function hourIn(zone) {
  const format = new Intl.DateTimeFormat("en", {
    timeZone: zone || undefined, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at * 1000).map((p) => [p.type, p.value]));
    return Number(parts.hour) + Number(parts.minute) / 60;
  };
}

function showCurve(curve) {
  const points = curve ? curve.series.flatMap((series) => series.points) : [];
  const none = points.length === 0;
  byId("curve").hidden = byId("hours").hidden = none;
  byId("curve-note").hidden = !none;
  write(byId("curve-note"), (curve && curve.note) || "No value of today has been recorded yet.");
  if (none) return;
  // Drawn in the page's own pixels, so that its text is as large on a phone.
  const plot = byId("plot");
  const right = Math.max(240, plot.clientWidth) - 4;
  const [left, top, bottom] = [56, 12, 192];
  plot.setAttribute("viewBox", `0 0 ${right + 4} 216`);
  const most = Math.max(1000, ...points.map(([, w]) => w));
  const x = (hour) => left + ((right - left) * hour) / 24;
  const y = (w) => bottom - ((bottom - top) * Math.max(0, w)) / most;
  const hour = hourIn(curve.zone);
  plot.replaceChildren();
  for (const part of [0, 0.5, 1]) {
    const level = y(most * part);
    plot.append(element("line", { class: "rule", x1: left, x2: right, y1: level, y2: level }));
    plot.append(element("text", { x: left - 6, y: level + 4, "text-anchor": "end" }, `${shown((most * part) / 1000, 1)} kW`));
  }
  for (const at of [0, 6, 12, 18, 24]) {
    plot.append(element("text", { x: x(at), y: 212, "text-anchor": at === 0 ? "start" : at === 24 ? "end" : "middle" }, `${at}:00`));
  }
  const sums = {};
  const hours = new Map();
  for (const { name, step, points: own } of curve.series) {
    let path = "";
    let before = null;
    sums[name] = 0;
    for (const [end, w] of own) {
      // A gap in the recording is a gap in the line.
      path += `${before === end - step ? "L" : "M"}${x(hour(end - step / 2)).toFixed(1)} ${y(w).toFixed(1)}`;
      before = end;
      const wh = (w * step) / 3600;
      sums[name] += wh;
      const start = Math.floor(hour(end - step / 2));
      const line = hours.get(start) || hours.set(start, {}).get(start);
      line[name] = (line[name] || 0) + wh;
    }
    if (path) plot.append(element("path", { class: name, d: path }));
  }
  // With a grid meter, battery charging counts as consumption.
  const charging = told.values.battery_power_w && !told.values.house_energy_wh;
  write(byId("consumption-key"), charging ? "Consumption, including battery charging" : "Consumption");
  write(byId("curve-summary"), `Recorded: ${energy(sums.production)} produced, ${energy(sums.consumption)} consumed.`);
  const cell = (wh) => (wh === undefined ? "–" : energy(wh));
  byId("hours").querySelector("tbody").replaceChildren(...[...hours].sort((a, b) => a[0] - b[0]).map(([at, line]) =>
    row([`${at}:00`, cell(line.production), cell(line.consumption)])));
}

let drawn = "";
const events = new EventSource("events");
events.onmessage = (message) => {
  told = JSON.parse(message.data);
  ahead = told.now - Date.now() / 1000;
  connected = true;
  showAll();
  showInverters();
  const curve = JSON.stringify(told.curve);
  if (curve !== drawn) showCurve(told.curve);
  drawn = curve;
};
new ResizeObserver(() => told && showCurve(told.curve)).observe(byId("today"));
events.onerror = () => {
  connected = false;
  showAll();
};
setInterval(showAll, 1000);
