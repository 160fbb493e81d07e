// What happens in the world: rows of calls and the state beside them, kept up by the stream of server-sent events.

import { address, headers, world } from './api.js';

const MOST_ROWS = 20000;
const AGAIN = [300, 1000, 3000];

/** Rows by ascending number, bounded, and whoever wants to know of changes. */
class Log {
  rows = [];
  state = null;
  status = 'connecting';
  missed = 0;
  version = 0;
  search = { text: '', rule: '' };
  #listeners = new Set();
  #due = false;
  #aborter = null;
  #tries = 0;

  listen(tell) {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  }

  changed() {
    this.version += 1;
    if (this.#due) return;
    this.#due = true;
    // Once a frame at most; a hidden tab has no frames.
    const tell = () => {
      if (!this.#due) return;
      this.#due = false;
      for (const each of this.#listeners) each();
    };
    requestAnimationFrame(tell);
    setTimeout(tell, 250);
  }

  get last() {
    return this.rows.length ? this.rows[this.rows.length - 1].n : 0;
  }

  add(rows) {
    for (const row of rows) {
      if (row.n > this.last) {
        this.rows.push(row);
        continue;
      }
      const at = this.place(row.n);
      if (this.rows[at] && this.rows[at].n === row.n) this.rows[at] = row;
      else this.rows.splice(at, 0, row);
    }
    this.trim();
  }

  /** Where a number stands, or would stand. */
  place(n) {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].n < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  find(n) {
    const row = this.rows[this.place(n)];
    return row && row.n === n ? row : null;
  }

  /** What the journal has forgotten is forgotten here. */
  trim() {
    const gone = this.state ? this.place(this.state.dropped + 1) : 0;
    const over = Math.max(gone, this.rows.length - MOST_ROWS);
    if (over > 0) this.rows.splice(0, over);
  }

  /** Calls with a rule, or that show a text: the server looks, for it has the bodies. */
  searchFor(search) {
    if (search.text === this.search.text && search.rule === this.search.rule) return;
    this.search = search;
    this.rows = [];
    this.reopen();
  }

  reopen() {
    this.#aborter?.abort();
    this.#tries = 0;
    this.#open();
  }

  start() {
    this.#open();
    // A hidden tab needs nobody's attention, and browsers allow few connections to a server.
    let timer = 0;
    document.addEventListener('visibilitychange', () => {
      clearTimeout(timer);
      if (document.hidden) {
        timer = setTimeout(() => {
          this.#aborter?.abort();
          this.status = 'asleep';
        }, 60000);
      } else if (this.status === 'asleep') this.reopen();
    });
  }

  async #open() {
    const aborter = new AbortController();
    this.#aborter = aborter;
    this.status = this.rows.length ? this.status : 'connecting';
    this.changed();
    try {
      const { text, rule } = this.search;
      const asked = address('/stream', { world, since: this.last, text, rule });
      const answer = await fetch(asked, { headers: headers(), signal: aborter.signal, cache: 'no-store' });
      if (!answer.ok) {
        const said = await answer.json().catch(() => ({}));
        this.error = said.error || `The server answered ${answer.status}.`;
        this.status = answer.status === 404 ? 'gone' : 'error';
        this.changed();
        if (answer.status < 500 && answer.status !== 429) return;
        throw new Error(this.error);
      }
      this.error = '';
      await this.#read(answer.body.getReader());
    } catch (error) {
      if (aborter.signal.aborted) return;
      this.status = 'lost';
      this.changed();
    }
    if (aborter.signal.aborted || this.status === 'gone') return;
    const wait = this.status === 'lost' ? AGAIN[Math.min(this.#tries++, AGAIN.length - 1)] : 0;
    setTimeout(() => aborter === this.#aborter && !aborter.signal.aborted && this.#open(), wait);
  }

  async #read(reader) {
    const decoder = new TextDecoder();
    let held = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        if (this.status === 'live') this.status = 'lost';
        return this.changed();
      }
      held += decoder.decode(value, { stream: true });
      const events = held.split('\n\n');
      held = events.pop();
      for (const text of events) {
        const cut = text.indexOf('\ndata: ');
        this.#take(text.slice(7, cut), JSON.parse(text.slice(cut + 7)));
      }
      this.changed();
    }
  }

  #take(name, data) {
    if (name === 'calls') this.add(data);
    else if (name === 'state') {
      // Another journal has other calls under the same numbers: the world began anew, or the server did.
      const other = this.rows.length > 0 && this.state && this.state.journal !== data.journal;
      this.state = { ...data, since: performance.now() };
      if (other) {
        this.rows = [];
        this.reopen();
        return;
      }
      this.trim();
    } else if (name === 'live') {
      this.status = 'live';
      this.#tries = 0;
    } else if (name === 'missed') {
      this.missed += data.count;
      this.status = 'again';
    } else if (name === 'reset') {
      this.rows = [];
      this.status = 'again';
    } else if (name === 'gone') this.status = 'gone';
  }

  /** The world's instant now, in milliseconds. */
  now() {
    const { now, mode, rate, since } = this.state;
    return mode === 'frozen' ? now : now + (performance.now() - since) * rate;
  }
}

export const log = new Log();
