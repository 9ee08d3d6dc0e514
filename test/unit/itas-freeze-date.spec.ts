import fc from 'fast-check';
import { freezeDateText, readFreezeDate } from '../../src/itas-events/freeze-date';

const year = fc.integer({ min: 1000, max: 2999 });
const month = fc.integer({ min: 1, max: 12 });

function padded(number: number, digits = 2): string {
  return String(number).padStart(digits, '0');
}

/** Days in a month, by the calendar of the language itself. */
function daysIn(ofYear: number, ofMonth: number): number {
  const last = new Date(Date.UTC(2000, 0));
  last.setUTCFullYear(ofYear, ofMonth, 0);
  return last.getUTCDate();
}

describe('a freeze date', () => {
  it('is a day that exists', () => {
    fc.assert(
      fc.property(year, month, fc.integer({ min: 1, max: 31 }), (y, m, d) => {
        const date = `${y}-${padded(m)}-${padded(d)}`;
        const expected = d <= daysIn(y, m) ? { kind: 'day', date } : undefined;
        expect(readFreezeDate(`${y}${padded(m)}${padded(d)}`)).toEqual(expected);
      }),
    );
  });

  it('is a month when its day is 32', () => {
    fc.assert(
      fc.property(year, month, (y, m) => {
        expect(readFreezeDate(`${y}${padded(m)}32`)).toEqual({ kind: 'month', month: `${y}-${padded(m)}` });
      }),
    );
  });

  it('is nothing else, whatever it is', () => {
    const digits = fc.stringMatching(/^\d{8}$/);
    const nearly = fc.oneof(digits, fc.stringMatching(/^[\d -]{6,10}$/), fc.string());
    fc.assert(
      fc.property(nearly, (text) => {
        const read = readFreezeDate(text);
        if (!read) return;
        expect(text).toMatch(/^[12]\d{7}$/);
        const compact = freezeDateText(read).replaceAll('-', '');
        expect(text).toBe(read.kind === 'day' ? compact : `${compact}32`);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['20240229', { kind: 'day', date: '2024-02-29' }],
    ['20240232', { kind: 'month', month: '2024-02' }],
  ])('%s is %j', (text, expected) => {
    expect(readFreezeDate(text)).toEqual(expected);
  });

  it.each([
    '20230229',
    '20240230',
    '20240200',
    '20240233',
    '20241301',
    '20240032',
    '20241332',
    '2024022',
    '',
  ])('is not %j', (text) => {
    expect(readFreezeDate(text)).toBeUndefined();
  });
});
