// Who is let in: tenants, credentials, and the switches by which a vendor's dialect differs.

import { html, useState } from './vendor/htm-preact.js';
import { get, post, put } from './api.js';
import { Choice, Failure, Field, Head, Sure, act, cx, moment, typed, useLoad, useVendors } from './ui.js';

function Credentials({ vendor, tenants }) {
  const [said, error, again] = useLoad(() => get('/credentials', { vendor: vendor.name }), [vendor.name]);
  const [fresh, setFresh] = useState(null);
  const [kind, setKind] = useState(vendor.credential_kinds[0] || '');
  const facts = vendor.facts.filter((each) => each.kind === kind);
  const add = (event) => {
    event.preventDefault();
    const form = event.target;
    const { tenant, secret, expires, ...more } = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
    const given = Object.fromEntries(Object.entries(more).map(([name, value]) => [name.slice(5), typed(value)]));
    const body = { vendor: vendor.name, tenant, kind, facts: given, ...(secret && { secret }), ...(expires && { expires: `${expires}Z` }) };
    act(() => post('/credentials', body), 'The credential was added.').then((made) => { if (made) { setFresh(made); form.reset(); again(); } });
  };
  const change = (id, verb, body, word) => act(() => post(`/credentials/${id}/${verb}`, body, { vendor: vendor.name }), word).then(again);
  return html`<section>
    <h2>Credentials</h2>
    <${Failure} error=${error} />
    ${fresh && fresh.secret !== '***' && html`<p class="notice good">The secret of ${fresh.id} is <code>${fresh.secret}</code>. It is shown this once.</p>`}
    <div class="scroll"><table><thead><tr><th>Id</th><th>Tenant</th><th>Kind</th><th>State</th><th>Expires</th><th><span class="sr">Actions</span></th></tr></thead>
      <tbody>${(said ? said.credentials : []).map((each) => html`<tr>
        <th scope="row">${each.id}</th><td>${each.tenant}</td><td>${each.kind}</td>
        <td><span class=${cx('pill', each.valid ? 'good' : 'bad')}>${each.valid ? 'valid' : each.revoked ? 'revoked' : 'expired'}</span></td>
        <td>${moment(each.expires)}</td>
        <td class="actions">
          ${each.revoked ? html`<button onClick=${() => change(each.id, 'revoke', { at: null }, 'It is valid again.')}>Give back</button>`
            : html`<${Sure} ask="Revoke it?" onClick=${() => change(each.id, 'revoke', {}, 'It was revoked.')}>Revoke<//>`}
          ${each.expires ? html` <button onClick=${() => change(each.id, 'expire', { at: null }, 'It expires no more.')}>Never expires</button>`
            : html` <${Sure} ask="Let it expire?" onClick=${() => change(each.id, 'expire', {}, 'It has expired.')}>Expire<//>`}</td>
      </tr>`)}</tbody></table></div>
    <form class="panel" onSubmit=${add} aria-label="New credential">
      <h3>New credential</h3>
      <div class="fields">
        <${Field} label="Tenant"><select name="tenant">${tenants.map((each) => html`<option value=${each.name}>${each.name}</option>`)}</select><//>
        <${Field} label="Kind"><${Choice} value=${kind} options=${vendor.credential_kinds} onChange=${setKind} /><//>
        <${Field} label="Secret" about="empty: one is made, and shown once"><input name="secret" autocomplete="off" /><//>
        <${Field} label="Expires (UTC)"><input name="expires" type="datetime-local" step="1" /><//>
        ${facts.map((each) => html`<${Field} key=${kind + each.name} label=${each.name} about=${each.says}><input name=${`fact.${each.name}`} required=${each.needed} autocomplete="off" /><//>`)}
      </div>
      <button class="primary">Add the credential</button>
    </form>
  </section>`;
}

const words = (takes) => [...String(takes).matchAll(/'([^']*)'/g)].map(([, word]) => word);

function Switch({ each, set }) {
  const choices = words(each.takes);
  const known = choices.length > 1 && choices.includes(each.value) && !/\d|text|name|,/.test(String(each.takes).replace(/'[^']*'/g, ''));
  const changed = JSON.stringify(each.value) !== JSON.stringify(each.default);
  return html`<tr class=${cx(changed && 'here')}>
    <th scope="row"><code>${each.name}</code>${changed && html` <button class="bare" title="back to the default" aria-label=${`${each.name} back to its default`} onClick=${() => set(each.name, each.default)}>↺</button>`}
      <div class="quiet small">${each.scope === 'installation' ? 'of the whole installation' : ''}</div></th>
    <td>${known ? html`<${Choice} aria-label=${each.name} value=${each.value} options=${choices} onChange=${(value) => set(each.name, value)} />`
      : html`<input aria-label=${each.name} value=${typeof each.value === 'string' ? each.value : JSON.stringify(each.value)} onChange=${(event) => set(each.name, typed(event.target.value))} spellcheck="false" />`}
      <div class="quiet small">${each.takes}</div></td>
    <td class="why">${each.why}</td></tr>`;
}

function Dialect({ vendor, tenants }) {
  const [tenant, setTenant] = useState('');
  const [said, error, again] = useLoad(() => get('/dialect', { vendor: vendor.name, tenant }), [vendor.name, tenant]);
  const [text, setText] = useState('');
  const place = { vendor: vendor.name, ...(tenant && { tenant }) };
  const set = (name, value) => act(() => put('/dialect', { ...place, switches: { [name]: value } }), `${name} is ${JSON.stringify(value)} now.`).then(again);
  const take = (named) => named && act(() => put('/dialect', { ...place, named }), `The dialect is ${named} now.`).then(again);
  const found = (said ? said.switches : []).filter((each) => `${each.name} ${each.why}`.toLowerCase().includes(text.toLowerCase()) && (!tenant || each.scope === 'tenant'));
  return html`<section>
    <h2>Dialect</h2>
    <p class="quiet">Where public knowledge of the vendor ends, a switch says how it may be.</p>
    <div class="buttons">
      <input type="search" placeholder="Find a switch   /" aria-label="Find a switch" value=${text} onInput=${(event) => setText(event.target.value)} />
      <${Choice} aria-label="Whose dialect" all="the whole installation" value=${tenant} options=${tenants.map((each) => each.name)} onChange=${setTenant} />
      <${Choice} aria-label="Take a named dialect" all="take a named dialect …" value="" options=${said ? said.named : []} onChange=${take} />
    </div>
    <${Failure} error=${error} />
    <div class="scroll"><table class="switches"><thead><tr><th>Switch</th><th>Value</th><th>What it means</th></tr></thead>
      <tbody>${found.map((each) => html`<${Switch} key=${each.name + tenant} each=${each} set=${set} />`)}</tbody></table></div>
  </section>`;
}

export function Access({ route }) {
  const [vendors, failed] = useVendors();
  const vendor = vendors.find((each) => each.name === route[0]) || vendors[0];
  const [said, error, again] = useLoad(async () => (vendor ? get('/tenants', { vendor: vendor.name }) : { tenants: [] }), [vendor && vendor.name]);
  const tenants = said ? said.tenants : [];
  const add = (event) => {
    event.preventDefault();
    const form = event.target;
    const name = new FormData(form).get('name');
    act(() => post('/tenants', { vendor: vendor.name, name }), `The tenant ${name} was added.`).then((made) => { if (made) { form.reset(); again(); } });
  };
  if (!vendor) return html`<div class="page"><${Failure} error=${failed} /></div>`;
  return html`<div class="page">
    <${Head} title="Access" about=${vendor.title}>
      <${Choice} aria-label="Vendor" value=${vendor.name} options=${vendors.map((each) => each.name)} onChange=${(name) => location.replace(`#/access/${name}`)} />
    <//>
    <${Failure} error=${error} />
    <section>
      <h2>Tenants</h2>
      <div class="scroll"><table><thead><tr><th>Tenant</th><th class="number">Credentials</th><th>Switches of its own</th></tr></thead>
        <tbody>${tenants.map((each) => html`<tr><th scope="row">${each.name}${each.first && html` <span class="quiet">first</span>`}</th><td class="number">${each.credentials}</td>
          <td>${Object.entries(each.dialect).map(([name, value]) => html`<code>${name} = ${JSON.stringify(value)}</code> `)}</td></tr>`)}</tbody></table></div>
      <form class="buttons" onSubmit=${add}><input name="name" required placeholder="another-customer" aria-label="Name of a new tenant" pattern="[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}" /><button>Add a tenant</button></form>
    </section>
    ${said && html`<${Credentials} key=${vendor.name} vendor=${vendor} tenants=${tenants} />
      <${Dialect} key=${`${vendor.name} dialect`} vendor=${vendor} tenants=${tenants} />`}
  </div>`;
}
