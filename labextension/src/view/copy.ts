import { element } from './dom';

/**
 * Put `text` on the clipboard; says whether it worked. Where the clipboard API is missing or refused (plain http, a
 * frame without permission) the older way is tried, by a selection inside `near`.
 */
export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text, near);
  }
}

function copySelection(text: string, near: HTMLElement): boolean {
  const area = element('textarea', { class: 'wsn-hidden', 'aria-hidden': 'true' });
  area.value = text;
  near.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
