import fc from 'fast-check';
import { readEnqueueTime } from '../../src/itas-events/enqueue-time';

function utc(text: string, zone = 'UTC'): string {
  return readEnqueueTime(text, zone).toISOString();
}

describe('an EnqueueTime', () => {
  it('is read by the clock of the zone, with its daylight saving', () => {
    expect(utc('2026-01-15T12:00:00')).toBe('2026-01-15T12:00:00.000Z');
    expect(utc('2026-01-15T12:00:00', 'Pacific/Auckland')).toBe('2026-01-14T23:00:00.000Z');
    expect(utc('2026-07-15T12:00:00', 'Pacific/Auckland')).toBe('2026-07-15T00:00:00.000Z');
  });

  it('has an instant also in the hour that a clock skips or shows twice', () => {
    expect(utc('2026-09-27T02:30:00', 'Pacific/Auckland')).toBe('2026-09-26T14:30:00.000Z');
    expect(utc('2026-04-05T02:30:00', 'Pacific/Auckland')).toMatch(/^2026-04-04T1[34]:30:00/);
  });

  it('is by its own offset when it has one', () => {
    expect(utc('2026-01-15T12:00:00Z', 'Pacific/Auckland')).toBe('2026-01-15T12:00:00.000Z');
    expect(utc('2026-01-15T12:00:00.5+13:00', 'UTC')).toBe('2026-01-14T23:00:00.500Z');
  });

  it('may have any number of decimals, of which three count', () => {
    const decimals = fc.stringMatching(/^\d{1,30}$/);
    fc.assert(
      fc.property(decimals, (fraction) => {
        const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
        expect(utc(`2026-01-15T12:00:00.${fraction}`)).toBe(`2026-01-15T12:00:00.${milliseconds}Z`);
      }),
    );
  });
});
