import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutData, withoutPictures } from '../../src/view/omitted';

const DATA = `data:image/png;base64,${'iVBORw0KGgo'.repeat(50)}`;

test('words stand in the place of pictures, but not in code', () => {
  const pairs: [string, string][] = [
    [`See ![a plot](${DATA}) here.`, 'See (picture left out: a plot) here.'],
    [`![](${DATA})![b](<${DATA}>)`, '(picture left out)(picture left out: b)'],
    [`![t]( ${DATA} "title" )`, '(picture left out: t)'],
    [`cut ![off](${DATA}`, 'cut (picture left out: off)'],
    [`\`![code](${DATA})\``, `\`![code](${DATA})\``],
    [`\`\`\`\n![code](${DATA})\n\`\`\`\n![c](${DATA})`, `\`\`\`\n![code](${DATA})\n\`\`\`\n(picture left out: c)`],
    [`\\![no](${DATA})`, `\\![no](${DATA})`],
    [`[link](${DATA})`, `[link](${DATA})`],
    ['![web](https://example.org/a.png) data:', '![web](https://example.org/a.png) data:'],
    ['![UPPER](DATA:image/gif;base64,AA)', '(picture left out: UPPER)']
  ];
  for (const [written, read] of pairs) {
    assert.equal(withoutPictures(written), read);
  }
});

test('what is still being written only ever grows when its data is left out', () => {
  const whole = `Look: ![a](${DATA}) and ![b](${DATA}) end`;
  let before = '';
  for (let length = 0; length <= whole.length; length += 1) {
    const shown = withoutData(whole.slice(0, length));
    // Only the word "data:" itself comes letter by letter.
    assert.ok(shown.startsWith(before) || /d?a?t?a?:?$/.test(before), shown);
    before = shown;
  }
  assert.equal(before, 'Look: ![a](data:) and ![b](data:) end');
});

test('pictures without an end cost no more than they are long', () => {
  for (const part of ['![', '![a](data:', '![a](data:x ', '`![a](data:']) {
    assert.ok(withoutPictures(part.repeat(20_000)).length > 0);
    assert.ok(withoutData(part.repeat(20_000)).length > 0);
  }
});
