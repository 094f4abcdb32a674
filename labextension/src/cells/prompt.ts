/** The editor of a cell that begins with %%responses: Markdown below the first line, options marked, a badge behind it. */

import { language, StreamLanguage, type Language } from '@codemirror/language';
import { Prec, StateEffect, StateField, type EditorState, type Extension, type Text } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  ViewPlugin,
  WidgetType,
  type DecorationSet,
  type ViewUpdate
} from '@codemirror/view';
import { __ } from '../texts';
import { element } from '../view/dom';
import type { Badge } from './badges';
import { BEGINNING_LENGTH, isPromptText, promptMarks } from './line';
import { valuesIn } from './values';

/** What an editor asks of the rest. */
export interface PromptHost {
  /** Whether a prompt is to look like one; otherwise it looks as any cell. */
  looks(): boolean;
  /** The language of prompts; null: the cell's own. */
  language(): Language | null;
  /** `source`: what the cell says. */
  badge(source: string): Badge | null;
  /** Have it called when one of the two may have changed. Returns how to end that. */
  listen(listener: () => void): () => void;
}

/** What JupyterLab gives a cell whose toolbar would cover its first line. */
const OVERLAP = 'jp-toolbar-overlap';
/** Characters; the badge's words are cut at about this width. */
const WIDE = 40;

/** The badge, or the language of prompts, may be another one. */
const refresh = StateEffect.define<null>();

export function promptExtension(host: PromptHost): Extension {
  const prompt = promptField();
  const look = askedField(prompt, () => host.looks(), false);
  return [
    prompt,
    look,
    languageField(prompt, host),
    EditorView.editorAttributes.compute([prompt, look], (state): Record<string, string> => {
      if (!state.field(prompt)) {
        return {};
      }
      return { class: state.field(look) ? 'wsn-prompt-editor wsn-prompt-look' : 'wsn-prompt-editor' };
    }),
    marksField(look),
    wrapping(look),
    EditorView.contentAttributes.compute([prompt], (state): Record<string, string> => (state.field(prompt) ? { 'aria-label': __('Prompt') } : {})),
    badgePlugin(prompt, host)
  ];
}

function isPrompt(doc: Text): boolean {
  return isPromptText(doc.sliceString(0, BEGINNING_LENGTH));
}

/** Whether the document is a prompt. Looks again only when a change touches the beginning. */
function promptField(): StateField<boolean> {
  return StateField.define<boolean>({
    create: state => isPrompt(state.doc),
    update: (is, transaction) =>
      transaction.docChanged && transaction.changes.touchesRange(0, BEGINNING_LENGTH) !== false ? isPrompt(transaction.newDoc) : is
  });
}

/** What the host says of a prompt, asked again when that may be something else; `otherwise` where the document is none. */
function askedField<T>(prompt: StateField<boolean>, ask: () => T, otherwise: T): StateField<T> {
  return StateField.define<T>({
    create: state => (state.field(prompt) ? ask() : otherwise),
    update: (value, transaction) => {
      const is = transaction.state.field(prompt);
      const again = is !== transaction.startState.field(prompt) || transaction.effects.some(effect => effect.is(refresh));
      return again ? (is ? ask() : otherwise) : value;
    }
  });
}

/** The language of prompts before the cell's own, where the document is one. Follows from the text: undo takes it back. */
function languageField(prompt: StateField<boolean>, host: PromptHost): Extension {
  const chosen = askedField(prompt, () => host.language(), null);
  const provided = language.computeN([chosen], state => {
    const found = state.field(chosen);
    return found === null ? [] : [found];
  });
  return [chosen, Prec.highest(provided), Prec.lowest(language.of(plain))];
}

/** Where the cell's own language has not been loaded yet: an editor that may have one must have one. */
const plain = StreamLanguage.define({
  token: stream => {
    stream.skipToEnd();
    return null;
  }
});

const MAGIC = Decoration.mark({ class: 'wsn-cm-magic' });
const FLAG = Decoration.mark({ class: 'wsn-cm-flag' });
const VALUE = Decoration.mark({ class: 'wsn-cm-value' });
const HEAD_LINE = Decoration.line({ class: 'wsn-cm-head' });

const EXPRESSION = Decoration.mark({ class: 'wsn-cm-expression' });

/** Marks the first line's options, and the values below it. */
function marksField(look: StateField<boolean>): Extension {
  const marks = StateField.define<DecorationSet>({
    create: state => (state.field(look) ? allMarks(state) : Decoration.none),
    update: (value, { docChanged, state, startState }) => {
      const is = state.field(look);
      return docChanged || is !== startState.field(look) ? (is ? allMarks(state) : Decoration.none) : value;
    },
    provide: field => Prec.lowest(EditorView.decorations.from(field))
  });
  return marks;
}

