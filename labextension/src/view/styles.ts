import answer from './answer.css';
import approval from './approval.css';
import code from './code.css';
import exhibits from './exhibits.css';
import frames from './frames.css';
import header from './header.css';
import replay from './replay.css';
import run from './run.css';
import { addSheet } from './sheet';
import steering from './steering.css';
import texts from './texts.css';
import timeline from './timeline.css';

const css = [run, header, answer, texts, exhibits, timeline, frames, steering, replay, approval, code].join('\n');

/** Names the style sheet, so that equal ones of several widgets and of the extension stand on a page once. */
const STAMP = `${css.length}-${checksum(css)}`;

/** Add the styles of a run where `node` stands. */
export function addStyles(node: Node): void {
  addSheet(node, STAMP, css);
}

function checksum(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) {
    sum = (sum * 31 + text.charCodeAt(index)) | 0;
  }
  return sum >>> 0;
}
