// One system in a dialog; its address is #s and its ID.
const LAST = 90;

function number(value, decimals = 1) {
  return shown({ decimals }, value);
}

function facts(row) {
  const list = element("dl", { class: "facts" });
  for (const column of columns) {
    if (!column.fact) continue;
    const value = shown(column, row[at[column.key]]);
    list.append(element("div", {}, element("dt", {}, column.fact), element("dd", {}, value)));
  }
  return list;
}

function findings(row) {
  const list = element("ul", { class: "needs" });
  for (const [todo, reason, since, lost, basis] of data.findings[row[at.id]] ?? []) {
    const cost = todo === "fine" ? "" : ` Lost: ${lost === null ? "not known" : `about ${number(lost, 0)} kWh${basis ? ` (${basis})` : ""}`}.`;
    list.append(element("li", { class: todo }, element("span", { class: "mark" }, words[todo]), ` ${reason}${since && !reason.includes(since.slice(0, 10)) ? `, since ${since}` : ""}.${cost}`));
  }
  return list;
}

function daysFigure(width, days, peers) {
  const last = days.slice(-LAST);
  const first = days.length - last.length;
  const names = last.map((_, n) => (dayAt(first + n).endsWith("-01") || dayAt(first + n).endsWith("-15") ? dayAt(first + n).slice(5) : ""));
  const says = peers ? "Bars: kWh. Dashed: what the median neighbour would have made with this size. Shaded: not known." : "Bars: kWh. Shaded: not known.";
  const lines = last.map((kwh, n) => [dayAt(first + n), number(kwh), ...(peers ? [number(peers[n])] : [])]).reverse();
  return figure(`Energy of the last ${last.length} days, kWh`, says, bars(width, 190, [{ values: last, kind: "" }], names, peers),
    ["Day", "kWh", ...(peers ? ["Neighbours, kWh"] : [])], lines);
}

function monthsFigure(width, days) {
  const end = lastKnown(days);
  const months = monthsOf(days, end);
  const byMonth = new Map(months.map((one) => [one.month, one]));
  const last = months.slice(-12);
  const before = last.map(({ month }) => byMonth.get(`${Number(month.slice(0, 4)) - 1}${month.slice(4)}`));
  const kwh = (one) => (one && one.known ? one.kwh : null);
  // A month of which days are missing (the system's first one) is not compared with a whole one.
  last.forEach((one, n) => { if (before[n] && before[n].known < 0.9 * one.known) before[n] = undefined; });
  const series = [{ values: last.map(kwh), kind: "" }];
  if (before.some((one) => kwh(one) !== null)) series.unshift({ values: before.map(kwh), kind: "before" });
  const says = series.length > 1 ? `Filled: kWh of the month. Outlined: the same month a year before. The last month counts up to ${end} in both years.` : `kWh of each month; the last one counts up to ${end}.`;
  const lines = last.map((one, n) => [one.month, number(kwh(one)), `${one.known} of ${one.days}`, number(kwh(before[n]) ?? null)]).reverse();
  return figure("Energy by month, kWh", says, bars(width, 190, series, last.map(({ month }) => month)), ["Month", "kWh", "Days known", "Year before, kWh"], lines);
}

