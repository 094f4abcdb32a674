/** Markdown by marked, made safe by DOMPurify: for the live widget, and wherever there is no JupyterLab. */

import DOMPurify, { type Config } from 'dompurify';
import { Marked, type MarkedExtension } from 'marked';
import { element } from './dom';
import { leftOut } from './omitted';
import { tags } from './tags';
import { formulas } from './tex';

/** Web and mail addresses, and places on the page itself; never javascript:, data: or a file. */
const SAFE_LINK = /^(?:(?:https?|mailto):|#)/i;

const CONFIG: Config & { RETURN_DOM_FRAGMENT: true } = {
  RETURN_DOM_FRAGMENT: true,
  USE_PROFILES: { html: true },
  FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select', 'dialog', 'audio', 'video', 'source'],
  FORBID_ATTR: ['style', 'id', 'name', 'srcset', 'background', 'autofocus', 'tabindex', 'popover'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: SAFE_LINK,
  // All other attributes are measured as addresses.
  ADD_URI_SAFE_ATTR: ['align', 'start']
};

/** One box for each task, and no dot beside it. */
const boxes: MarkedExtension = {
  renderer: {
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    listitem(item) {
      return item.task ? `<li class="wsn-task">${this.parser.parse(item.tokens)}</li>\n` : false;
    }
  }
};

const parser = new Marked({ gfm: true }, formulas, tags, boxes);

/** Safe nodes of a text, formulas and code still as text. */
export function safeMarkdown(source: string): DocumentFragment {
  return safeNodes(parser.parse(source, { async: false }));
}

/** The classes of coloured code, of formulas that are still text, and of tasks. */
const CODE_CLASS = /^(?:language-[\w-]+|cm-[\w-]+|\u037c\w*|wsn-tex|wsn-task)$/;

/** Blocks that run as their own text does, from the left or from the right. */
const DIRECTED = 'p, h1, h2, h3, h4, h5, h6, ul, ol, li, blockquote, td, th';

/** What of `html` does no harm. */
export function safeNodes(html: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, CONFIG);
  for (const node of fragment.querySelectorAll('[class]')) {
    const kept = [...node.classList].filter(name => CODE_CLASS.test(name));
    if (kept.length > 0) {
      node.setAttribute('class', kept.join(' '));
    } else {
      node.removeAttribute('class');
    }
  }
  for (const block of fragment.querySelectorAll(DIRECTED)) {
    block.setAttribute('dir', 'auto');
  }
  for (const code of fragment.querySelectorAll('pre, code')) {
    code.setAttribute('dir', 'ltr');
  }
  for (const link of fragment.querySelectorAll('a')) {
    if (!SAFE_LINK.test(link.getAttribute('href') ?? '')) {
      link.removeAttribute('href');
    }
    link.rel = 'noopener noreferrer';
    link.target = '_blank';
  }
  for (const image of fragment.querySelectorAll('img')) {
    image.replaceWith(imageLink(image));
  }
  return fragment;
}

/** A model's image is not fetched unasked: its address can carry data away. One that is data is left out. */
function imageLink(image: HTMLImageElement): Node | string {
  const address = image.getAttribute('src') ?? '';
  if (/^data:/i.test(address)) {
    return element('em', { class: 'wsn-left-out', text: leftOut(image.alt) });
  }
  const text = image.alt || 'image';
  return SAFE_LINK.test(address)
    ? element('a', { href: address, rel: 'noopener noreferrer', target: '_blank', text })
    : text;
}
