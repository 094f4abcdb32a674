/** A button that opens a menu of other buttons: those that have no room beside it. */

import { __ } from '../texts';
import { element, setAttribute, show } from './dom';
import { MOVES } from './keys';

export class Menu {
  readonly node = element('div', { class: 'wsn-menu' });
  private readonly button = element('button', {
    class: 'wsn-button wsn-menu-button',
    type: 'button',
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
    text: '⋯'
  });
  /** In the top layer, since the run's own box would cut it off. */
  private readonly list = element('div', { class: 'wsn-menu-list', role: 'menu', popover: 'manual', 'data-lm-suppress-shortcuts': 'true' });

  constructor(signal: AbortSignal) {
    setAttribute(this.button, 'aria-label', __('More'));
    setAttribute(this.list, 'aria-label', __('More'));
    this.node.append(this.button, this.list);
    this.button.addEventListener('click', () => this.setOpen(!this.isOpen), { signal });
    this.button.addEventListener('keydown', event => this.onButtonKey(event), { signal });
    this.list.addEventListener('keydown', event => this.onKey(event), { signal });
    this.list.addEventListener('click', event => this.onChosen(event), { signal });
    this.node.addEventListener('focusout', event => this.onFocusOut(event), { signal });
    document.addEventListener('pointerdown', event => this.onOutside(event), { signal, capture: true });
    document.addEventListener('scroll', event => this.onScroll(event), { signal, capture: true, passive: true });
    signal.addEventListener('abort', () => this.setOpen(false));
  }

  get isOpen(): boolean {
    return this.button.getAttribute('aria-expanded') === 'true';
  }

  /** Hold these buttons, in this order; the ones that were held before are the caller's again. */
  hold(buttons: readonly HTMLButtonElement[]): void {
    for (const button of buttons) {
      setAttribute(button, 'role', 'menuitem');
      setAttribute(button, 'tabindex', '-1');
    }
    this.list.replaceChildren(...buttons);
    this.refresh();
  }

  /** Some of its buttons may be hidden now, or shown. */
  refresh(): void {
    const { items } = this;
    show(this.node, items.length > 0);
    if (items.length === 0) {
      this.setOpen(false);
    }
  }

  private get items(): HTMLElement[] {
    return [...this.list.children].filter((each): each is HTMLElement => each instanceof HTMLElement && !each.hidden);
  }

  private setOpen(open: boolean): void {
    if (open === this.isOpen) {
      return;
    }
    setAttribute(this.button, 'aria-expanded', String(open));
    if (!this.list.isConnected) {
      return;
    }
    this.list.togglePopover(open);
    if (open) {
      this.place();
      this.items[0]?.focus();
    }
  }

  /** Below the button, or above it where there is more room. */
  private place(): void {
    const { left, right, top, bottom } = this.button.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.list;
    const below = bottom + offsetHeight + 4 <= document.documentElement.clientHeight || top < offsetHeight;
    const rightToLeft = getComputedStyle(this.node).direction === 'rtl';
    this.list.style.left = `${Math.max(4, rightToLeft ? left : right - offsetWidth)}px`;
    this.list.style.top = `${below ? bottom + 4 : top - offsetHeight - 4}px`;
  }

  private close(): void {
    const held = this.list.contains(document.activeElement);
    this.setOpen(false);
    if (held) {
      this.button.focus();
    }
  }

  private onButtonKey(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      event.stopPropagation();
      this.setOpen(true);
      this.items.at(event.key === 'ArrowUp' ? -1 : 0)?.focus();
    }
  }

  private onKey(event: KeyboardEvent): void {
    const { items } = this;
    const index = items.findIndex(each => each === document.activeElement);
    const move = MOVES.get(event.key);
    if (move !== undefined) {
      items.at(move(index, items.length - 1) % items.length)?.focus();
    } else if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'Tab') {
      this.setOpen(false);
      return;
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.stopPropagation();
      return;
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** What says in its place what came of it, such as "Copied", stays to be read. */
  private onChosen(event: Event): void {
    const item = event.target instanceof Element ? event.target.closest('[role=menuitem]') : null;
    if (item !== null && !item.hasAttribute('data-wsn-answers')) {
      this.close();
    }
  }

  private onFocusOut(event: FocusEvent): void {
    if (event.relatedTarget instanceof Node && !this.node.contains(event.relatedTarget)) {
      this.setOpen(false);
    }
  }

  private onOutside(event: Event): void {
    if (this.isOpen && !event.composedPath().includes(this.node)) {
      this.setOpen(false);
    }
  }

  private onScroll(event: Event): void {
    if (this.isOpen && event.target instanceof Node && event.target.contains(this.node)) {
      this.setOpen(false);
    }
  }
}