function curveFigure(width, [day, start, minutes, watts]) {
  const clock = (n) => { const at = start + n * minutes; return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`; };
  const names = watts.map((_, n) => (clock(n).endsWith(":00") ? clock(n) : ""));
  return figure(`Power on ${day}, W`, "Mean power of each interval, as reported.", curve(width, 190, watts, names), ["From", "W"], watts.map((w, n) => [clock(n), number(w, 0)]));
}

function modulesFigure(modules, span) {
  const known = modules.map(([, kwh]) => kwh).filter((kwh) => kwh !== null);
  const middle = !span && known.length ? median(known) : null;
  const list = element("ul", { class: "modules" });
  for (const [serial, kwh, silent, percent, low] of modules) {
    const share = span ? percent : kwh !== null && middle ? (100 * kwh) / middle : null;
    const kind = silent ? "call" : (span ? low : share !== null && share < data.weak) ? "visit" : share === null ? "unread" : "fine";
    const said = silent ? "not reporting" : share === null ? "not known" : `${number(share, 0)} %`;
    const energy = span && kwh !== null ? `${number(kwh)} kWh ` : "";
    list.append(element("li", { class: kind }, element("b", {}, said), `${energy}\u2026${serial.slice(-6)}`));
  }
  const made = element("section", {});
  const what = span ? `Energy over ${span[0]} days to ${span[1]}, and its share of the median of those of the same model and direction.`
    : "Lifetime energy against the median of this system. A microinverter that was added later has less.";
  made.append(element("h3", {}, "Microinverters"), element("p", { class: "says" }, `${what} The order is that of the serial numbers, not of the roof.`), list);
  return made;
}

function neighboursFigure(row, place) {
  const area = data.areas[row[at.area]];
  if (!area) return null;
  const [label, members] = area;
  const ranked = members.filter((other) => rows[other][at.yield] !== null).sort((a, b) => rows[b][at.yield] - rows[a][at.yield]);
  const rank = ranked.indexOf(place);
  const made = element("section", {});
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...["Rank", "System", "kWh/kW a day"].map((one) => element("th", { scope: "col" }, one)))));
  const body = element("tbody", {});
  const near = ranked.map((other, n) => [other, n]).filter(([, n]) => n < 3 || n >= ranked.length - 2 || Math.abs(n - rank) < 2);
  for (const [other, n] of near) {
    const name = other === place ? element("b", {}, rows[other][at.name]) : element("a", { href: `#s${rows[other][at.id]}` }, rows[other][at.name]);
    body.append(element("tr", {}, element("td", {}, String(n + 1)), element("td", { class: "name" }, name), element("td", {}, number(rows[other][at.yield], 2))));
  }
  table.append(body);
  made.append(element("h3", {}, "Neighbours"), element("p", { class: "says" },
    rank < 0 ? `${ranked.length} systems of ${label} are compared; this one is not (too few days, or its size is not known).`
      : `Rank ${rank + 1} of ${ranked.length} in ${label}, by energy for each kW over the last 30 days.`), table);
  return made;
}

async function detail(place) {
  const row = rows[place], id = row[at.id], body = find("detail-body");
  find("detail-title").textContent = row[at.name];
  body.replaceChildren(findings(row), facts(row));
  if (!find("detail").open) find("detail").showModal();
  find("detail").scrollTop = 0;
  const width = Math.max(280, Math.min(960, body.clientWidth - 34));
  const values = await allDays();
  if (find("detail-body").firstChild === null || location.hash !== `#s${id}`) return;
  const days = values ? daysOf(values, place) : [];
  if (days.some((kwh) => kwh !== null)) {
    const area = data.areas[row[at.area]];
    body.append(daysFigure(width, days, area ? neighboursDays(values, place, area[1], LAST) : null), monthsFigure(width, days));
  } else body.append(element("p", {}, "There is no complete day of this system here."));
  if (data.curves[id]) body.append(curveFigure(width, data.curves[id]));
  if (data.modules[id]) body.append(modulesFigure(data.modules[id], data.spans[id]));
  const neighbours = neighboursFigure(row, place);
  if (neighbours) body.append(neighbours);
  body.dataset.system = id;
}

function followAddress() {
  const wanted = /^#s(\d+)$/.exec(location.hash);
  const place = wanted ? rows.findIndex((row) => row[at.id] === Number(wanted[1])) : -1;
  if (place >= 0) detail(place);
  else if (find("detail").open) find("detail").close();
}

function startDetail() {
  find("close").addEventListener("click", () => find("detail").close());
  find("detail").addEventListener("click", (event) => { if (event.target === find("detail")) find("detail").close(); });
  find("detail").addEventListener("close", () => {
    const link = document.querySelector(`a[href="${location.hash}"]`);
    if (location.hash.startsWith("#s")) history.replaceState(null, "", location.pathname + location.search);
    link?.focus();
  });
  window.addEventListener("hashchange", followAddress);
  followAddress();
}

startTable();
startDetail();