function allMarks({ doc }: EditorState): DecorationSet {
  const kinds = { magic: MAGIC, flag: FLAG, value: VALUE };
  const head = doc.line(1);
  const words = promptMarks(head.text).map(({ kind, from, to }) => kinds[kind].range(from, to));
  const begin = Math.min(head.to + 1, doc.length);
  const values = valuesIn(doc.sliceString(begin, doc.length)).map(({ from, to }) => EXPRESSION.range(begin + from, begin + to));
  return Decoration.set([HEAD_LINE.range(0), ...words, ...values]);
}

/** Long lines wrap, whatever the notebook's setting: a prompt is words. */
function wrapping(look: StateField<boolean>): Extension {
  return EditorView.contentAttributes.compute([look], (state): Record<string, string> =>
    state.field(look) ? { class: 'cm-lineWrapping' } : {}
  );
}

function badgePlugin(prompt: StateField<boolean>, host: PromptHost): Extension {
  class BadgePlace {
    shown: DecorationSet = Decoration.none;
    private words = '';
    private readonly end: () => void;
    private gone = false;

    constructor(private readonly view: EditorView) {
      this.end = host.listen(() => this.onNews());
      this.shown = this.draw(view.state);
      this.makeRoom();
    }

    update(update: ViewUpdate): void {
      const changed = update.state.field(prompt) !== update.startState.field(prompt);
      const again = changed || update.transactions.some(each => each.effects.some(effect => effect.is(refresh)));
      if (again || update.docChanged) {
        const before = this.words;
        this.shown = this.draw(update.state);
        if (again || this.words !== before) {
          this.makeRoom();
        }
      }
    }

    destroy(): void {
      this.gone = true;
      this.end();
    }

    private onNews(): void {
      // News may come while the editor is at work on something else.
      queueMicrotask(() => {
        if (!this.gone && this.view.state.field(prompt)) {
          this.view.dispatch({ effects: refresh.of(null) });
        }
      });
    }

    /** A toolbar that JupyterLab lays over the cell's upper corner gives way to the badge, as it does to the first line. */
    private makeRoom(): void {
      this.view.requestMeasure({
        key: this,
        read: () => {
          const cell = this.view.dom.closest('.jp-Cell');
          const badge = this.view.dom.querySelector('.wsn-badge');
          const bar = cell?.querySelector('.jp-cell-toolbar');
          if (!cell || !badge || !bar) {
            return null;
          }
          const was = cell.classList.contains(OVERLAP);
          cell.classList.remove(OVERLAP);
          const covers = badge.getBoundingClientRect().right > bar.getBoundingClientRect().left;
          cell.classList.toggle(OVERLAP, was);
          return { cell, covers };
        },
        write: found => {
          found?.cell.classList.toggle(OVERLAP, found.covers);
        }
      });
    }

    private draw(state: EditorState): DecorationSet {
      const badge = state.field(prompt) ? host.badge(state.doc.toString()) : null;
      this.words = badge?.words ?? '';
      if (badge === null) {
        return Decoration.none;
      }
      const widget = new BadgeWidget(badge);
      return Decoration.set(Decoration.widget({ widget, side: 1 }).range(state.doc.line(1).to));
    }
  }
  return ViewPlugin.fromClass(BadgePlace, { decorations: place => place.shown });
}

/** The badge in the page. */
class BadgeWidget extends WidgetType {
  constructor(private readonly badge: Badge) {
    super();
  }

  override eq(other: BadgeWidget): boolean {
    const one = this.badge;
    const two = other.badge;
    return (
      one.words === two.words &&
      one.status === two.status &&
      one.stale === two.stale &&
      one.title === two.title &&
      one.button?.kind === two.button?.kind
    );
  }

  toDOM(): HTMLElement {
    const node = element(
      'span',
      { class: 'wsn-badge', contenteditable: 'false' },
      element('span', { class: 'wsn-badge-words' })
    );
    this.fill(node);
    return node;
  }

  override updateDOM(node: HTMLElement): boolean {
    this.fill(node);
    return true;
  }

  override ignoreEvent(): boolean {
    return true;
  }

  private fill(node: HTMLElement): void {
    const { badge } = this;
    node.dataset['wsnStatus'] = badge.status;
    node.dataset['wsnStale'] = String(badge.stale);
    node.title = badge.title;
    const words = node.querySelector<HTMLElement>('.wsn-badge-words');
    if (words !== null) {
      words.textContent = badge.words;
      words.title = badge.words.length > WIDE ? `${badge.words}\n${badge.title}` : '';
    }
    node.querySelector('button')?.remove();
    if (badge.button !== null) {
      const { kind, label, press } = badge.button;
      const button = element('button', { class: `wsn-badge-button wsn-badge-${kind}`, type: 'button', text: label });
      button.addEventListener('click', () => {
        button.disabled = true;
        press();
      });
      node.append(button);
    }
  }
}
