import { readTraceparent, traceIdOf } from '../../src/tracing/traceparent';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const USABLE = `00-${TRACE}-00f067aa0ba902b7-01`;

describe('a traceparent', () => {
  it('is taken as it is', () => {
    expect(readTraceparent(USABLE)).toBe(USABLE);
    expect(readTraceparent(USABLE.replace(/01$/, '00'))).toBe(USABLE.replace(/01$/, '00'));
    expect(traceIdOf(USABLE)).toBe(TRACE);
  });

  it.each([USABLE.replace(/^00/, '01'), `${USABLE.replace(/^00/, 'cc')}-what-comes-later`])(
    'of a later version is taken for what we know of it: %s',
    (later) => {
      expect(readTraceparent(later)).toBe(USABLE);
    },
  );

  it.each([
    undefined,
    '',
    [USABLE, USABLE],
    USABLE.toUpperCase(),
    ` ${USABLE}`,
    `${USABLE}\n`,
    `${USABLE}-more`,
    `${USABLE}0`,
    USABLE.slice(0, -1),
    USABLE.replace(/^00/, 'ff'),
    USABLE.replace(TRACE, '0'.repeat(32)),
    USABLE.replace('00f067aa0ba902b7', '0'.repeat(16)),
    USABLE.replace(TRACE, TRACE.slice(1)),
    USABLE.replaceAll('-', '_'),
  ])('that can not be used is none: %j', (unusable) => {
    expect(readTraceparent(unusable)).toBeUndefined();
  });
});
