/** How many rows were asked at once, over time: a small timeline. */

import { __ } from '../texts';
import type { Facts } from './state';

const WIDTH = 240;
const HEIGHT = 26;
const SVG = 'http://www.w3.org/2000/svg';

/** The steps of the line as an SVG path. */
export function steps(history: readonly (readonly [number, number])[], most: number, until: number): string {
  const x = (at: number): string => ((at / Math.max(until, 1)) * WIDTH).toFixed(1);
  const y = (lanes: number): string => (HEIGHT - 1 - (lanes / Math.max(most, 1)) * (HEIGHT - 3)).toFixed(1);
  const path = history.map(([at, lanes], place) => (place === 0 ? `M0 ${y(lanes)}` : `H${x(at)}V${y(lanes)}`));
  return `${path.join('')}H${WIDTH}`;
}

export function lanesPicture(node: HTMLElement, facts: Facts): void {
  const { now, most, history } = facts.lanes;
  let line = node.querySelector('path');
  let words = node.querySelector('span');
  if (line === null || words === null) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    line = document.createElementNS(SVG, 'path');
    svg.append(line);
    words = document.createElement('span');
    node.replaceChildren(svg, words);
  }
  line.setAttribute('d', steps(history, most, facts.elapsed_ms));
  const told = __('%1 of %2 lanes', now, most);
  words.textContent = history.length > 1 ? `${told}, ${__('slowed by rate limits')}` : told;
}
