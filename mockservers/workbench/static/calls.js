// The table of calls: live, filtered, as smooth with twenty thousand rows as with ten, for only those in sight are made.

import { html, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from './vendor/htm-preact.js';
import { ask, once, world } from './api.js';
import { log } from './live.js';
import { Choice, Outcome, VendorName, act, bytes, clockTime, counted, cx, moment, save, useLoad, useLog, useVendors } from './ui.js';
import { Detail } from './detail.js';

const HEIGHT = 27;
const BEYOND = 8;
const NONE = { actor: '', vendor: '', operation: '', outcome: '', status: '', text: '', rule: '' };

/** Looking at records is a call of the control API too, but changes nothing. */
const look = (row) => row.actor === 'other' && (row.operation === 'list' || row.operation === 'read');

const passes = (row, filters) => (
  (filters.actor ? filters.actor === row.actor : !look(row))
  && (!filters.vendor || row.vendor === filters.vendor)
  && (!filters.operation || row.operation === filters.operation)
  && (!filters.outcome || row.outcome === filters.outcome)
  && (!filters.status || (filters.status.endsWith('xx') ? Math.floor(row.status / 100) === Number(filters.status[0]) : row.status === Number(filters.status)))
);

const distinct = (rows, name) => [...new Set(rows.map((row) => row[name]).filter(Boolean))].sort();

function Filters({ filters, set, rows, vendors, shown, children }) {
  const change = (name) => (value) => set({ ...filters, [name]: value });
  const [text, setText] = useState(filters.text);
  const [rule, setRule] = useState(filters.rule);
  useEffect(() => { setText(filters.text); setRule(filters.rule); }, [filters.text, filters.rule]);
  useEffect(() => {
    const timer = setTimeout(() => (text !== filters.text || rule !== filters.rule) && set({ ...filters, text, rule }), 350);
    return () => clearTimeout(timer);
  }, [text, rule]);
  const [operations, statuses, outcomes] = useMemo(() => [
    distinct(filters.vendor ? rows.filter((row) => row.vendor === filters.vendor) : rows, 'operation'),
    distinct(rows, 'status'), distinct(rows, 'outcome'),
  ], [log.version, filters.vendor]);
  const [said] = useLoad(() => once('/rules'), []);
  const known = useMemo(() => (said ? said.rules.filter((each) => !each.always && (!filters.vendor || each.vendor === filters.vendor)).map((each) => each.id) : []), [said, filters.vendor]);
  const any = Object.values(filters).some(Boolean);
  const leave = (event) => { if (event.key === 'Escape') { event.target.value = ''; setText(''); event.target.blur(); } };
  return html`<div class="filters" role="search" aria-label="Filter the calls">
    <input type="search" placeholder="Search the bytes   /" aria-label="Text in address, request or answer"
      value=${text} onInput=${(event) => setText(event.target.value)} onKeyDown=${leave} />
    <${Choice} aria-label="Whose calls" all="Whose" value=${filters.actor} options=${[['client', 'Clients’ calls'], ['other', 'Other people’s acts'], ['vendor', 'Calls to listeners']]} onChange=${change('actor')} />
    <${Choice} aria-label="Vendor" all="Vendor" value=${filters.vendor} options=${vendors.map(({ name }) => name)}
      onChange=${(vendor) => set({ ...filters, vendor, operation: '' })} />
    <${Choice} aria-label="Operation" all="Operation" value=${filters.operation} options=${operations} onChange=${change('operation')} />
    <${Choice} aria-label="Outcome" all="Outcome" value=${filters.outcome} options=${outcomes} onChange=${change('outcome')} />
    <${Choice} aria-label="Status" all="Status" value=${filters.status}
      options=${[...['2xx', '3xx', '4xx', '5xx'].filter((each) => statuses.some((status) => String(status)[0] === each[0])), ...statuses.map(String)]}
      onChange=${change('status')} />
    <input class="rule" placeholder="Rule" aria-label="Rule that shaped the answer" list="rules-known" value=${rule} onInput=${(event) => setRule(event.target.value)} spellcheck="false" />
    <datalist id="rules-known">${known.map((id) => html`<option key=${id} value=${id}></option>`)}</datalist>
    ${any && html`<button class="bare" onClick=${() => set(NONE)}>Clear</button>`}
    <span class="quiet shown">${any ? `${shown.toLocaleString('en')} of ${counted(rows.length, 'call')}` : counted(shown, 'call')}</span>
    ${children}
  </div>`;
}

function Row({ row, top, index, vendors, selected, marked, onPick, onMark }) {
  const target = row.target || '';
  return html`<div role="row" id=${`call-${row.n}`} aria-rowindex=${index + 2} aria-selected=${selected}
      class=${cx('row', selected && 'selected', marked && 'marked', row.actor === 'other' && 'other')} style=${{ transform: `translateY(${top}px)` }}
      onClick=${(event) => onPick(row, event)}>
    <span role="gridcell" class="check"><input type="checkbox" tabindex="-1" aria-label=${`Mark call ${row.n}`} checked=${marked}
      onClick=${(event) => { event.stopPropagation(); onMark(row, event.shiftKey); }} /></span>
    <span role="gridcell" class="n">${row.n}</span>
    <span role="gridcell" class="time" title=${moment(row.at)}>${clockTime(row.at)}</span>
    <span role="gridcell" class="who"><${VendorName} name=${row.vendor} vendors=${vendors} /></span>
    <span role="gridcell" class="operation" title=${row.action || row.operation || ''}>${row.actor === 'other' ? `${row.action || row.operation} (other people)` : row.actor === 'vendor' ? `${row.operation} (to a listener)` : row.operation || html`<i class="quiet">none</i>`}</span>
    <span role="gridcell" class="target" title=${target}>${row.method && html`<b>${row.method}</b> `}${target}</span>
    <span role="gridcell" class="status">${row.status || ''}</span>
    <span role="gridcell" class="outcome"><${Outcome} of=${row.outcome} />${row.refusal && html` <span class="quiet">${row.refusal}</span>`}</span>
    <span role="gridcell" class="signs">
      ${row.faults.length > 0 && html`<b class="sign fault" title=${`fault: ${row.faults.join(', ')}`}>fault</b>`}
      ${row.override && html`<b class="sign" title="answered by an override">override</b>`}
      ${row.findings > 0 && html`<b class="sign finding" title=${counted(row.findings, 'finding')}>${row.findings}</b>`}</span>
    <span role="gridcell" class="size">${row.got === undefined ? '' : bytes(row.got)}</span>
  </div>`;
}

function Table({ rows, vendors, selected, marked, onSelect, onMark, onOpen }) {
  const box = useRef(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const before = useRef({ first: 0, length: 0 });
  const measure = useCallback(() => box.current && setView({ top: box.current.scrollTop, height: box.current.clientHeight }), []);
  useEffect(() => {
    const watcher = new ResizeObserver(measure);
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  // The newest stand on top. Whoever has scrolled down goes on seeing the same calls.
  useLayoutEffect(() => {
    const newest = rows.length ? rows[rows.length - 1].n : 0;
    if (box.current.scrollTop > 0 && newest > before.current.newest) {
      let came = 0;
      while (came < rows.length && rows[rows.length - 1 - came].n > before.current.newest) came += 1;
      box.current.scrollTop += came * HEIGHT;
    }
    before.current = { newest };
  }, [rows]);
  const at = (index) => rows[rows.length - 1 - index];
  const place = selected ? rows.length - 1 - rows.findIndex((row) => row.n === selected) : -1;
  const go = (index, event) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    if (!rows.length) return;
    event.preventDefault();
    onSelect(at(next), event);
    const [top, bottom] = [next * HEIGHT, (next + 1) * HEIGHT];
    if (top < box.current.scrollTop) box.current.scrollTop = top;
    if (bottom > box.current.scrollTop + box.current.clientHeight - HEIGHT) box.current.scrollTop = bottom - box.current.clientHeight + HEIGHT;
  };
  const page = Math.max(1, Math.floor(view.height / HEIGHT) - 2);
  const here = place < rows.length && place >= 0 ? place : -1;
  const pressed = (event) => {
    const moves = { ArrowDown: here + 1, ArrowUp: here < 0 ? 0 : here - 1, PageDown: here + page, PageUp: here - page, Home: 0, End: rows.length - 1 };
    if (event.key in moves) go(moves[event.key], event);
    else if (event.key === 'Enter' && here >= 0) onOpen();
    else if (event.key === ' ' && here >= 0) { event.preventDefault(); onMark(at(here)); }
  };
  const first = Math.max(0, Math.floor(view.top / HEIGHT) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / HEIGHT) + BEYOND);
  const made = [];
  for (let index = first; index < last; index += 1) {
    const row = at(index);
    made.push(html`<${Row} key=${row.n} row=${row} top=${index * HEIGHT} index=${index} vendors=${vendors} selected=${row.n === selected}
      marked=${marked.has(row.n)} onPick=${onSelect} onMark=${onMark} />`);
  }
  return html`<div class="grid" role="grid" aria-label="Calls" aria-rowcount=${rows.length + 1} aria-multiselectable="true" tabindex="0" ref=${box}
      aria-activedescendant=${here >= 0 ? `call-${selected}` : null} onScroll=${measure} onKeyDown=${pressed}>
    <div class="row heads" role="row" aria-rowindex="1">
      ${['check', 'n', 'time', 'who', 'operation', 'target', 'status', 'outcome', 'signs', 'size'].map((name) => html`<span role="columnheader" class=${name}>
        ${{ n: '#', time: 'Time', who: 'Vendor', operation: 'Operation', target: 'Address', status: 'Status', outcome: 'Outcome', size: 'Answer' }[name] || html`<span class="sr">${name === 'check' ? 'Marked' : 'Faults and findings'}</span>`}</span>`)}
    </div>
    <div class="rows" role="rowgroup" style=${{ height: `${rows.length * HEIGHT}px` }}>${made}</div>
  </div>`;
}

const FORMATS = { har: ['Export as HAR', 'har'], scenario: ['Save as scenario', 'yaml'] };

async function exported(numbers, format) {
  const answer = await ask('POST', '/export', { body: { calls: numbers, format }, raw: true });
  const named = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') || '');
  save(named ? named[1] : `${world}.${FORMATS[format][1]}`, await answer.blob());
  return numbers.length;
}

let remembered = NONE;

export function Calls({ route }) {
  const { rows, version, status, error } = useLog();
  const [vendors] = useVendors();
  const [filters, keep] = useState(remembered);
  const [paused, setPaused] = useState(null);
  const [marked, setMarked] = useState(() => new Set());
  const anchor = useRef(null);
  const selected = Number(route[0]) || null;
  const set = (next) => {
    remembered = next;
    keep(next);
    log.searchFor({ text: next.text, rule: next.rule });
  };
  // Other views are of all calls.
  useEffect(() => {
    log.searchFor({ text: filters.text, rule: filters.rule });
    return () => log.searchFor({ text: '', rule: '' });
  }, []);
  // Somebody comes with a rule in the address: from the view of the rules.
  useEffect(() => {
    if (route[0] === 'rule') set({ ...NONE, rule: route[1] });
    if (route[0] === 'vendor') set({ ...NONE, vendor: route[1] });
  }, [route[0], route[1]]);
  const shown = useMemo(
    () => rows.filter((row) => (paused === null || row.n <= paused) && passes(row, filters)),
    [version, filters, paused],
  );
  const select = useCallback((row, event) => {
    if (event && event.shiftKey && event.type === 'click') return mark(row, true);
    anchor.current = row.n;
    location.replace(`#/calls/${row.n}`);
    return undefined;
  }, [shown]);
  const mark = (row, range) => setMarked((old) => {
    const next = new Set(old);
    if (range && anchor.current !== null) {
      const [low, high] = [Math.min(anchor.current, row.n), Math.max(anchor.current, row.n)];
      for (const each of shown) if (each.n >= low && each.n <= high) next.add(each.n);
    } else if (!next.delete(row.n)) next.add(row.n);
    anchor.current = row.n;
    return next;
  });
  const close = () => {
    location.replace('#/calls');
    document.querySelector('[role=grid]')?.focus();
  };
  useEffect(() => {
    const pressed = (event) => event.key === 'Escape' && selected && !/^(INPUT|SELECT)$/.test(event.target.tagName) && close();
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [selected]);
  const chosen = marked.size ? [...marked].sort((a, b) => a - b) : shown.map((row) => row.n);
  const count = marked.size ? `${marked.size} marked` : `${shown.length.toLocaleString('en')} shown`;
  const send = (format) => act(() => exported(chosen, format), (n) => `${counted(n, 'call')} saved.`);
  const waiting = paused === null ? 0 : rows.length - log.place(paused + 1);
  return html`<div class=${cx('split', selected && 'open')}>
    <section class="list" aria-label="Calls">
      <${Filters} filters=${filters} set=${set} rows=${rows} vendors=${vendors} shown=${shown.length}>
        <button aria-pressed=${paused !== null} onClick=${() => setPaused(paused === null ? log.last : null)}>${paused === null ? 'Pause' : `Go on${waiting ? ` (${waiting} new)` : ''}`}</button>
        <details class="menu"><summary>Export</summary><div>
          <p class="quiet">${count}</p>
          ${Object.entries(FORMATS).map(([format, [word]]) => html`<button disabled=${!chosen.length} onClick=${() => send(format)}>${word}</button>`)}
          ${marked.size > 0 && html`<button onClick=${() => setMarked(new Set())}>Unmark all</button>`}
        </div></details>
      <//>
      <${Table} rows=${shown} vendors=${vendors} selected=${selected} marked=${marked} onSelect=${select} onMark=${mark}
        onOpen=${() => document.querySelector('.detail')?.focus()} />
      ${!shown.length && html`<p class="empty over">${error || (rows.length || filters.text || filters.rule ? 'No call is like that.' : status === 'live' ? html`Nothing was called in this world yet. <a href="#/start">Addresses and credentials</a> are in the view Start.` : 'Loading …')}</p>`}
    </section>
    ${selected && html`<${Detail} n=${selected} key=${selected} rows=${rows} vendors=${vendors} onClose=${close} />`}
  </div>`;
}
