/** Only notebooks that look like users of this package have their kernel asked. */

const USERS = /ws_notebook|%%responses/;

/** Whether a cell's source makes its notebook look like one. */
export function mentionsUs(source: string): boolean {
  return USERS.test(source);
}
