// One call: what was asked and answered, as bytes and decoded, and why the answer is as it is.

import { html, useMemo, useState } from './vendor/htm-preact.js';
import { get, once } from './api.js';
import { MOST_LINES, bytesOf, curl, decoded, hex, pairs, textOf } from './decode.js';
import { Certainty, Failure, Outcome, VendorName, bytes, copy, counted, cx, moment, useLoad } from './ui.js';

const HOUR = 3600000;
const MOST_BYTES = 4096;
const MOST_LETTERS = 100000;
const MOST_ROWS = 200;

function Lines({ lines }) {
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, MOST_LINES);
  return html`<pre class="code lines" tabindex="0">${shown.map(({ depth, parts, nested }) => html`<div class=${cx('l', nested && 'nested', `d${Math.min(depth, 12)}`)}>${parts.map(({ kind, text }) => html`<span class=${kind}>${text}</span>`)}</div>`)}</pre>
    ${shown.length < lines.length && html`<button class="small" onClick=${() => setAll(true)}>Show all ${lines.length.toLocaleString('en')} lines</button>`}`;
}

const part = (text) => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch { return text; }
};

/** Rows of delimited text: lines of NAME=VALUE pairs, with the names as heads, or lines with the same sign between their parts. */
function rowsOf(text) {
  const lines = text.split(/\r?\n/).filter(Boolean).slice(0, MOST_ROWS);
  if (!lines.length || /^\s*[<{[]/.test(text)) return null;
  if (lines.every((each) => /^[\w.]+=[^&]*(&[\w.]+=[^&]*)+&?$/.test(each))) {
    const rows = lines.map((each) => new Map(each.split('&').filter(Boolean).map((pair) => pair.split(/=(.*)/s).slice(0, 2).map(part))));
    const heads = [...new Set(rows.flatMap((row) => [...row.keys()]))];
    return { heads, rows: rows.map((row) => heads.map((name) => row.get(name) ?? '')) };
  }
  const separator = ['\t', '|', ';', ','].find((each) => lines[0].split(each).length > 2 && lines.every((row) => row.split(each).length === lines[0].split(each).length));
  return separator ? { heads: [], rows: lines.map((each) => each.split(separator).map(part)) } : null;
}

const Cells = ({ heads, rows }) => html`<div class="scroll"><table class="cells">
  ${heads.length > 0 && html`<thead><tr>${heads.map((name) => html`<th>${name}</th>`)}</tr></thead>`}
  <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;

function Body({ message, what }) {
  const media = (message.headers.find(([name]) => name.toLowerCase() === 'content-type') || [])[1] || '';
  const read = useMemo(() => {
    const data = bytesOf(message);
    const text = textOf(message, data);
    const tree = decoded(text, media);
    return { data, text, tree, rows: tree ? null : rowsOf(text) };
  }, [message]);
  const [chosen, choose] = useState(null);
  const [whole, setWhole] = useState(false);
  if (!read.data.length) return html`<p class="quiet">no body</p>`;
  const ways = [...(read.tree || read.rows ? ['Decoded'] : []), 'Text', 'Bytes'];
  const way = chosen || ways[0];
  const text = whole ? read.text : read.text.slice(0, MOST_LETTERS);
  return html`<div class="body">
    <div class="ways" role="group" aria-label=${`How the body of the ${what} is shown`}>
      ${ways.map((each) => html`<button aria-pressed=${each === way} onClick=${() => choose(each)}>${each}</button>`)}
      <span class="quiet">${read.tree ? `${read.tree.kind}, ` : ''}${bytes(read.data.length)}</span>
      <button class="bare" onClick=${() => copy(read.text, `The body of the ${what} is`)}>Copy</button>
    </div>
    ${way === 'Decoded' && (read.tree ? html`<${Lines} lines=${read.tree.lines} />` : html`<${Cells} ...${read.rows} />`)}
    ${way === 'Text' && html`<pre class="code" tabindex="0">${text}</pre>${text.length < read.text.length && html`<button class="small" onClick=${() => setWhole(true)}>Show all of it</button>`}`}
    ${way === 'Bytes' && html`<pre class="code hex" tabindex="0">${hex(read.data, whole ? Infinity : MOST_BYTES)}</pre>${!whole && read.data.length > MOST_BYTES && html`<button class="small" onClick=${() => setWhole(true)}>Show all ${bytes(read.data.length)}</button>`}`}
  </div>`;
}

const Headers = ({ headers }) => html`<details class="headers"><summary>${counted(headers.length, 'header')}</summary>
  <dl>${headers.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></details>`;

function Rule({ id, known, refused }) {
  const rule = known && known.get(id);
  return html`<li class=${cx('rule', refused && 'refused')}>
    <div><code>${id}</code> ${rule && html`<${Certainty} of=${rule.certainty} />`}${refused && html` <span class="pill warn">refused the call</span>`}</div>
    ${rule && html`<p>${rule.says}</p><p class="quiet small">${rule.source}</p>`}
  </li>`;
}

/** How many calls of the caller's tenant the vendor counted in the hour up to this one. */
function usage(entry, rows) {
  if (!entry.tenant || entry.actor !== 'client') return null;
  const at = Date.parse(entry.at);
  return rows.filter((row) => row.vendor === entry.vendor && row.tenant === entry.tenant && row.actor === 'client' && row.n <= entry.n && Date.parse(row.at) > at - HOUR).length;
}

const machine = (iso) => new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

function Facts({ entry, exchange, rows }) {
  const used = useMemo(() => usage(entry, rows), [entry]);
  const facts = [
    ['World’s time', moment(entry.at)],
    ['Machine’s time', machine(entry.wall)],
    ['Held back', exchange && exchange.delay ? `${exchange.delay} s` : ''],
    ['Tenant', entry.tenant],
    ['From', exchange && exchange.request.remote],
    ['Calls in the hour', used === null ? '' : `${used.toLocaleString('en')} of this tenant, with this one`],
    ['Faults', entry.faults.join(', ')],
    ['Override', entry.override],
    ['Refusal', entry.refusal],
  ].filter(([, value]) => value);
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function Detail({ n, rows, vendors, onClose }) {
  const [entry, error] = useLoad(async () => {
    const { entries } = await get('/journal', { since: n - 1, limit: 1 });
    if (!entries.length || entries[0].n !== n) throw new Error(`Call ${n} is not in the journal any more.`);
    return entries[0];
  }, [n]);
  const [known] = useLoad(async () => new Map((await once('/rules')).rules.map((rule) => [rule.id, rule])), []);
  const exchange = entry && entry.exchange;
  const title = exchange ? `${exchange.request.method} ${exchange.request.target}` : entry ? entry.operation || `call ${n}` : `call ${n}`;
  const query = exchange ? exchange.request.target.split('?')[1] : '';
  return html`<section class="detail" tabindex="-1" aria-label=${`Call ${n}`}>
    <header>
      <h2><span class="quiet">#${n}</span> ${entry && html`<${VendorName} name=${entry.vendor} vendors=${vendors} />`} ${entry && (entry.operation || '')}</h2>
      ${exchange && html`<button onClick=${() => copy(curl(exchange, location.origin), 'The command is')}>Copy as curl</button>`}
      <button class="bare close" aria-label="Close the call" onClick=${onClose}>×</button>
    </header>
    <div class="inside">
      <${Failure} error=${error} />
      ${entry && html`
        <p class="line"><${Outcome} of=${entry.outcome} /> ${exchange && html`<b>${exchange.answer.status ?? 'no answer'}</b>`} <code>${title}</code></p>
        <${Facts} entry=${entry} exchange=${exchange} rows=${rows} />
        ${entry.error && html`<pre class="code bad">${entry.error.trim()}</pre>`}
        ${entry.findings.length > 0 && html`<h3>${counted(entry.findings.length, 'finding')}</h3>
          <ul class="findings">${entry.findings.map((each) => html`<li><p>${each.text}</p><code class="quiet">${each.rule}</code></li>`)}</ul>`}
        ${exchange && html`
          ${exchange.cut && html`<p class="quiet">A body was longer than what the journal keeps; its end is not here.</p>`}
          ${exchange.left_out && html`<p class="quiet">A part could not be searched for secrets, and is not kept.</p>`}
          <h3>Request</h3>
          ${query && html`<${Lines} lines=${pairs(query)} />`}
          <${Headers} headers=${exchange.request.headers} />
          <${Body} message=${exchange.request} what="request" />
          <h3>Answer</h3>
          <${Headers} headers=${exchange.answer.headers} />
          <${Body} message=${exchange.answer} what="answer" />`}
        ${!exchange && entry.request !== null && html`<h3>What was asked</h3><${Lines} lines=${decoded(JSON.stringify(entry.request)).lines} />`}
        ${!exchange && entry.result !== null && entry.result !== undefined && typeof entry.result === 'object' && html`<h3>What came of it</h3><${Lines} lines=${decoded(JSON.stringify(entry.result)).lines} />`}
        <h3>${entry.rules.length ? counted(entry.rules.length, 'rule') : 'No rule'} shaped the answer</h3>
        <ul class="rules">${entry.rules.map((id) => html`<${Rule} key=${id} id=${id} known=${known} refused=${entry.refused_by && entry.refused_by.rule === id} />`)}</ul>`}
    </div>
  </section>`;
}
