/** The Python that asks the same again. Pure. */

import { callsOf, type Run } from '../bundle';

export function pythonOf(run: Run): string {
  const { provider, model } = run.session;
  const settings = [provider === '' ? '' : `provider=${literal(provider)}`, model === '' ? '' : `model=${literal(model)}`];
  const names = [...new Set(callsOf(run).map(call => call.name))].filter(name => /^[a-zA-Z_]\w*$/.test(name));
  const tools = names.length > 0 ? [`tools=[${names.join(', ')}]`] : [];
  return [
    'import ws_notebook as wsn',
    '',
    `session = wsn.Session(${[...settings, ...tools].filter(Boolean).join(', ')})`,
    `run = session.ask(${literal(run.prompt)})`,
    'print(run.text)',
    ''
  ].join('\n');
}

/** JSON's strings are Python's, but for a few characters that end lines here and not there. */
function literal(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, character =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}
