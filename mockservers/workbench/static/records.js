// The vendors' records as they truly are, and what other people do with them.

import { html, useEffect, useState } from './vendor/htm-preact.js';
import { get, patch, post, remove } from './api.js';
import { Choice, Empty, Failure, Field, Head, Sure, act, counted, cx, moment, plain, typed, useLoad, useLog, useVendors } from './ui.js';

const PAGE = 50;
const CUSTOMER = 'customer';

const shown = (value) => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));

/** A value in a table: instants as people read them. */
const told = (value) => (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? moment(value) : shown(value));

/** The names that the words of an action tell: `to`? may be left out. */
const args = (says) => [...(says || '').matchAll(/`([\w]+)`(\?)?/g)].map(([, name, optional]) => ({ name, optional: Boolean(optional) }))
  .filter(({ name }, index, all) => all.findIndex((each) => each.name === name) === index);

function Act({ vendor, place, id, actions, done }) {
  const [name, setName] = useState(Object.keys(actions)[0] || '');
  const says = actions[name];
  const run = (event) => {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== '').map(([key, value]) => [key, typed(value)]));
    const { '·delay': delay, ...more } = given;
    const body = { ...more, vendor: vendor.name, ...place, action: name, ...(delay !== undefined && { delay: String(delay) }) };
    delete body.entity;
    if (place.entity) body.entity = place.entity;
    act(() => post(`/records/${encodeURIComponent(id)}/act`, body), `${name}: done.`).then((value) => value && done());
  };
  if (!name) return null;
  return html`<form class="panel" onSubmit=${run} aria-label="What other people do" key=${name}>
    <h3>Act as somebody at the vendor</h3>
    <div class="fields">
      <${Field} label="Action"><${Choice} value=${name} options=${Object.keys(actions)} onChange=${setName} /><//>
      ${args(says).map((each) => html`<${Field} key=${name + each.name} label=${each.name + (each.optional ? ' (may be left out)' : '')}><input name=${each.name} required=${!each.optional} autocomplete="off" /><//>`)}
      <${Field} label="Invisible for" about="such as 90s, 5m"><input name="·delay" autocomplete="off" size="8" /><//>
    </div>
    <p class="says">${plain(says)}</p>
    <button class="primary">${name}</button>
  </form>`;
}

function Editor({ vendor, place, id, onClose, changed }) {
  const [record, error, again] = useLoad(() => get(`/records/${encodeURIComponent(id)}`, { vendor: vendor.name, ...place }), [vendor.name, id, JSON.stringify(place)]);
  const [edits, setEdits] = useState({});
  useEffect(() => setEdits({}), [id]);
  const refresh = () => { again(); changed(); };
  const store = (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(Object.entries(edits).map(([name, text]) => [name, typeof record.fields[name] === 'string' ? text : text === '' ? null : typed(text)]));
    act(() => patch(`/records/${encodeURIComponent(id)}`, { vendor: vendor.name, ...place, fields }), `${counted(Object.keys(fields).length, 'field')} changed.`)
      .then((value) => { if (value) { setEdits({}); refresh(); } });
  };
  const gone = () => act(() => remove(`/records/${encodeURIComponent(id)}`, { vendor: vendor.name, ...place }), `Record ${id} was deleted.`).then((value) => { if (value) { changed(); onClose(); } });
  const rest = record ? Object.entries(record).filter(([name]) => !['id', 'exists', 'fields'].includes(name)) : [];
  const customer = id === CUSTOMER;
  return html`<section class="detail" aria-label=${`Record ${id}`} tabindex="-1">
    <header><h2>${customer ? 'The customer itself' : `Record ${id}`}</h2>
      ${record && !customer && html`<${Sure} ask="Delete it?" onClick=${gone}>Delete<//>`}
      <button class="bare close" aria-label="Close the record" onClick=${onClose}>×</button></header>
    <div class="inside">
      <${Failure} error=${error} />
      ${record && !record.exists && html`<p class="failure">This record does not exist any more.</p>`}
      ${record && html`
        <${Act} key=${`${vendor.name}${customer}`} vendor=${vendor} place=${place} id=${id} actions=${customer ? vendor.administrator : vendor.actions} done=${refresh} />
        <form onSubmit=${store} aria-label="Fields">
          <h3>Fields <button class="primary" disabled=${!Object.keys(edits).length}>Save ${Object.keys(edits).length || ''}</button></h3>
          <div class="values">${Object.entries(record.fields).map(([name, value]) => html`<label class=${cx(name in edits && 'edited')}><span>${name}</span>
            ${shown(value).length > 60 || shown(value).includes('\n')
              ? html`<textarea rows="3" disabled=${customer} value=${edits[name] ?? shown(value)} onInput=${(event) => setEdits({ ...edits, [name]: event.target.value })}></textarea>`
              : html`<input disabled=${customer} value=${edits[name] ?? shown(value)} onInput=${(event) => setEdits({ ...edits, [name]: event.target.value })} autocomplete="off" />`}</label>`)}</div>
        </form>
        ${rest.map(([name, value]) => html`<h3>${name}</h3><pre class="code">${JSON.stringify(value, null, 2)}</pre>`)}`}
    </div>
  </section>`;
}

function Create({ vendor, place, done }) {
  const [lines, setLines] = useState('');
  const create = (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(lines.split('\n').map((each) => each.split(/=(.*)/s)).filter(([name]) => name.trim()).map(([name, value = '']) => [name.trim(), typed(value.trim())]));
    act(() => post('/records', { vendor: vendor.name, ...place, fields }), (made) => `Record ${made.id} was created.`).then((made) => made && done(made.id));
  };
  return html`<form class="panel" onSubmit=${create} aria-label="New record">
    <${Field} label="Fields of a new record" about="one a line, NAME=VALUE; what is not given is made up"><textarea rows="3" value=${lines} onInput=${(event) => setLines(event.target.value)} spellcheck="false"></textarea><//>
    <button class="primary">Create</button>
  </form>`;
}

const kept = { vendor: '', tenant: '', entity: '' };

export function Records({ route }) {
  const [vendors] = useVendors();
  const { state } = useLog();
  const [name, setName] = useState(kept.vendor);
  const [tenant, setTenant] = useState(kept.tenant);
  const [entity, setEntity] = useState(kept.entity);
  const [after, setAfter] = useState([]);
  const [creating, setCreating] = useState(false);
  Object.assign(kept, { vendor: name, tenant, entity });
  const vendor = vendors.find((each) => each.name === name) || vendors[0];
  const place = { ...(tenant && { tenant }), ...(entity && { entity }) };
  const [tenants] = useLoad(async () => (vendor ? (await get('/tenants', { vendor: vendor.name })).tenants : []), [vendor && vendor.name]);
  const [said, error, again] = useLoad(
    async () => (vendor ? get('/records', { vendor: vendor.name, ...place, most: PAGE + 1, after: after[after.length - 1] }) : null),
    [vendor && vendor.name, tenant, entity, after.join(), state && state.worlds.join()],
  );
  // What was listed before is of another kind than what was refused.
  const records = said && !error ? said.records : [];
  const page = records.slice(0, PAGE);
  // The fields in which these records differ tell them apart; a handful has room.
  const names = page.length ? Object.keys(page[0].fields).filter((each) => page.some((record) => shown(record.fields[each]) !== '')) : [];
  const telling = names.map((each) => {
    const values = page.map((record) => shown(record.fields[each])).filter(Boolean);
    return [each, (new Set(values).size * values.length) / page.length + (/title|subject|summary|status|name|number/i.test(each) ? values.length : 0)];
  }).sort((a, b) => b[1] - a[1]).slice(0, 6).map(([each]) => each);
  const id = route[0];
  const open = (next) => { location.replace(`#/records/${encodeURIComponent(next)}`); };
  const close = () => location.replace('#/records');
  useEffect(() => {
    const pressed = (event) => event.key === 'Escape' && id && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && close();
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [id]);
  const choose = (next) => { setName(next); setTenant(''); setEntity(''); setAfter([]); close(); };
  return html`<div class=${cx('split', id && 'open')}>
    <section class="list padded" aria-label="Records">
      <${Head} title="Records" about="The truth in the vendor’s store, whatever a client can see of it yet.">
        <${Choice} aria-label="Vendor" value=${vendor ? vendor.name : ''} options=${vendors.map((each) => each.name)} onChange=${choose} />
        <${Choice} aria-label="Tenant" all="first tenant" value=${tenant} options=${(tenants || []).map((each) => each.name)} onChange=${(next) => { setTenant(next); setAfter([]); }} />
        <input aria-label="Kind of record" placeholder="Kind of record" title="where a vendor has several" value=${entity} onChange=${(event) => { setEntity(event.target.value.trim()); setAfter([]); }} spellcheck="false" />
        ${vendor && Object.keys(vendor.administrator).length > 0 && html`<button onClick=${() => open(CUSTOMER)}>The customer</button>`}
        <button aria-expanded=${creating} onClick=${() => setCreating(!creating)}>New record</button>
        <button onClick=${again}>Refresh</button>
      <//>
      <${Failure} error=${error} />
      ${creating && vendor && html`<${Create} vendor=${vendor} place=${place} done=${(made) => { setCreating(false); again(); open(made); }} />`}
      ${said && !error && !page.length && html`<${Empty}>There are no records here.<//>`}
      ${page.length > 0 && html`<div class="scroll"><table class="dense records"><thead><tr><th>Id</th>${telling.map((each) => html`<th>${each}</th>`)}</tr></thead>
        <tbody>${page.map((record) => html`<tr class=${cx('pick', record.id === id && 'selected')} onClick=${() => open(record.id)}>
          <th scope="row"><a href=${`#/records/${encodeURIComponent(record.id)}`}>${record.id}</a></th>
          ${telling.map((each) => html`<td title=${shown(record.fields[each])}><div>${told(record.fields[each])}</div></td>`)}</tr>`)}</tbody></table></div>`}
      <div class="buttons">${after.length > 0 && html`<button onClick=${() => setAfter(after.slice(0, -1))}>Back</button>`}
        ${records.length > PAGE && html`<button onClick=${() => setAfter([...after, page[page.length - 1].id])}>Next ${PAGE}</button>`}</div>
    </section>
    ${id && vendor && html`<${Editor} vendor=${vendor} place=${place} id=${id} onClose=${close} changed=${again} />`}
  </div>`;
}
