/** The words of a bundle: kinds of time, statuses, decisions. Pure: a script leaves out what it does not use of these. */

import { calls, decisions, kinds, runs, steers } from '../../../ws_notebook/render/words.json';

export type Kind = keyof typeof kinds;
/** The kinds of time, in the order of the legend. */
export const KINDS = /* @__PURE__ */ Object.keys(kinds) as readonly Kind[];

export type RunStatus = keyof typeof runs;
export const RUN_STATUSES = /* @__PURE__ */ Object.keys(runs) as readonly RunStatus[];

export type CallStatus = keyof typeof calls;
export const CALL_STATUSES = /* @__PURE__ */ Object.keys(calls) as readonly CallStatus[];

export type SteerStatus = keyof typeof steers;
export const STEER_STATUSES = /* @__PURE__ */ Object.keys(steers) as readonly SteerStatus[];

export type Decision = keyof typeof decisions;
export const DECISIONS = /* @__PURE__ */ Object.keys(decisions) as readonly Decision[];
