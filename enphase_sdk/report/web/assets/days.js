// The daily energies of all systems, unpacked when they are first wanted; see packing.py.
let unpacked = null;

async function unpack() {
  const text = find("days").textContent;
  if (!text || !data.days) return null;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  const half = raw.length / 2;
  const values = new Uint16Array(half);
  for (let place = 0; place < half; place++) values[place] = (raw[place] << 8) | raw[half + place];
  return values;
}

function allDays() {
  unpacked ??= unpack();
  return unpacked;
}

// kWh of each day of one system; null is not known.
function daysOf(values, place) {
  const { count, steps, places } = data.days;
  const packed = places[place], step = steps[packed] / 1000;
  return Array.from(values.subarray(packed * count, (packed + 1) * count), (n) => (n === 65535 ? null : n * step));
}

function dayAt(number) {
  const day = new Date(`${data.days.first}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + number);
  return day.toISOString().slice(0, 10);
}

// The newest day whose energy is known.
function lastKnown(days) {
  return dayAt(days.findLastIndex((kwh) => kwh !== null));
}

// The kWh of each month up to a day; a month of which a day is not known says how many are.
// The same month of the year before counts up to the same day: a part is not compared with the whole.
function monthsOf(days, end) {
  const months = new Map();
  const before = `${Number(end.slice(0, 4)) - 1}${end.slice(4, 7)}`;
  days.forEach((kwh, number) => {
    const day = dayAt(number), month = day.slice(0, 7);
    if (day > end || (month === before && day.slice(8) > end.slice(8))) return;
    const sum = months.get(month) ?? { month, kwh: 0, known: 0, days: 0 };
    sum.days += 1;
    if (kwh !== null) { sum.kwh += kwh; sum.known += 1; }
    months.set(month, sum);
  });
  return [...months.values()];
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// The median of the neighbours' kWh/kW on each of the last days, times this system's size.
function neighboursDays(values, place, members, last) {
  const size = rows[place][at.size];
  const others = members.filter((other) => other !== place && rows[other][at.size]);
  if (!size || others.length < data.neighbours) return null;
  const series = others.map((other) => daysOf(values, other).slice(-last).map((kwh) => (kwh === null ? null : kwh / rows[other][at.size])));
  return Array.from({ length: series[0].length }, (_, day) => {
    const known = series.map((one) => one[day]).filter((one) => one !== null);
    return known.length < data.neighbours ? null : median(known) * size;
  });
}
