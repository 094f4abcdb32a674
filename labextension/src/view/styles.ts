import answer from './answer.css';
import approval from './approval.css';
import code from './code.css';
import exhibits from './exhibits.css';
import frames from './frames.css';
import header from './header.css';
import replay from './replay.css';
import run from './run.css';
import steering from './steering.css';
import texts from './texts.css';
import timeline from './timeline.css';

const css = [run, header, answer, texts, exhibits, timeline, frames, steering, replay, approval, code].join('\n');

/** Stamps the style sheet, so that equal ones of several widgets and of the extension stand on a page once. */
const STAMP = `${css.length}-${checksum(css)}`;

/** Add the view's styles where `node` stands: the page, or the shadow root that holds it. */
export function addStyles(node: Node): void {
  const root = node.getRootNode();
  const home = root instanceof ShadowRoot ? root : document.head;
  if (home.querySelector(`style[data-wsn="${STAMP}"]`) === null) {
    const style = document.createElement('style');
    style.setAttribute('data-wsn', STAMP);
    style.textContent = css;
    home.append(style);
  }
}

function checksum(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) {
    sum = (sum * 31 + text.charCodeAt(index)) | 0;
  }
  return sum >>> 0;
}
