import css from './panel.css';

const NAME = 'panel';

/** Add the panel's styles, once, where `node` stands: the page, or the shadow root that holds it. */
export function addPanelStyles(node: Node): void {
  const root = node.getRootNode();
  const home = root instanceof ShadowRoot ? root : document.head;
  if (home.querySelector(`style[data-wsn="${NAME}"]`) === null) {
    const style = document.createElement('style');
    style.setAttribute('data-wsn', NAME);
    style.textContent = css;
    home.append(style);
  }
}
