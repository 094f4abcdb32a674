/** The switch for faults on demand (anywidget): the rules that are set, how often each happened, and a form for another. */

import type { AnyModel, Render } from '@anywidget/types';
import { __ } from '../texts';
import { element, setText } from '../view/dom';
import { heed, lasting } from '../view/model';

interface Rule {
  readonly rule: string;
  readonly seen: number;
  readonly happened: number;
}

interface Traits {
  rules: Rule[];
  note: string;
  actions: [name: string, words: string, argument: boolean][];
  events: string[];
  [trait: string]: unknown;
}

const STYLE = `
.wsn-faults { display: flex; flex-direction: column; gap: 8px; padding: 10px 12px; max-width: 62em;
  border: 1px solid var(--jp-border-color2, #c4cad4); border-radius: 8px; line-height: 1.45;
  color: var(--jp-ui-font-color1, #16191d); }
.wsn-faults form { display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: end; margin: 0; }
.wsn-faults label { display: flex; flex-direction: column; font-size: 90%; color: var(--jp-ui-font-color2, #555c66); }
.wsn-faults label.wsn-faults-every { flex-direction: row; align-items: center; gap: 4px; padding-bottom: 5px; }
.wsn-faults :is(select, input:not([type=checkbox]), button) { box-sizing: border-box; height: 28px; padding: 2px 8px;
  font: inherit; font-size: 13px; color: var(--jp-ui-font-color0, #16191d); background: var(--jp-layout-color1, #fff);
  border: 1px solid var(--jp-border-color1, #b0b7c3); border-radius: 4px; }
.wsn-faults select { max-width: 17em; }
.wsn-faults button { cursor: pointer; }
.wsn-faults button[disabled] { cursor: default; opacity: 0.55; }
.wsn-faults :is(select, input, button):focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px; }
.wsn-faults ul { display: flex; flex-direction: column; gap: 4px; margin: 0; padding: 0; list-style: none; }
.wsn-faults li { display: flex; gap: 10px; align-items: center; }
.wsn-faults li code { overflow-wrap: anywhere; }
.wsn-faults-count { flex: 1; }
.wsn-faults-count[data-struck] { color: var(--jp-error-color1, #b3261e); }
.wsn-faults-count, .wsn-faults-words, .wsn-faults-none { color: var(--jp-ui-font-color2, #555c66); font-size: 90%; }
.wsn-faults-note { color: var(--jp-error-color1, #b3261e); }
.wsn-faults-note:empty { display: none; }
`;

export default {
  render({ model, el, signal }: Parameters<Render<Traits>>[0]) {
    const list = element('ul', { 'aria-label': __('Faults that are set'), 'aria-live': 'polite' });
    const note = element('div', { class: 'wsn-faults-note', role: 'alert' });
    const off = element('button', { type: 'button', text: __('All off') });
    off.addEventListener('click', () => model.send({ kind: 'set', rules: [] }));
    // Shift-Enter is the notebook's too.
    const looks = { class: 'wsn-faults', role: 'group', 'aria-label': __('Faults on demand'), 'data-lm-suppress-shortcuts': 'true' };
    el.append(element('div', looks, element('style', { text: STYLE }), form(model, off), list, note));
    const showRules = (): void => {
      const rules = model.get('rules');
      list.replaceChildren(...(rules.length === 0 ? [none()] : rules.map((each, index) => item(model, each, index))));
      off.disabled = rules.length === 0;
    };
    const showNote = (): void => setText(note, model.get('note'));
    showRules();
    showNote();
    return lasting(signal, over => {
      heed(model, 'change:rules', showRules, over);
      heed(model, 'change:note', showNote, over);
    });
  }
};

function none(): HTMLElement {
  return element('li', { class: 'wsn-faults-none', text: __('No fault is set: everything goes well.') });
}

function item(model: AnyModel<Traits>, { rule, seen, happened }: Rule, index: number): HTMLElement {
  const words = happened > 0 ? __('happened %1 ×', happened) : __('not yet; %1 such events so far', seen);
  const count = element('span', { class: 'wsn-faults-count', text: words, ...(happened > 0 ? { 'data-struck': '' } : {}) });
  const remove = element('button', { type: 'button', text: __('Remove'), 'aria-label': __('Remove %1', rule) });
  remove.addEventListener('click', () => {
    const others = model.get('rules').filter((_, place) => place !== index);
    model.send({ kind: 'set', rules: others.map(each => each.rule) });
  });
  return element('li', {}, element('code', { text: rule }), count, remove);
}

/** A form of one rule: ACTION [ARGUMENT] at EVENT [N | every N]. */
function form(model: AnyModel<Traits>, off: HTMLButtonElement): HTMLElement {
  const actions = model.get('actions');
  const action = choice(actions.map(([name]) => name));
  const argument = element('input', { size: '9' });
  const event = choice(model.get('events'));
  const number = element('input', { type: 'number', min: '1', value: '1', style: 'width: 5em' });
  const every = element('input', { type: 'checkbox' });
  const words = element('div', { class: 'wsn-faults-words' });
  const given = labelled(__('argument'), argument);
  const follow = (): void => {
    const chosen = actions.find(([name]) => name === action.value);
    setText(words, chosen === undefined ? '' : `${chosen[0]}: ${chosen[1]}.`.replaceAll('`', ''));
    given.hidden = chosen?.[2] !== true;
    given.style.display = given.hidden ? 'none' : '';
  };
  event.value = 'response.output_text.delta';
  action.addEventListener('change', follow);
  follow();
  const add = element('button', { text: __('Add') });
  const fields = element(
    'form',
    {},
    labelled(__('what happens'), action),
    given,
    labelled(__('at'), event),
    labelled(__('number'), number),
    element('label', { class: 'wsn-faults-every' }, every, __('every time')),
    add,
    off
  );
  fields.addEventListener('keydown', event => {
    // Notebooks take Enter for themselves.
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      event.stopPropagation();
      add.click();
    }
  });
  fields.addEventListener('submit', submitted => {
    submitted.preventDefault();
    const times = `${every.checked ? 'every ' : ''}${number.value || '1'}`;
    const what = given.hidden ? action.value : `${action.value} ${argument.value.trim()}`;
    const rules = model.get('rules').map(({ rule }) => rule);
    model.send({ kind: 'set', rules: [...rules, `${what.trim()} at ${event.value} ${times}`] });
  });
  return element('div', {}, fields, words);
}

function choice(names: readonly string[]): HTMLSelectElement {
  return element('select', {}, ...names.map(text => element('option', { text })));
}

function labelled(name: string, control: HTMLElement): HTMLElement {
  // Of a list a label around it would read all choices too.
  control.setAttribute('aria-label', name);
  return element('label', {}, element('span', { text: name, 'aria-hidden': 'true' }), control);
}
