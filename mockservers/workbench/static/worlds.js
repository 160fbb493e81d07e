// Worlds and their clocks.

import { html, useState } from './vendor/htm-preact.js';
import { get, post, put, remove, world } from './api.js';
import { Choice, Failure, Field, Head, Sure, act, counted, cx, moment, useLoad, useLog } from './ui.js';

const given = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));

function NewWorld({ again }) {
  const [mode, setMode] = useState('');
  const create = (event) => {
    event.preventDefault();
    const form = event.target;
    const { name, seed, now, rate, lively } = given(form);
    const clock = { ...(mode && { mode }), ...(now && { now: `${now}Z` }), ...(rate && { rate: Number(rate) }) };
    const body = { name, ...(seed && { seed: Number(seed) }), ...(Object.keys(clock).length && { clock }), ...(lively && { lively: lively === 'yes' }) };
    act(() => post('/worlds', body), `The world ${name} was created.`).then((made) => { if (made) { form.reset(); again(); } });
  };
  return html`<form class="panel" onSubmit=${create}>
    <h2>New world</h2>
    <p class="quiet">It begins like <b>default</b> where nothing else is said.</p>
    <div class="fields">
      <${Field} label="Name" about="small letters, digits, hyphens"><input name="name" required pattern="[a-z0-9]([a-z0-9\\-]{0,38}[a-z0-9])?" autocomplete="off" spellcheck="false" /><//>
      <${Field} label="Seed"><input name="seed" type="number" step="1" /><//>
      <${Field} label="Clock"><${Choice} value=${mode} all="like default" options=${['real', 'frozen', 'scaled']} onChange=${setMode} /><//>
      <${Field} label="Begins at (UTC)"><input name="now" type="datetime-local" step="1" /><//>
      ${mode === 'scaled' && html`<${Field} label="Virtual seconds in one"><input name="rate" type="number" min="0.001" max="100000" step="any" value="60" /><//>`}
      <${Field} label="Other people act"><select name="lively"><option value="">like default</option><option value="yes">yes</option><option value="no">no</option></select><//>
    </div>
    <button class="primary">Create</button>
  </form>`;
}

function ClockPanel() {
  const { state } = useLog();
  const [rate, setRate] = useState('60');
  if (!state) return null;
  const change = (body, said) => act(() => put('/clock', body), said);
  const advance = (by) => act(() => post('/clock/advance', { by }), `The clock was advanced by ${by}.`);
  const set = (event) => {
    event.preventDefault();
    const { now } = given(event.target);
    if (now) change({ now: `${now}Z` }, 'The clock was set.');
  };
  const own = (event) => {
    event.preventDefault();
    const { by } = given(event.target);
    if (by) advance(by);
  };
  return html`<section class="panel">
    <h2>Clock of ${world}</h2>
    <p class="quiet">Lag, expiry and limits of the vendors follow this clock. It ${state.mode === 'frozen' ? 'stands still' : state.mode === 'scaled' ? `runs ${state.rate} times as fast` : 'runs'}.</p>
    <div class="buttons" role="group" aria-label="How the clock runs">
      ${['real', 'frozen'].map((mode) => html`<button aria-pressed=${state.mode === mode} onClick=${() => change({ mode }, mode === 'frozen' ? 'The clock stands still.' : 'The clock runs.')}>${mode}</button>`)}
      <button aria-pressed=${state.mode === 'scaled'} onClick=${() => change({ mode: 'scaled', rate: Number(rate) }, `The clock runs ${rate} times as fast.`)}>scaled</button>
      <label class="inline">× <input type="number" min="0.001" max="100000" step="any" value=${rate} aria-label="Virtual seconds in one" onInput=${(event) => setRate(event.target.value)} /></label>
    </div>
    <div class="buttons" role="group" aria-label="Advance the clock">
      ${['10s', '1m', '5m', '30m', '1h', '8h', '1d', '7d'].map((by) => html`<button onClick=${() => advance(by)}>+${by}</button>`)}
    </div>
    <form class="buttons" onSubmit=${own}><input name="by" placeholder="90s, 5m, 1.5h, -1d" aria-label="A length of time" required size="16" /><button>Advance</button></form>
    <form class="buttons" onSubmit=${set}><input name="now" type="datetime-local" step="1" aria-label="An instant, UTC" required /><button>Set (UTC)</button></form>
  </section>`;
}

function Checkpoints({ again }) {
  const { state } = useLog();
  const save = (event) => {
    event.preventDefault();
    const form = event.target;
    const { name } = given(form);
    act(() => post(`/worlds/${world}/checkpoint`, { name }), `The checkpoint ${name} was made.`).then((made) => made && form.reset());
  };
  const restore = (name) => act(() => post(`/worlds/${world}/restore`, { name }), `Data and clock are as they were at ${name}.`).then(again);
  return html`<section class="panel">
    <h2>Checkpoints of ${world}</h2>
    <p class="quiet">Data, tenants, switches and clock; the calls and the faults stay as they are.</p>
    <form class="buttons" onSubmit=${save}><input name="name" placeholder="before the import" aria-label="Name of the checkpoint" required maxlength="100" /><button>Make a checkpoint</button></form>
    <ul class="plain">${(state ? state.checkpoints : []).map((name) => html`<li><span>${name}</span> <${Sure} ask="Go back?" onClick=${() => restore(name)}>Restore<//></li>`)}</ul>
  </section>`;
}

export function Worlds() {
  const { state } = useLog();
  const [said, error, again] = useLoad(() => get('/worlds'), [state && state.worlds.join(), state && state.mode, state && state.count >> 6]);
  const worlds = said ? said.worlds : [];
  const reset = (name) => act(() => post(`/worlds/${name}/reset`), `${name} is as it was at the beginning.`).then(again);
  const drop = (name) => act(() => remove(`/worlds/${name}`), `The world ${name} was deleted.`).then(again);
  return html`<div class="page">
    <${Head} title="Worlds and clock" about="A world is a set of all vendors with data, clock, faults and calls of its own." />
    <${Failure} error=${error} />
    <div class="panels"><${ClockPanel} /><${Checkpoints} again=${again} /><${NewWorld} again=${again} /></div>
    <div class="scroll"><table>
      <thead><tr><th>World</th><th>Clock</th><th>Mode</th><th class="number">Seed</th><th class="number">Calls</th><th class="number">Faults</th><th>Other people act</th><th><span class="sr">Actions</span></th></tr></thead>
      <tbody>${worlds.map((each) => html`<tr class=${cx(each.name === world && 'here')}>
        <th scope="row">${each.name === world ? html`<b>${each.name}</b> <span class="quiet">shown here</span>` : html`<a href=${`/_mock/?world=${each.name}#/worlds`}>${each.name}</a>`}</th>
        <td>${moment(each.clock.now)}</td><td>${each.clock.mode}${each.clock.mode === 'scaled' ? ` × ${each.clock.rate}` : ''}</td>
        <td class="number">${each.seed}</td><td class="number">${each.journal.count.toLocaleString('en')}</td><td class="number">${each.faults}</td>
        <td>${each.lively ? 'yes' : 'no'}</td>
        <td class="actions"><${Sure} ask=${`Reset ${each.name}?`} onClick=${() => reset(each.name)}>Reset<//>
          ${each.name !== 'default' && html` <${Sure} ask=${`Delete ${each.name}?`} onClick=${() => drop(each.name)}>Delete<//>`}</td>
      </tr>`)}</tbody></table></div>
    <p class="quiet">A client chooses a world by the prefix <code>/w/NAME/</code>, the header <code>X-Mock-World</code> or the host <code>NAME.localhost</code>.</p>
  </div>`;
}
