// The table: filters, searches and sorts all rows, and keeps a hundred of them in the page.
const data = JSON.parse(document.getElementById("data").textContent);
const { columns, rows, words } = data;
const at = Object.fromEntries(columns.map((column, place) => [column.key, place]));
const find = (id) => document.getElementById(id);
const STEP = 100;
const PRINTED = 500;
const UNKNOWN = "\u2013";
const texts = rows.map((row) =>
  [row[at.id], row[at.name], row[at.reason], row[at.place], words[row[at.todo]]].join(" ").toLowerCase());
const state = { todo: "all", search: "", by: at.todo, down: false, count: STEP, chosen: [] };

function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

function shown(column, value) {
  if (value === null || value === undefined || value === "") return UNKNOWN;
  if (column.decimals === undefined) return String(value);
  const text = value.toLocaleString("en", { minimumFractionDigits: column.decimals, maximumFractionDigits: column.decimals });
  return (column.signed && value > 0 ? "+" : "") + text;
}

function cell(column, row) {
  const value = row[at[column.key]];
  const made = element("td", { "data-label": column.label });
  if (column.extra) made.classList.add("extra");
  if (column.key === "todo") {
    made.className = `mark ${value}`;
    made.textContent = words[value];
  } else if (column.key === "name") {
    made.className = "name";
    made.append(element("a", { href: `#s${row[at.id]}`, dir: "auto" }, value));
    if (row[at.reason]) made.append(element("span", { class: "reason" }, row[at.reason]));
  } else {
    if (column.decimals !== undefined) made.classList.add("number");
    if (["since", "heard", "id"].includes(column.key)) made.classList.add("when");
    if (column.key === "place") made.classList.add("place");
    made.textContent = shown(column, value);
    if (made.textContent === UNKNOWN) made.classList.add("none");
  }
  return made;
}

function tableRow(place, number) {
  const made = element("tr", { "aria-rowindex": number + 2 });
  made.append(...data.shown.map((by) => cell(columns[by], rows[place])));
  return made;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function order(places) {
  const by = state.by;
  if (by === at.todo) return state.down ? places.reverse() : places; // the rows come in this order
  const sign = state.down ? -1 : 1;
  const numeric = columns[by].decimals !== undefined;
  return places.sort((a, b) => {
    const x = rows[a][by], y = rows[b][by];
    const noX = x === null || x === "", noY = y === null || y === "";
    if (noX || noY) return noX - noY || a - b; // what is not known is last, both ways
    return sign * (numeric ? x - y : collator.compare(x, y)) || a - b;
  });
}

function choose() {
  const wanted = state.search.toLowerCase().split(/\s+/).filter(Boolean);
  const places = [];
  for (let place = 0; place < rows.length; place++) {
    if (state.todo !== "all" && rows[place][at.todo] !== state.todo) continue;
    if (wanted.every((word) => texts[place].includes(word))) places.push(place);
  }
  state.chosen = order(places);
  state.count = STEP;
  render();
}

function render(count = state.count) {
  const part = state.chosen.slice(0, count);
  find("table").tBodies[0].replaceChildren(...part.map(tableRow));
  find("table").setAttribute("aria-rowcount", state.chosen.length + 1);
  const total = state.chosen.length.toLocaleString("en");
  const systems = state.chosen.length === 1 ? "system" : "systems";
  const which = state.todo === "all" ? systems : `${systems}: ${words[state.todo]}`;
  find("shown").textContent = part.length
    ? `${part.length.toLocaleString("en")} of ${total} ${which}, sorted by ${columns[state.by].label}${state.down ? ", reversed" : ""}`
    : rows.length ? "No system matches; clear the search or choose All" : "No systems";
  find("more").hidden = part.length >= state.chosen.length;
  for (const head of document.querySelectorAll("#table th")) {
    if (Number(head.dataset.by) === state.by) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  for (const button of document.querySelectorAll(".counts button")) {
    button.setAttribute("aria-pressed", String(button.value === state.todo));
  }
  find("filter").value = state.todo;
  find("order").value = String(state.by);
}

function sortBy(by) {
  const again = state.by === by;
  state.down = again ? !state.down : columns[by].falling === true;
  state.by = by;
  choose();
}

function show(todo, jump) {
  state.todo = todo;
  choose();
  if (!jump) return;
  find("systems").scrollIntoView();
  find("systems").focus({ preventScroll: true }); // where the next tab goes on
}

function startTable() {
  document.documentElement.classList.add("js");
  for (const head of document.querySelectorAll("#table th")) {
    const button = element("button", { type: "button" }, head.textContent);
    button.addEventListener("click", () => sortBy(Number(head.dataset.by)));
    head.replaceChildren(button);
  }
  for (const button of document.querySelectorAll("button[data-show]")) {
    button.addEventListener("click", () => show(button.value, button.dataset.show === "jump"));
  }
  find("search").addEventListener("input", (event) => { state.search = event.target.value; choose(); });
  find("filter").addEventListener("change", (event) => show(event.target.value, false));
  find("order").addEventListener("change", (event) => sortBy(Number(event.target.value)));
  find("turn").addEventListener("click", () => sortBy(state.by));
  find("more").addEventListener("click", () => {
    const first = state.count;
    state.count += STEP;
    render();
    find("table").tBodies[0].rows[first]?.querySelector("a").focus();
  });
  window.addEventListener("beforeprint", () => render(Math.max(state.count, PRINTED)));
  window.addEventListener("afterprint", () => render());
  choose();
}
