/** Colours for code, by highlight.js, in the languages that answers mostly hold. */

import DOMPurify from 'dompurify';
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import markdown from 'highlight.js/lib/languages/markdown';
import python from 'highlight.js/lib/languages/python';
import r from 'highlight.js/lib/languages/r';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

const LANGUAGES = { bash, css, javascript, json, markdown, python, r, sql, typescript, xml, yaml };
for (const [name, language] of Object.entries(LANGUAGES)) {
  hljs.registerLanguage(name, language);
}

/** Longer code stays plain: colouring it would hold up the page. */
const LONGEST = 50_000;

/** The HTML of `code`, escaped, with a `span` for each coloured piece; null for a language that is not known. */
export function coloured(code: string, language: string): string | null {
  if (code.length > LONGEST || hljs.getLanguage(language) === undefined) {
    return null;
  }
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}

/** Colour the blocks of code in `root` that name their language. */
export function colourCode(root: ParentNode): void {
  for (const block of root.querySelectorAll('pre > code[class^="language-"]')) {
    const html = coloured(block.textContent ?? '', block.className.slice('language-'.length));
    if (html !== null) {
      block.replaceChildren(
        DOMPurify.sanitize(html, { RETURN_DOM_FRAGMENT: true, ALLOWED_TAGS: ['span'], ALLOWED_ATTR: ['class'] })
      );
    }
  }
}
