// What the views have in common.

import { html, useCallback, useEffect, useReducer, useRef, useState } from './vendor/htm-preact.js';
import { log } from './live.js';
import { once } from './api.js';

export const cx = (...names) => names.filter(Boolean).join(' ');

/** Show anew whenever the log changes. */
export function useLog() {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => log.listen(again), []);
  return log;
}

/** Load something, and again when `needs` change: [value, error, again]. A late answer to an old question is not shown. */
export function useLoad(load, needs) {
  const [state, setState] = useState([undefined, null]);
  const turn = useRef(0);
  const again = useCallback(() => {
    const mine = ++turn.current;
    return load().then(
      (value) => mine === turn.current && setState([value, null]),
      (error) => mine === turn.current && error.name !== 'AbortError' && setState(([value]) => [value, error]),
    );
  }, needs);
  useEffect(() => {
    again();
    return () => { turn.current += 1; };
  }, [again]);
  return [...state, again];
}

/** A value that is taken over every `wait` milliseconds at most: what is loaded for it need not be loaded for each call. */
export function useCalm(value, wait = 2000) {
  const [calm, setCalm] = useState(value);
  const timer = useRef(0);
  const latest = useRef(value);
  latest.current = value;
  useEffect(() => {
    if (value === calm || timer.current) return;
    timer.current = setTimeout(() => {
      timer.current = 0;
      setCalm(latest.current);
    }, wait);
  }, [value, calm]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return calm;
}

export const useVendors = () => {
  const [said, error] = useLoad(() => once('/vendors'), []);
  return [said ? said.vendors : [], error];
};

// --- what has happened, said once ------------------------------------------------------------------------------------

let say = () => {};

export function tell(text, bad = false) {
  say({ text, bad, at: Date.now() });
}

/** Do something that a click asks for; say what became of it. */
export async function act(doing, done) {
  try {
    const value = await doing();
    if (done) tell(typeof done === 'function' ? done(value) : done);
    return value ?? true;
  } catch (error) {
    tell(error.message, true);
    return null;
  }
}

export function Notices() {
  const [notice, setNotice] = useState(null);
  useEffect(() => { say = setNotice; }, []);
  useEffect(() => {
    if (!notice || notice.bad) return undefined;
    const timer = setTimeout(() => setNotice(null), 4000);
    return () => clearTimeout(timer);
  }, [notice]);
  return html`<div class="notices" role="status" aria-live="polite">
    ${notice && html`<div class=${cx('notice', notice.bad && 'bad')}>
      <span>${notice.text}</span>
      <button class="bare" aria-label="Close the message" onClick=${() => setNotice(null)}>×</button>
    </div>`}
  </div>`;
}

// --- parts -----------------------------------------------------------------------------------------------------------

const ROLES = { ok: 'good', page: 'good', error: 'bad', unmatched: 'bad', malformed: 'bad' };

export const Outcome = ({ of }) => html`<span class=${cx('pill', ROLES[of] || 'warn')}>${of}</span>`;

export const Failure = ({ error }) => error && html`<p class="failure" role="alert">${error.message}</p>`;

export const Empty = ({ children }) => html`<p class="empty">${children}</p>`;

export function Head({ title, about, children }) {
  return html`<header class="head"><h1>${title}</h1>${about && html`<p class="quiet">${about}</p>`}
    <div class="tools">${children}</div></header>`;
}

export function Field({ label, about, children }) {
  return html`<label class="field"><span>${label}</span>${children}${about && html`<small>${about}</small>`}</label>`;
}

/** A choice; `options` are words, or pairs of value and word. */
export function Choice({ value, options, onChange, all, ...more }) {
  return html`<select value=${value} onChange=${(event) => onChange(event.target.value)} ...${more}>
    ${all !== undefined && html`<option value="">${all}</option>`}
    ${options.map((option) => {
      const [key, word] = Array.isArray(option) ? option : [option, option];
      return html`<option value=${key} selected=${key === value}>${word}</option>`;
    })}
  </select>`;
}

/** A button that asks again before it does what cannot be taken back. */
export function Sure({ onClick, ask = 'Really?', children, ...more }) {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!asking) return undefined;
    const timer = setTimeout(() => setAsking(false), 4000);
    return () => clearTimeout(timer);
  }, [asking]);
  return html`<button type="button" ...${more} class=${cx(more.class, asking && 'danger')}
    onClick=${() => (asking ? (setAsking(false), onClick()) : setAsking(true))}>${asking ? ask : children}</button>`;
}

export function VendorName({ name, vendors }) {
  const index = vendors.findIndex((each) => each.name === name);
  return html`<span class="vendor"><i class=${`dot v${index < 0 ? 'x' : index % 6}`}></i>${name || 'nobody'}</span>`;
}

export const Certainty = ({ of }) => html`<span class=${cx('certainty', of)}>${of}</span>`;

export const plain = (text) => (text || '').replaceAll('`', '');

/** An instant of ISO 8601 as people read it. */
export const moment = (iso) => (iso ? iso.replace('T', ' ').replace(/\.\d+/, '').replace('Z', '') : '');
export const clockTime = (iso) => iso.slice(11, 19);

export function bytes(n) {
  if (n === undefined || n === null) return '';
  if (n < 1000) return `${n} B`;
  return n < 1e6 ? `${(n / 1000).toFixed(n < 1e4 ? 1 : 0)} kB` : `${(n / 1e6).toFixed(1)} MB`;
}

export const counted = (n, word) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} copied.`);
  } catch {
    tell('The browser did not let the page use the clipboard.', true);
  }
}

/** Give a file to the browser to keep. */
export function save(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** A value that somebody typed: JSON where it is some, else text. */
export function typed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
