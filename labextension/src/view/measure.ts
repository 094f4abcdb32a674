/** The width of texts in pixels, as the fonts on the page draw them. */
export class Measure {
  private readonly context = document.createElement('canvas').getContext('2d');
  private readonly fonts = new Map<string, string>();
  private readonly widths = new Map<string, number>();

  /** Read the fonts anew from elements that are on the page; `name` is what `width` asks for. */
  learn(name: string, sample: Element): void {
    const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(sample);
    const font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
    if (fontSize !== '' && this.fonts.get(name) !== font) {
      this.fonts.set(name, font);
      this.widths.clear();
    }
  }

  width(name: string, text: string): number {
    const key = `${name}\n${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      width = this.measured(name, text);
      this.widths.set(key, width);
    }
    return width;
  }

  private measured(name: string, text: string): number {
    const font = this.fonts.get(name);
    if (this.context === null || font === undefined) {
      return text.length * 7;
    }
    this.context.font = font;
    return Math.ceil(this.context.measureText(text).width);
  }
}
