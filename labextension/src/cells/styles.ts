import css from './cells.css';

/** Add the styles of prompt cells, the status bar's item and the flash of a revealed cell to the page, once. */
export function addCellStyles(): void {
  const style = document.createElement('style');
  style.setAttribute('data-wsn', 'cells');
  style.textContent = css;
  document.head.append(style);
}
