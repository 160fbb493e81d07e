// The workbench: one view at a time, the clock and the world above it. The address after # says which view is shown.

import { html, render, useEffect, useReducer, useRef, useState } from './vendor/htm-preact.js';
import { headers, locked, needsToken, once, post, put, unlock, world } from './api.js';
import { log } from './live.js';
import { Notices, act, counted, cx, useLog } from './ui.js';
import { Calls } from './calls.js';
import { Worlds } from './worlds.js';
import { Records } from './records.js';
import { Faults } from './faults.js';
import { Access } from './access.js';
import { Usage } from './usage.js';
import { Findings } from './findings.js';
import { Rules } from './rules.js';
import { Reports } from './reports.js';

const root = document.getElementById('workbench');
const start = document.getElementById('start');

/** What the server wrote for people without scripts: addresses, credentials, who is in the demo. */
function Start() {
  const box = useRef(null);
  useEffect(() => { box.current.append(start); }, []);
  return html`<div class="page start" ref=${box}></div>`;
}

const VIEWS = [
  ['calls', 'Calls', Calls],
  ['worlds', 'Worlds', Worlds],
  ['records', 'Records', Records],
  ['faults', 'Faults', Faults],
  ['access', 'Access', Access],
  ['usage', 'Usage', Usage],
  ['findings', 'Findings', Findings],
  ['rules', 'Rules', Rules],
  ['reports', 'Reports', Reports],
  ['start', 'Start', Start],
];

function useRoute() {
  const read = () => location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const changed = () => setRoute(read());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

function Clock() {
  const { state } = useLog();
  const [, tick] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, []);
  if (!state) return html`<span class="clock quiet">…</span>`;
  const now = new Date(log.now()).toISOString();
  const frozen = state.mode === 'frozen';
  const advance = (by) => act(() => post('/clock/advance', { by }), `The clock was advanced by ${by}.`);
  const mode = frozen ? 'real' : 'frozen';
  return html`<div class="clock" role="group" aria-label="Clock of this world">
    <time datetime=${now} title="The world's time, UTC">${now.slice(0, 10)} <b>${now.slice(11, 19)}</b></time>
    <span class="pill soft">${state.mode}${state.mode === 'scaled' ? ` × ${state.rate}` : ''}</span>
    <button class="small" onClick=${() => act(() => put('/clock', { mode }), frozen ? 'The clock runs.' : 'The clock stands still.')}
      >${frozen ? 'Run' : 'Freeze'}</button>
    ${['1m', '5m', '1h', '1d'].map((by) => html`<button class="small" aria-label=${`Advance the clock by ${by}`} onClick=${() => advance(by)}>+${by}</button>`)}
  </div>`;
}

const SAYS = { live: 'live', connecting: 'connecting', lost: 'connection lost, trying again', again: 'reloading',
  asleep: 'asleep while hidden', gone: 'this world is gone', error: 'not connected' };

function Live() {
  const { status, missed } = useLog();
  return html`<span class=${cx('live', status)} role="status" title=${missed ? `${counted(missed, 'call')} came too fast for this page and were loaded afterwards` : ''}>
    <i></i><span>${SAYS[status]}</span></span>`;
}

function WorldChoice({ hash }) {
  const { state } = useLog();
  const worlds = state ? state.worlds : [world];
  const go = (name) => { location.href = `/_mock/?world=${encodeURIComponent(name)}${hash}`; };
  return html`<label class="world"><span class="sr">World</span>
    <select value=${world} onChange=${(event) => go(event.target.value)}>
      ${(worlds.includes(world) ? worlds : [world, ...worlds]).map((name) => html`<option value=${name} selected=${name === world}>${name}</option>`)}
    </select></label>`;
}

function Workbench() {
  const route = useRoute();
  const { state } = useLog();
  const wanted = route[0] || (state && state.count === 0 ? 'start' : 'calls');
  const [name, title, View] = VIEWS.find(([each]) => each === wanted) || VIEWS[0];
  useEffect(() => {
    document.title = `${title} · ${world} · mockservers`;
  }, [name]);
  // Nothing was asked for: where nothing was called yet, addresses and credentials help most; it stays once it is shown.
  useEffect(() => {
    if (!route[0] && state) location.replace(`#/${wanted}`);
  }, [route[0], Boolean(state)]);
  useEffect(() => {
    const pressed = (event) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      const search = document.querySelector('main input[type=search]');
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  const faults = state ? state.faults[0] : 0;
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.getElementById('main').focus(); }}>Skip to the view</a>
    <header class="bar">
      <span class="brand"><img src="/_mock/static/icon.svg" alt="" width="18" height="18" /><b>mockservers</b></span>
      <${WorldChoice} hash=${location.hash} />
      <${Clock} />
      <${Live} />
    </header>
    <nav aria-label="Views">${VIEWS.map(([each, word]) => html`
      <a href=${`#/${each}`} aria-current=${each === name ? 'page' : null}>${word}
        ${each === 'calls' && state && state.count > 0 && html`<span class="count">${state.count.toLocaleString('en')}</span>`}
        ${each === 'faults' && faults > 0 && html`<span class="count warn">${faults}</span>`}</a>`)}
    </nav>
    <main id="main" tabindex="-1" class=${`view-${name}`}><${View} key=${name} route=${route.slice(1)} /></main>
    <${Notices} />`;
}

function Locked() {
  const [failed, setFailed] = useState('');
  const enter = async (event) => {
    event.preventDefault();
    const token = new FormData(event.target).get('token').trim();
    const answer = await fetch('/_mock/v1/worlds', { headers: { Authorization: `Bearer ${token}` }, cache: 'no-store' });
    if (!answer.ok) {
      setFailed('This is not the control token of the server.');
      return;
    }
    unlock(token);
    await begin();
  };
  return html`<form class="locked" onSubmit=${enter}>
    <img src="/_mock/static/icon.svg" alt="" width="36" height="36" />
    <h1>mockservers</h1>
    <p>This server was started with a control token. The token stays in this tab.</p>
    <label class="field"><span>Control token</span><input type="password" name="token" autocomplete="off" required autofocus /></label>
    ${failed && html`<p class="failure" role="alert">${failed}</p>`}
    <button class="primary">Open</button>
  </form>`;
}

async function begin() {
  document.body.classList.add('workbench');
  if (locked()) {
    start.remove();
    render(html`<${Locked} />`, root);
    return;
  }
  if (needsToken) await unveil();
  start.remove();
  log.start();
  once('/vendors').catch(() => {});
  render(html`<${Workbench} />`, root);
}

/** What the server shows without scripts was kept back as long as no token came with the question. */
async function unveil() {
  const answer = await fetch(`/_mock/?world=${encodeURIComponent(world)}`, { headers: headers({ Accept: 'text/html' }) });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  start.replaceChildren(...page.getElementById('start').childNodes);
}

begin();
