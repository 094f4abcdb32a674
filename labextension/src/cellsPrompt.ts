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
import { promptMarks } from './cellsLine';
import { element } from './view/dom';

/** What an editor asks of the rest. */
export interface PromptHost {
  /** The language of prompts; null: the cell's own. */
  language(): Language | null;
  badge(): Badge | null;
  /** Have it called when one of the two may have changed. Returns how to end that. */
  listen(listener: () => void): () => void;
  readonly stopLabel: string;
}

/** The badge, or the language of prompts, may be another one. */
const refresh = StateEffect.define<null>();

export function promptExtension(host: PromptHost): Extension {
  const prompt = promptField();
  return [
    prompt,
    languageField(prompt, host),
    EditorView.editorAttributes.compute([prompt], (state): Record<string, string> =>
      state.field(prompt) ? { class: 'wsn-prompt-editor' } : {}
    ),
    marksPlugin(prompt),
    badgePlugin(prompt, host)
  ];
}

function isPrompt(doc: Text): boolean {
  return /^%%responses(?:\s|$)/.test(doc.sliceString(0, 13));
}

/** Whether the document is a prompt. Looks again only when a change touches the beginning. */
function promptField(): StateField<boolean> {
  return StateField.define<boolean>({
    create: state => isPrompt(state.doc),
    update: (is, transaction) =>
      transaction.docChanged && transaction.changes.touchesRange(0, 13) !== false ? isPrompt(transaction.newDoc) : is
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
function marksPlugin(prompt: StateField<boolean>): Extension {
  class Marks {
    head: DecorationSet = Decoration.none;
    body: DecorationSet = Decoration.none;

    constructor(view: EditorView) {
      if (view.state.field(prompt)) {
        this.head = headMarks(view.state);
        this.body = EXPRESSIONS.createDeco(view);
      }
    }

    update(update: ViewUpdate): void {
      if (!update.state.field(prompt)) {
        this.head = this.body = Decoration.none;
        return;
      }
      if (!update.startState.field(prompt)) {
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
    }

    update(update: ViewUpdate): void {
      const changed = update.state.field(prompt) !== update.startState.field(prompt);
      if (changed || update.transactions.some(each => each.effects.some(effect => effect.is(refresh)))) {
        this.shown = this.draw(update.state);
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
    const words = node.firstElementChild;
    if (words !== null) {
      words.textContent = badge.words;
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
