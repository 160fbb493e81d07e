// Bodies as people read them: XML and JSON laid out, also inside each other, forms and delimited text as pairs and rows.
// Everything becomes lines of plain text with a class; nothing of a body is ever markup here.

const LAYERS = 4;
export const MOST_LINES = 1500;

export function bytesOf(message) {
  if (message.encoding !== 'base64') return new TextEncoder().encode(message.body);
  return Uint8Array.from(atob(message.body), (letter) => letter.charCodeAt(0));
}

const header = (headers, name) => (headers.find(([key]) => key.toLowerCase() === name) || [])[1] || '';

export function textOf(message, data) {
  const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(header(message.headers, 'content-type'));
  let name = charset ? charset[1] : 'utf-8';
  if (data[0] === 0xff && data[1] === 0xfe) name = 'utf-16le';
  if (data[0] === 0xfe && data[1] === 0xff) name = 'utf-16be';
  try {
    return new TextDecoder(name).decode(data);
  } catch {
    return new TextDecoder().decode(data);
  }
}

const line = (depth, ...parts) => ({ depth, parts });
const span = (kind, text) => ({ kind, text });

/** What a body is, and its lines; null where it is best read as it stands. */
export function decoded(text, media = '') {
  const lines = [];
  const kind = tree(text, 0, lines, LAYERS, true);
  if (kind) return { kind, lines };
  if (/json/i.test(media) && text.trimStart()[0] === '"') {
    try {
      json(JSON.parse(text), 0, lines, LAYERS);
      return { kind: 'JSON', lines };
    } catch { return null; }
  }
  if (/form-urlencoded/i.test(media) || (/^[\w.[\]-]+=[^\s<]*$/.test(text) && text.length < 1e5)) {
    return { kind: 'form', lines: pairs(text) };
  }
  return null;
}

export function pairs(text) {
  return [...new URLSearchParams(text)].map(([name, value]) => line(0, span('name', name), span('mark', ' = '), span('text', value)));
}

function tree(text, depth, lines, layers, outermost = false) {
  const begun = text.trimStart();
  if (layers > 0 && (begun[0] === '{' || begun[0] === '[')) {
    try {
      json(JSON.parse(begun), depth, lines, layers);
      return 'JSON';
    } catch { return null; }
  }
  if (layers > 0 && begun[0] === '<') {
    const parsed = new DOMParser().parseFromString(begun, 'application/xml');
    if (parsed.querySelector('parsererror') || /<!DOCTYPE html/i.test(begun)) return null;
    element(parsed.documentElement, depth, lines, layers);
    return /envelope$/i.test(parsed.documentElement.nodeName) ? 'SOAP' : 'XML';
  }
  return outermost ? null : false;
}

/** A text inside a tree; where it is a tree itself, that is laid out below. */
function inner(text, depth, lines, layers, before, after) {
  const nested = [];
  const kind = text.length > 20 ? tree(text, depth + 1, nested, layers - 1) : null;
  if (!kind) {
    lines.push(line(depth, ...before, span('text', text), ...after));
    return;
  }
  lines.push(line(depth, ...before, span('inside', `${kind} inside`)));
  for (const each of nested) each.nested = true;
  lines.push(...nested);
  if (after.length) lines.push(line(depth, ...after));
}

function json(value, depth, lines, layers, before = [], end = '') {
  const after = end ? [span('mark', end)] : [];
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'string') {
      const nested = value.length > 20 && /^\s*[{[<]/.test(value);
      if (nested) inner(value, depth, lines, layers, before, after);
      else lines.push(line(depth, ...before, span('text', JSON.stringify(value)), ...after));
    } else lines.push(line(depth, ...before, span('value', JSON.stringify(value)), ...after));
    return;
  }
  const list = Array.isArray(value);
  const members = list ? value.map((each) => [null, each]) : Object.entries(value);
  const [open, close] = list ? '[]' : '{}';
  if (!members.length) {
    lines.push(line(depth, ...before, span('mark', open + close + end)));
    return;
  }
  lines.push(line(depth, ...before, span('mark', open)));
  members.forEach(([name, each], index) => {
    const named = name === null ? [] : [span('name', JSON.stringify(name)), span('mark', ': ')];
    json(each, depth + 1, lines, layers, named, index < members.length - 1 ? ',' : '');
  });
  lines.push(line(depth, span('mark', close + end)));
}

function element(node, depth, lines, layers) {
  const open = [span('mark', '<'), span('name', node.nodeName)];
  for (const { name, value } of node.attributes) {
    open.push(span('attribute', ` ${name}`), span('mark', '='), span('text', `"${value}"`));
  }
  const close = [span('mark', '</'), span('name', node.nodeName), span('mark', '>')];
  const children = [...node.childNodes].filter((each) => each.nodeType !== 3 || each.data.trim());
  if (!children.length) {
    const blank = node.textContent;
    if (blank) lines.push(line(depth, ...open, span('mark', '>'), span('text', blank), ...close));
    else lines.push(line(depth, ...open, span('mark', '/>')));
    return;
  }
  if (children.every((each) => each.nodeType === 3 || each.nodeType === 4)) {
    inner(node.textContent, depth, lines, layers, [...open, span('mark', '>')], close);
    return;
  }
  lines.push(line(depth, ...open, span('mark', '>')));
  for (const child of children) {
    if (child.nodeType === 1) element(child, depth + 1, lines, layers);
    else if (child.nodeType === 8) lines.push(line(depth + 1, span('mark', `<!--${child.data}-->`)));
    else lines.push(line(depth + 1, span('text', child.data.trim())));
  }
  lines.push(line(depth, ...close));
}

/** Rows of bytes: place, hexadecimal, letters. */
export function hex(data, most) {
  const rows = [];
  for (let at = 0; at < Math.min(data.length, most); at += 16) {
    const row = [...data.slice(at, at + 16)];
    const numbers = row.map((each) => each.toString(16).padStart(2, '0'));
    const letters = row.map((each) => (each > 31 && each < 127 ? String.fromCharCode(each) : '·')).join('');
    rows.push(`${at.toString(16).padStart(6, '0')}  ${numbers.slice(0, 8).join(' ').padEnd(23)}  ${numbers.slice(8).join(' ').padEnd(23)}  ${letters}`);
  }
  return rows.join('\n');
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The request as a command of curl. Secrets are masked, for the journal never had them. */
export function curl(exchange, origin) {
  const { method, target, headers, body, encoding } = exchange.request;
  const left = /^(host|content-length|connection|accept-encoding|transfer-encoding|expect)$/i;
  // By itself curl takes brackets for a list of addresses and dots for folders, waits for the body of HEAD, and leaves empty headers out.
  const way = method === 'HEAD' ? '--head' : `-X ${quoted(method)}`;
  const lines = [`curl -g --path-as-is ${way} ${quoted(target.includes('://') ? target : origin + target)}`];
  for (const [name, value] of headers) if (!left.test(name)) lines.push(`-H ${quoted(value ? `${name}: ${value}` : `${name};`)}`);
  if (!body) return lines.join(' \\\n  ');
  if (encoding === 'base64') {
    return `echo ${body} | base64 -d | ${[...lines, '--data-binary @-'].join(' \\\n  ')}`;
  }
  return [...lines, `--data-raw ${quoted(body)}`].join(' \\\n  ');
}
