// How much of the vendors' limits the calls of the last hours met, and how many there were.

import { html, useMemo, useState } from './vendor/htm-preact.js';
import { get } from './api.js';
import { log } from './live.js';
import { Choice, Empty, Failure, Head, VendorName, counted, useCalm, useLoad, useLog, useVendors } from './ui.js';

const HOUR = 3600000;
const SPANS = [['1', 'last hour'], ['6', 'last 6 hours'], ['24', 'last day'], ['168', 'last week']];
const [WIDTH, TALL, LEFT, FOOT] = [480, 120, 42, 18];
const PARTS = 90;

const clock = (at, hours) => new Date(at).toISOString().slice(hours > 24 ? 5 : 11, hours > 24 ? 10 : 16).replace('-', '/');
const round = (n) => { const power = 10 ** Math.floor(Math.log10(Math.max(n, 1))); return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= n); };

function Picture({ title, end, hours, most, unit, children, about }) {
  const ticks = [0, 0.5, 1];
  return html`<svg class="picture" viewBox=${`0 0 ${WIDTH} ${TALL + FOOT}`} role="img" aria-label=${`${title}. ${about}`}>
    ${ticks.map((each) => html`<g><line class="tick" x1=${LEFT} x2=${WIDTH} y1=${TALL - each * (TALL - 14)} y2=${TALL - each * (TALL - 14)} />
      <text x=${LEFT - 6} y=${TALL - each * (TALL - 14) + 4} text-anchor="end">${unit(each * most)}</text></g>`)}
    ${[0, 0.25, 0.5, 0.75, 1].map((each) => html`<text x=${LEFT + each * (WIDTH - LEFT)} y=${TALL + 15} text-anchor=${each === 0 ? 'start' : each === 1 ? 'end' : 'middle'}>${clock(end - (1 - each) * hours * HOUR, hours)}</text>`)}
    ${children}
  </svg>`;
}

const percent = (share) => `${Number((share * 100).toPrecision(share < 0.1 ? 2 : 3))}%`;
const across = (at, end, hours) => LEFT + (1 - (end - at) / (hours * HOUR)) * (WIDTH - LEFT);
const up = (value, most) => TALL - Math.min(1, value / most) * (TALL - 14);

function Calls({ rows, end, hours }) {
  const parts = useMemo(() => {
    const made = Array.from({ length: PARTS }, () => ({ good: 0, bad: 0 }));
    for (const row of rows) {
      const at = Date.parse(row.at);
      const part = Math.floor((1 - (end - at) / (hours * HOUR)) * PARTS);
      const where = made[Math.max(0, Math.min(PARTS - 1, part))];
      if (['ok', 'page', 'overridden'].includes(row.outcome)) where.good += 1;
      else where.bad += 1;
    }
    return made;
  }, [rows, end, hours]);
  const most = round(Math.max(1, ...parts.map((each) => each.good + each.bad)));
  const bad = rows.filter((row) => !['ok', 'page', 'overridden'].includes(row.outcome)).length;
  const width = (WIDTH - LEFT) / PARTS;
  return html`<${Picture} title="Calls" about=${`${rows.length} calls, ${bad} of them not as asked`} end=${end} hours=${hours} most=${most} unit=${(n) => (Number.isInteger(n) ? n : '')}>
    ${parts.map((each, index) => html`
      ${each.good > 0 && html`<rect class="good" x=${LEFT + index * width + 0.5} width=${Math.max(1, width - 1)} y=${up(each.good, most)} height=${TALL - up(each.good, most)} />`}
      ${each.bad > 0 && html`<rect class="bad" x=${LEFT + index * width + 0.5} width=${Math.max(1, width - 1)} y=${up(each.good + each.bad, most)} height=${up(each.good, most) - up(each.good + each.bad, most)} />`}`)}
  <//>`;
}

