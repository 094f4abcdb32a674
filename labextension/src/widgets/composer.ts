/** The line of a chat (anywidget): Enter says what stands in it, Shift-Enter begins a new one; it stays in sight. */

import type { AnyModel, Render } from '@anywidget/types';
import { __ } from '../texts';
import { element } from '../view/dom';
import { heed, lasting } from '../view/model';

interface Traits {
  value: string;
  placeholder: string;
  [trait: string]: unknown;
}

/** Lines up to which it grows with its text. */
const TALLEST = 12;

export default {
  render({ model, el, signal }: Parameters<Render<Traits>>[0]) {
    const line = element('textarea', {
      class: 'wsn-composer',
      rows: '1',
      'aria-label': __('Your words'),
      'aria-description': __('Enter sends them, Shift and Enter begin a new line.'),
      // Shift-Enter is the notebook's too.
      'data-lm-suppress-shortcuts': 'true'
    });
    el.append(line);
    line.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || event.isComposing) {
        return;
      }
      // Not left to the page: notebooks take Shift and Enter for themselves.
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey) {
        line.setRangeText('\n', line.selectionStart, line.selectionEnd, 'end');
        line.dispatchEvent(new Event('input'));
      } else {
        model.send({ kind: 'submit', value: line.value });
      }
    });
    return lasting(signal, over => {
      follow(model, line, over);
      stayInSight(line, over);
    });
  }
};

function follow(model: AnyModel<Traits>, line: HTMLTextAreaElement, signal: AbortSignal): void {
  const grow = (): void => {
    line.rows = Math.min(TALLEST, line.value.split('\n').length);
  };
  const take = (): void => {
    const value = model.get('value');
    if (line.value !== value) {
      line.value = value;
      grow();
    }
  };
  const name = (): void => {
    line.placeholder = model.get('placeholder');
  };
  line.addEventListener('input', grow);
  // Not at every key: an answer of the kernel to an earlier one would undo the later ones. A button takes the focus first.
  line.addEventListener('change', () => {
    model.set('value', line.value);
    model.save_changes();
  });
  heed(model, 'change:value', take, signal);
  heed(model, 'change:placeholder', name, signal);
  take();
  name();
}

/** While the chat above grows, the line that was in sight stays so. */
function stayInSight(line: HTMLElement, signal: AbortSignal): void {
  let inSight = false;
  const sight = new IntersectionObserver(entries => {
    inSight = entries.at(-1)?.isIntersecting ?? false;
  });
  // Observers of size are told before those of sight: the line is still where it was seen last.
  const size = new ResizeObserver(() => {
    if (inSight) {
      line.scrollIntoView({ block: 'nearest' });
    }
  });
  sight.observe(line);
  const begin = requestAnimationFrame(() => size.observe(line.closest('.wsn-chat') ?? line));
  signal.addEventListener('abort', () => {
    cancelAnimationFrame(begin);
    sight.disconnect();
    size.disconnect();
  });
}
