// Trouble on purpose: the registry of kinds as a form, and what is planned.

import { html, useState } from './vendor/htm-preact.js';
import { get, once, post, remove } from './api.js';
import { Choice, Failure, Field, Head, Empty, act, counted, moment, useLoad, useLog, useVendors } from './ui.js';

const WHERE = { arrive: 'before anything looks at the request', admit: 'before it is carried out', commit: 'after it was carried out', reply: 'on the answer', deliver: 'when the vendor calls a listener' };

function Setting({ name, setting, refusals, value, onChange }) {
  const bounds = setting.low === null ? '' : `${setting.low} to ${setting.high}`;
  if (typeof setting.default === 'string' && refusals.length) {
    return html`<${Field} label=${name} about=${setting.says}><${Choice} value=${value ?? ''} all="its first" options=${refusals} onChange=${onChange} /><//>`;
  }
  const number = typeof setting.default === 'number';
  return html`<${Field} label=${name} about=${[setting.says, bounds].filter(Boolean).join(', ')}>
    <input type=${number ? 'number' : 'text'} min=${setting.low} max=${setting.high} step="any" value=${value ?? setting.default}
      onInput=${(event) => onChange(number ? Number(event.target.value) : event.target.value)} /><//>`;
}

function NewFault({ kinds, vendors, again }) {
  const [name, setName] = useState('');
  const [vendor, setVendor] = useState('');
  const [operation, setOperation] = useState('');
  const [actor, setActor] = useState('client');
  const [skip, setSkip] = useState(0);
  const [times, setTimes] = useState('1');
  const [settings, setSettings] = useState({});
  const kind = kinds.find((each) => each.name === (name || 'unavailable')) || kinds[0];
  if (!kind) return null;
  const chosen = vendors.filter((each) => !vendor || each.name === vendor);
  const operations = [...new Set(chosen.flatMap((each) => [...(actor !== 'other' ? each.operations : []), ...(actor !== 'client' ? each.records : [])]))];
  const add = (event) => {
    event.preventDefault();
    const body = { kind: kind.name, settings, skip, times: times === '' ? null : Number(times), actor, ...(vendor && { vendor }), ...(operation && kind.point !== 'arrive' && kind.point !== 'deliver' && { operation }) };
    act(() => post('/faults', body), `The fault ${kind.name} is planned.`).then(again);
  };
  return html`<form class="panel" onSubmit=${add} aria-label="New fault">
    <h2>New fault</h2>
    <div class="fields">
      <${Field} label="Kind"><${Choice} name="kind" value=${kind.name} options=${kinds.map((each) => each.name)} onChange=${(value) => { setName(value); setSettings({}); }} /><//>
      <${Field} label="Vendor"><${Choice} name="vendor" value=${vendor} all="any" options=${vendors.map((each) => each.name)} onChange=${(value) => { setVendor(value); setOperation(''); setSettings({}); }} /><//>
      ${kind.point !== 'arrive' && kind.point !== 'deliver' && html`<${Field} label="Operation"><${Choice} name="operation" value=${operation} all="any" options=${operations} onChange=${setOperation} /><//>`}
      ${(kind.point === 'admit' || kind.point === 'commit') && html`<${Field} label="Whose calls"><${Choice} value=${actor} options=${[['client', 'the client’s'], ['other', 'other people’s'], ['any', 'anybody’s']]} onChange=${setActor} /><//>`}
      <${Field} label="Calls that pass first"><input type="number" name="skip" min="0" step="1" value=${skip} onInput=${(event) => setSkip(Number(event.target.value))} /><//>
      <${Field} label="Hits so many" about="empty: until it is cleared"><input type="number" name="times" min="1" step="1" value=${times} onInput=${(event) => setTimes(event.target.value)} /><//>
      ${Object.entries(kind.settings).map(([key, setting]) => html`<${Setting} key=${`${kind.name}.${key}`} name=${key} setting=${setting} value=${settings[key]}
        refusals=${kind.name === 'refuse' ? [...new Set(chosen.flatMap((each) => each.refusals))] : []}
        onChange=${(value) => setSettings({ ...settings, [key]: value })} />`)}
    </div>
    <p class="says">${kind.says}. <span class="quiet">It strikes ${WHERE[kind.point]}.</span></p>
    <button class="primary">Add the fault</button>
  </form>`;
}

export function Faults() {
  const { state } = useLog();
  const [vendors] = useVendors();
  const [kinds] = useLoad(() => once('/faults/kinds'), []);
  const [said, error, again] = useLoad(() => get('/faults'), [state && state.faults.join()]);
  const faults = said ? said.faults : [];
  return html`<div class="page">
    <${Head} title="Faults" about="Trouble on purpose. The same steps meet the same faults.">
      ${faults.length > 0 && html`<button onClick=${() => act(() => remove('/faults'), (told) => `${counted(told.cleared, 'fault')} cleared.`).then(again)}>Clear all</button>`}
    <//>
    <${Failure} error=${error} />
    <${NewFault} kinds=${kinds ? kinds.kinds : []} vendors=${vendors} again=${again} />
    ${faults.length === 0 ? html`<${Empty}>No fault is planned in this world.<//>` : html`<div class="scroll"><table class="faults">
      <thead><tr><th>Fault</th><th>Meets</th><th class="number">Passes first</th><th class="number">Seen</th><th class="number">Hit</th><th>Until</th><th><span class="sr">Actions</span></th></tr></thead>
      <tbody>${faults.map((each) => html`<tr class=${each.spent ? 'spent' : ''}>
        <th scope="row"><b>${each.kind}</b> <span class="quiet">${Object.entries(each.settings).filter(([, value]) => value !== '').map(([name, value]) => `${name} ${value}`).join(', ')}</span></th>
        <td>${[each.vendor || 'any vendor', each.operation, each.actor === 'client' ? '' : each.actor === 'other' ? 'other people' : 'anybody'].filter(Boolean).join(', ')}</td>
        <td class="number">${each.skip}</td><td class="number">${each.seen}</td><td class="number">${each.hits} of ${each.times ?? 'any'}</td>
        <td>${each.spent ? 'spent' : each.until ? moment(each.until) : ''}</td>
        <td class="actions"><button onClick=${() => act(() => remove(`/faults/${each.id}`), 'The fault was cleared.').then(again)}>Clear</button></td>
      </tr>`)}</tbody></table></div>`}
  </div>`;
}