function Share({ points, end, hours }) {
  const seen = points.filter((each) => each.at > end - hours * HOUR);
  const peak = Math.max(0, ...seen.map((each) => each.share));
  const most = peak > 0.2 ? Math.max(1, round(peak)) : round(Math.max(peak, 0.0001) * 10000) / 10000;
  const throttled = seen.filter((each) => each.throttled);
  const path = seen.map((each, index) => `${index ? 'L' : 'M'}${across(each.at, end, hours).toFixed(1)} ${up(each.share, most).toFixed(1)}`).join('');
  return html`<${Picture} title="Share of the limit" about=${`at most ${Math.round(peak * 100)} percent`} end=${end} hours=${hours} most=${most} unit=${percent}>
    ${most >= 1 && html`<line class="limit" x1=${LEFT} x2=${WIDTH} y1=${up(1, most)} y2=${up(1, most)} />`}
    ${seen.length > 0 && html`<path class="share" d=${path} />`}
    ${seen.length === 1 && html`<circle class="share" r="2.5" cx=${across(seen[0].at, end, hours)} cy=${up(seen[0].share, most)} />`}
    ${throttled.slice(-500).map((each) => html`<circle class="bad" r="2.5" cx=${across(each.at, end, hours)} cy=${up(each.share, most)} />`)}
  <//>`;
}

function Vendor({ vendor, vendors, hours, end, rows }) {
  const [said, error] = useLoad(() => get('/usage', { vendor: vendor.name }), [vendor.name, useCalm(rows.length)]);
  const mine = rows.filter((row) => row.vendor === vendor.name && Date.parse(row.at) > end - hours * HOUR && Date.parse(row.at) <= end);
  const points = said ? said.calls.map((each) => ({ ...each, at: Date.parse(each.at) })) : [];
  const last = points[points.length - 1];
  const peak = points.length ? Math.max(...points.map((each) => each.share)) : null;
  return html`<section class="panel usage">
    <h2><${VendorName} name=${vendor.name} vendors=${vendors} /> <span class="quiet">${counted(mine.length, 'call')}</span>
      <a class="small" href=${`#/calls/vendor/${vendor.name}`}>show them</a></h2>
    ${error && error.status !== 501 && html`<${Failure} error=${error} />`}
    <figure><figcaption>Calls, those that were not answered as asked in red</figcaption><${Calls} rows=${mine} end=${end} hours=${hours} /></figure>
    ${said && said.limited && points.length > 0 && html`<figure><figcaption>Share of the vendor’s limit that a call met: ${percent(last.share)} at the last, ${percent(peak)} at most${points.some((each) => each.throttled) ? html`, <b class="badly">${counted(points.filter((each) => each.throttled).length, 'call')} refused for it</b>` : ''}</figcaption>
      <${Share} points=${points} end=${end} hours=${hours} /></figure>`}
    ${said && !said.limited && html`<p class="quiet small">No limit of this vendor is known, or none holds in this dialect.</p>`}
  </section>`;
}

export function Usage() {
  const { rows, state } = useLog();
  const [vendors] = useVendors();
  const [hours, setHours] = useState('1');
  const clients = useMemo(() => rows.filter((row) => row.actor === 'client' && row.vendor), [log.version]);
  if (!state) return null;
  const end = Math.max(log.now(), clients.length ? Date.parse(clients[clients.length - 1].at) : 0);
  const called = vendors.filter((each) => clients.some((row) => row.vendor === each.name));
  return html`<div class="page">
    <${Head} title="Usage" about="In the world’s time, from the calls that are shown in the view Calls.">
      <${Choice} aria-label="Span" value=${hours} options=${SPANS} onChange=${setHours} />
    <//>
    ${!called.length && html`<${Empty}>No client has called yet.<//>`}
    <div class="pair">${called.map((vendor) => html`<${Vendor} key=${vendor.name} vendor=${vendor} vendors=${vendors} hours=${Number(hours)} end=${end} rows=${clients} />`)}</div>
  </div>`;
}
