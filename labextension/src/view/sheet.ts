/** Add a style sheet, once, where `node` stands: to the page, or to the shadow root that holds it. Equal names, equal sheets. */
export function addSheet(node: Node, name: string, css: string): void {
  const root = node.getRootNode();
  const home = root instanceof ShadowRoot ? root : document.head;
  if (home.querySelector(`style[data-wsn="${name}"]`) === null) {
    const style = document.createElement('style');
    style.dataset['wsn'] = name;
    style.textContent = css;
    home.append(style);
  }
}
