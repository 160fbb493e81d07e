// Every rule by which the emulators answer, with where it was read and how sure it is.

import { html, useMemo, useState } from './vendor/htm-preact.js';
import { once } from './api.js';
import { Certainty, Choice, Failure, Head, VendorName, counted, useLoad, useVendors } from './ui.js';

const STEP = 100;

export function Rules({ route }) {
  const [vendors] = useVendors();
  const [said, error] = useLoad(() => once('/rules'), []);
  const [text, setText] = useState(route[0] || '');
  const [vendor, setVendor] = useState('');
  const [certainty, setCertainty] = useState('');
  const [most, setMost] = useState(STEP);
  const rules = said ? said.rules : [];
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return rules.filter((rule) => (!vendor || rule.vendor === vendor) && (!certainty || rule.certainty === certainty)
      && words.every((word) => `${rule.id} ${rule.says} ${rule.source} ${rule.switch || ''}`.toLowerCase().includes(word)));
  }, [rules, text, vendor, certainty]);
  return html`<div class="page">
    <${Head} title="Rules" about="What the emulated servers do, one sentence each.">
      <input type="search" placeholder="Words   /" aria-label="Words of a rule" value=${text} onInput=${(event) => { setText(event.target.value); setMost(STEP); }} />
      <${Choice} aria-label="Vendor" all="All vendors" value=${vendor} options=${vendors.map((each) => each.name)} onChange=${setVendor} />
      <${Choice} aria-label="Certainty" all="However certain" value=${certainty} options=${['certain', 'documented', 'captured', 'reported', 'inferred', 'assumption']} onChange=${setCertainty} />
      <span class="quiet">${counted(found.length, 'rule')}</span>
    <//>
    <${Failure} error=${error} />
    <ul class="rules wide">${found.slice(0, most).map((rule) => html`<li key=${rule.id}>
      <div><${VendorName} name=${rule.vendor} vendors=${vendors} /> <code>${rule.id}</code> <${Certainty} of=${rule.certainty} />
        ${rule.switch && html` <a href=${`#/access/${rule.vendor}`} class="small">switch ${rule.switch}</a>`}
        ${rule.always ? html` <span class="quiet small">at work in every answer</span>` : html` <a class="small" href=${`#/calls/rule/${encodeURIComponent(rule.id)}`}>its calls</a>`}</div>
      <p>${rule.says}</p><p class="quiet small">${rule.source}</p></li>`)}</ul>
    ${found.length > most && html`<button onClick=${() => setMost(most + 4 * STEP)}>Show more</button>`}
  </div>`;
}
