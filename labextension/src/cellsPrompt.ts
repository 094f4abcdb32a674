/** The editor of a cell that begins with %%responses: Markdown below the first line, options marked, a badge behind it. */

import { language, StreamLanguage, type Language } from '@codemirror/language';
import { Prec, StateEffect, StateField, type EditorState, type Extension, type Text } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  WidgetType,
  type DecorationSet,
  type ViewUpdate
} from '@codemirror/view';
import type { Badge } from './cellsBadges';
import { BEGINNING_LENGTH, isPromptText, promptMarks } from './cellsLine';
import { element } from './view/dom';

/** What an editor asks of the rest. */
export interface PromptHost {
  /** Whether a prompt is to look like one; otherwise it looks as any cell. */
  looks(): boolean;
  /** The language of prompts; null: the cell's own. */
  language(): Language | null;
  badge(): Badge | null;
  /** Have it called when one of the two may have changed. Returns how to end that. */
  listen(listener: () => void): () => void;
  readonly stopLabel: string;
}

/** What JupyterLab gives a cell whose toolbar would cover its first line. */
const OVERLAP = 'jp-toolbar-overlap';
/** Characters; the badge's words are cut at about this width. */
const WIDE = 30;

/** The badge, or the language of prompts, may be another one. */
const refresh = StateEffect.define<null>();

export function promptExtension(host: PromptHost): Extension {
  const prompt = promptField();
  const look = lookField(prompt, host);
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
    marksPlugin(look),
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

/** Whether the document is a prompt that is to look like one. */
function lookField(prompt: StateField<boolean>, host: PromptHost): StateField<boolean> {
  return StateField.define<boolean>({
    create: state => state.field(prompt) && host.looks(),
    update: (look, transaction) => {
      const is = transaction.state.field(prompt);
      const again = is !== transaction.startState.field(prompt) || transaction.effects.some(effect => effect.is(refresh));
      return again ? is && host.looks() : look;
    }
  });
}

/** The language of prompts before the cell's own, where the document is one. Follows from the text: undo takes it back. */
function languageField(prompt: StateField<boolean>, host: PromptHost): Extension {
  const chosen = StateField.define<Language | null>({
    create: state => (state.field(prompt) ? host.language() : null),
    update: (value, transaction) => {
      const is = transaction.state.field(prompt);
      if (is !== transaction.startState.field(prompt) || transaction.effects.some(effect => effect.is(refresh))) {
        return is ? host.language() : null;
      }
      return value;
    }
  });
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

/** A word of Python in braces, which the magic replaces by its value. */
const EXPRESSIONS = new MatchDecorator({
  regexp: /(?<!\{)\{[A-Za-z_(][^{}\n]*\}(?!\})/g,
  decoration: Decoration.mark({ class: 'wsn-cm-expression' })
});

/** Marks the first line's options and the expressions of the lines in view. */
function marksPlugin(look: StateField<boolean>): Extension {
  class Marks {
    head: DecorationSet = Decoration.none;
    body: DecorationSet = Decoration.none;

    constructor(view: EditorView) {
      if (view.state.field(look)) {
        this.head = headMarks(view.state);
        this.body = EXPRESSIONS.createDeco(view);
      }
    }

    update(update: ViewUpdate): void {
      if (!update.state.field(look)) {
        this.head = this.body = Decoration.none;
        return;
      }
      if (!update.startState.field(look)) {
        this.head = headMarks(update.state);
        this.body = EXPRESSIONS.createDeco(update.view);
        return;
      }
      if (update.docChanged && update.changes.touchesRange(0, update.startState.doc.line(1).to) !== false) {
        this.head = headMarks(update.state);
      }
      this.body = EXPRESSIONS.updateDeco(update, this.body);
    }
  }
  return ViewPlugin.fromClass(Marks, {
    provide: plugin => [
      EditorView.decorations.of(view => view.plugin(plugin)?.head ?? Decoration.none),
      EditorView.decorations.of(view => view.plugin(plugin)?.body ?? Decoration.none)
    ]
  });
}

function headMarks(state: EditorState): DecorationSet {
  const kinds = { magic: MAGIC, flag: FLAG, value: VALUE };
  const marks = promptMarks(state.doc.line(1).text).map(({ kind, from, to }) => kinds[kind].range(from, to));
  return Decoration.set([HEAD_LINE.range(0), ...marks]);
}

function badgePlugin(prompt: StateField<boolean>, host: PromptHost): Extension {
  class BadgePlace {
    shown: DecorationSet = Decoration.none;
    private readonly end: () => void;
    private gone = false;

    constructor(private readonly view: EditorView) {
      this.end = host.listen(() => this.onNews());
      this.shown = this.draw(view.state);
      this.makeRoom();
    }

    update(update: ViewUpdate): void {
      const changed = update.state.field(prompt) !== update.startState.field(prompt);
      if (changed || update.transactions.some(each => each.effects.some(effect => effect.is(refresh)))) {
        this.shown = this.draw(update.state);
        this.makeRoom();
      } else if (update.docChanged && this.shown !== Decoration.none) {
        this.shown = this.moved(update);
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
      const badge = state.field(prompt) ? host.badge() : null;
      if (badge === null) {
        return Decoration.none;
      }
      const widget = new BadgeWidget(badge, host.stopLabel);
      return Decoration.set(Decoration.widget({ widget, side: 1 }).range(state.doc.line(1).to));
    }

    private moved(update: ViewUpdate): DecorationSet {
      // Behind the first line whatever is written there: a line break in it leaves the badge on the upper half.
      const touched = update.changes.touchesRange(0, update.startState.doc.line(1).to) !== false;
      return touched ? this.draw(update.state) : this.shown;
    }
  }
  return ViewPlugin.fromClass(BadgePlace, { decorations: place => place.shown });
}

/** The badge in the page. */
class BadgeWidget extends WidgetType {
  constructor(
    private readonly badge: Badge,
    private readonly stopLabel: string
  ) {
    super();
  }

  override eq(other: BadgeWidget): boolean {
    const one = this.badge;
    const two = other.badge;
    return (
      one.words === two.words &&
      one.status === two.status &&
      one.stale === two.stale &&
      (one.stop === null) === (two.stop === null)
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
      words.title = badge.words.length > WIDE ? badge.words : '';
    }
    node.querySelector('button')?.remove();
    if (badge.stop !== null) {
      const stop = badge.stop;
      const button = element('button', { class: 'wsn-badge-stop', type: 'button', text: this.stopLabel });
      button.addEventListener('click', () => {
        button.disabled = true;
        stop();
      });
      node.append(button);
    }
  }
}
