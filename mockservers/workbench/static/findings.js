// What requests contained that a careful client would not send, grouped by rule.

import { html, useMemo, useState } from './vendor/htm-preact.js';
import { get } from './api.js';
import { Certainty, Choice, Empty, Failure, Head, VendorName, counted, moment, useCalm, useLoad, useLog, useVendors } from './ui.js';

const MOST = 5000;
const SHOWN = 8;

export function Findings() {
  const { state } = useLog();
  const [vendors] = useVendors();
  const [vendor, setVendor] = useState('');
  const [open, setOpen] = useState(() => new Set());
  const [said, error] = useLoad(() => get('/findings', { vendor, limit: MOST }), [vendor, useCalm(state ? state.count : 0, 1000)]);
  const groups = useMemo(() => {
    const found = new Map();
    for (const each of said ? said.findings : []) {
      if (!found.has(each.rule)) found.set(each.rule, []);
      found.get(each.rule).push(each);
    }
    return [...found].sort((a, b) => b[1].length - a[1].length);
  }, [said]);
  const all = (rule) => setOpen((old) => new Set([...old, rule]));
  return html`<div class="page">
    <${Head} title="Findings" about="What was answered, and what a careful client would not send all the same.">
      <${Choice} aria-label="Vendor" all="All vendors" value=${vendor} options=${vendors.map((each) => each.name)} onChange=${setVendor} />
    <//>
    <${Failure} error=${error} />
    ${said && !groups.length && html`<${Empty}>No request so far contained anything that a careful client would not send.<//>`}
    ${said && said.more && html`<p class="quiet">There are more than ${MOST.toLocaleString('en')}; the first are shown.</p>`}
    ${groups.map(([rule, found]) => {
      const calls = new Set(found.map((each) => each.call)).size;
      const shown = open.has(rule) ? found : found.slice(-SHOWN).reverse();
      return html`<section class="panel group" key=${rule}>
        <h2>${found[0].says || rule}</h2>
        <p class="quiet"><${VendorName} name=${found[0].vendor} vendors=${vendors} /> <code>${rule}</code> <${Certainty} of=${found[0].certainty} /> · ${counted(found.length, 'finding')} in ${counted(calls, 'call')}<br /><span class="small">${found[0].source}</span></p>
        <ul class="plain">${shown.map((each) => html`<li><a href=${`#/calls/${each.call}`}>#${each.call}</a> <span class="quiet">${moment(each.at)}</span> <span>${each.text}</span></li>`)}</ul>
        ${shown.length < found.length && html`<button class="small" onClick=${() => all(rule)}>Show all ${found.length}</button>`}
      </section>`;
    })}
  </div>`;
}
