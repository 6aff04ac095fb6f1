// Small pictures of one system, as SVG of the width there is.
const NAMESPACE = document.querySelector("svg")?.namespaceURI ?? new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;

function shape(name, attributes, text) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function steps(top) {
  const rough = top / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, n) => n * step);
}

// A frame with the lines of the y axis; gives the scales.
function frame(width, height, top, count) {
  const left = 46, bottom = 24, above = 8;
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
  const y = (value) => above + (height - bottom - above) * (1 - value / (top || 1));
  const x = (place) => left + ((width - left - 4) * place) / count;
  for (const value of steps(top)) {
    svg.append(shape("line", { class: "grid", x1: left, x2: width, y1: y(value), y2: y(value) }));
    svg.append(shape("text", { class: "axis", x: left - 6, y: y(value) + 4, "text-anchor": "end" }, value.toLocaleString("en")));
  }
  return { svg, x, y, base: height - bottom };
}

function labels(drawn, names, width) {
  const room = Math.max(1, Math.ceil(names.filter(Boolean).length / Math.max(2, Math.floor(width / 70))));
  names.map((name, place) => [name, place]).filter(([name]) => name).forEach(([name, place], number) => {
    if (number % room === 0) drawn.svg.append(shape("text", { class: "axis", x: drawn.x(place), y: drawn.base + 17 }, name));
  });
}

function path(drawn, values, middle) {
  let text = "", pen = false;
  values.forEach((value, place) => {
    if (value === null) { pen = false; return; }
    text += `${pen ? "L" : "M"}${drawn.x(place + middle).toFixed(1)} ${drawn.y(value).toFixed(1)}`;
    pen = true;
  });
  return text;
}

function bars(width, height, series, names, line) {
  const all = [...series.flatMap((one) => one.values), ...(line ?? [])].filter((value) => value !== null);
  const drawn = frame(width, height, Math.max(0, ...all), series[0].values.length);
  const slot = drawn.x(1) - drawn.x(0);
  series.forEach(({ values, kind }, number) => {
    const broad = Math.max(1, (slot * 0.8) / series.length);
    values.forEach((value, place) => {
      if (value === null) {
        if (number === series.length - 1) drawn.svg.append(shape("rect", { class: "gap", x: drawn.x(place), y: 8, width: slot, height: drawn.base - 8 }));
        return;
      }
      drawn.svg.append(shape("rect", { class: `bars ${kind}`, x: drawn.x(place) + slot * 0.1 + number * broad, y: drawn.y(value), width: broad, height: Math.max(0, drawn.base - drawn.y(value)) }));
    });
  });
  if (line) drawn.svg.append(shape("path", { class: "line peers", d: path(drawn, line, 0.5) }));
  labels(drawn, names, width);
  return drawn.svg;
}

function curve(width, height, values, names) {
  const drawn = frame(width, height, Math.max(0, ...values.filter((value) => value !== null)), values.length);
  drawn.svg.append(shape("path", { class: "line", d: path(drawn, values, 0.5) }));
  labels(drawn, names, width);
  return drawn.svg;
}

// A picture with its title, a sentence and a table of its values.
function figure(title, says, svg, headings, lines) {
  const made = element("figure", {});
  const head = element("thead", {}, element("tr", {}, ...headings.map((one) => element("th", { scope: "col" }, one))));
  const body = element("tbody", {}, ...lines.map((line) => element("tr", {}, ...line.map((one) => element("td", {}, one)))));
  made.append(element("h3", {}, title), element("p", { class: "says" }, says), svg,
    element("details", {}, element("summary", {}, `Values: ${title}`),
      element("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": `Values: ${title}` }, element("table", {}, head, body))));
  return made;
}
