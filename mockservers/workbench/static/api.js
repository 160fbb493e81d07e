// The control API, for one world. With a control token every call carries it; it stays in this tab.

const TOKEN = 'mockservers token';
const root = document.getElementById('workbench');

export const world = new URLSearchParams(location.search).get('world') || root.dataset.world;
export const locked = () => root.dataset.locked === 'yes' && !sessionStorage.getItem(TOKEN);
export const unlock = (token) => sessionStorage.setItem(TOKEN, token);
export const forget = () => sessionStorage.removeItem(TOKEN);
export const needsToken = root.dataset.locked === 'yes';

export function headers(more = {}) {
  const token = sessionStorage.getItem(TOKEN);
  return token && needsToken ? { ...more, Authorization: `Bearer ${token}` } : more;
}

export function address(path, query = {}) {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') given.append(name, value);
  }
  const text = given.toString();
  return `/_mock/v1${path}${text ? `?${text}` : ''}`;
}

const GLOBAL = /^\/worlds|^\/health|^\/reports/;

/** Ask, and give back what was said. Throws an Error with the sentence of the answer; `fields` says what was wrong where. */
export async function ask(method, path, { query = {}, body, raw = false, signal } = {}) {
  const asked = address(path, GLOBAL.test(path) ? query : { world, ...query });
  const init = { method, headers: headers(), signal, cache: 'no-store' };
  if (method !== 'GET' && method !== 'DELETE') {
    init.headers = headers({ 'Content-Type': 'application/json' });
    init.body = JSON.stringify(body ?? {});
  }
  let answer;
  try {
    answer = await fetch(asked, init);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server does not answer. It may have been stopped.');
  }
  if (answer.ok) return raw ? answer : answer.json();
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 401) {
    forget();
    location.reload();
  }
  const error = new Error(said.error || `The server answered ${answer.status}.`);
  error.status = answer.status;
  error.fields = said.details || [];
  throw error;
}

export const get = (path, query, more) => ask('GET', path, { query, ...more });
export const post = (path, body, query) => ask('POST', path, { body, query });
export const put = (path, body, query) => ask('PUT', path, { body, query });
export const patch = (path, body, query) => ask('PATCH', path, { body, query });
export const remove = (path, query) => ask('DELETE', path, { query });

const kept = new Map();

/** What does not change while the server runs: asked for once. */
export function once(path) {
  if (!kept.has(path)) {
    kept.set(path, get(path).catch((error) => {
      kept.delete(path);
      throw error;
    }));
  }
  return kept.get(path);
}
