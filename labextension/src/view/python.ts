/** The Python that asks the same again. Pure. */

import { callsOf, type Call, type Run } from '../run/bundle';

export function pythonOf(run: Run): string {
  const { provider, model, address, profile } = run.session;
  const settings = Object.entries({ provider: address || provider, profile, model })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${literal(value)}`);
  const offered = callsOf(run).filter(call => !isUnknown(call));
  const names = [...new Set(offered.map(call => call.name))].filter(name => /^[a-zA-Z_]\w*$/.test(name));
  const tools = names.length > 0 ? [`tools=[${names.join(', ')}]`] : [];
  return [
    'import ws_notebook as wsn',
    '',
    `session = wsn.Session(${[...settings, ...tools].join(', ')})`,
    `run = session.ask(${literal(run.prompt)})`,
    'print(run.text)',
    ''
  ].join('\n');
}

/** Whether the model called a tool that there is not. */
function isUnknown(call: Call): boolean {
  return call.status === 'failed' && /^\{"error": ?\{"type": ?"unknown_tool"/.test(call.output ?? '');
}

/** JSON's strings are Python's, but for a few characters that end lines here and not there. */
function literal(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, character =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}
