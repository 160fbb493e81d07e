// Reports of checks and rehearsals, from the folder that the server was given.

import { html } from './vendor/htm-preact.js';
import { address, ask, get, needsToken } from './api.js';
import { Empty, Failure, Head, act, bytes, save, useLoad } from './ui.js';

const fetched = (name) => act(async () => save(name.split('/').pop(), await (await ask('GET', `/reports/${name.split('/').map(encodeURIComponent).join('/')}`, { raw: true })).blob()), 'The report was saved.');

export function Reports() {
  const [said, error, again] = useLoad(() => get('/reports'), []);
  return html`<div class="page">
    <${Head} title="Reports" about="Of checks and rehearsals, the newest first."><button onClick=${again}>Refresh</button><//>
    <${Failure} error=${error} />
    ${said && !said.folder && html`<${Empty}>Start the server with <code>mockservers serve --reports FOLDER</code>, and let <code>check --html</code> and <code>rehearse --html</code> write into that folder.<//>`}
    ${said && said.folder && !said.reports.length && html`<${Empty}>There is no report in ${said.folder} yet.<//>`}
    ${said && said.reports.length > 0 && html`<div class="scroll"><table><thead><tr><th>Report</th><th>Says</th><th>Written</th><th class="number">Size</th></tr></thead>
      <tbody>${said.reports.map((each) => html`<tr>
        <th scope="row">${needsToken ? html`<button class="bare" onClick=${() => fetched(each.name)}>${each.name}</button>`
          : html`<a href=${address(`/reports/${each.name.split('/').map(encodeURIComponent).join('/')}`)} target="_blank" rel="noopener">${each.name}</a>`}</th>
        <td>${each.title}</td><td class="nowrap">${new Date(each.written).toLocaleString('sv')}</td><td class="number">${bytes(each.size)}</td></tr>`)}</tbody></table></div>`}
  </div>`;
}
