/** The keys of the timeline, as a list. */

import { __ } from '../texts';
import { element } from './dom';

export function keyHelp(): HTMLElement {
  const keys: readonly (readonly [keys: string, does: string])[] = [
    ['W  S', __('show less or more of the time')],
    ['A  D', __('move earlier or later')],
    ['0', __('show all')],
    ['↑  ↓', __('move between rows')],
    ['Enter', __('open or close the details of a row')],
    ['Esc', __('close what is open')],
    ['?', __('show or hide this list')]
  ];
  return element(
    'dl',
    { class: 'wsn-facts-list wsn-keys-list' },
    ...keys.flatMap(([key, does]) => [
      element('dt', {}, ...key.split('  ').map(each => element('kbd', { text: each }))),
      element('dd', { text: does })
    ])
  );
}
