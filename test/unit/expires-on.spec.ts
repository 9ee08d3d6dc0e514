import fc from 'fast-check';
import { Settings } from 'luxon';
import {
  daysLeft,
  expiresOnRule,
  InvalidExpiresOn,
  toExpiresOn,
  toExpiry,
  WARNING_DAYS,
  warningDue,
} from '../../src/tuatahi/expires-on.policy';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = new Date('2026-08-04T09:15:00+12:00');

/** What a clock in New Zealand shows, by the platform's own calendar: `2026-08-04T09:15:00.000`. */
const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Pacific/Auckland',
  dateStyle: 'short',
  timeStyle: 'medium',
});
function shown(instant: Date | number): string {
  const time = new Date(instant);
  return `${clock.format(time).replace(' ', 'T')}.${String(time.getUTCMilliseconds()).padStart(3, '0')}`;
}

function expiry(expiresOn: unknown, now: Date = NOW): string {
  return toExpiry(expiresOn, now).toISOString();
}

function refusal(expiresOn: unknown, now: Date = NOW): unknown {
  try {
    return { accepted: toExpiry(expiresOn, now) };
  } catch (error) {
    if (!(error instanceof InvalidExpiresOn)) throw error;
    return error.invalid.map(({ pointer, keyword }) => [pointer, keyword]);
  }
}

const utc = (text: string): string => new Date(text).toISOString();
const plus = (instant: Date | string, milliseconds: number): Date =>
  new Date(new Date(instant).getTime() + milliseconds);

/** Every date from one to the other. */
function dates(first: string, last: string): string[] {
  const days = (Date.parse(last) - Date.parse(first)) / DAY + 1;
  return Array.from({ length: days }, (_, day) =>
    plus(first, day * DAY)
      .toISOString()
      .slice(0, 10),
  );
}

const instant = fc.date({
  min: new Date('2024-01-01T00:00:00Z'),
  max: new Date('2050-01-01T00:00:00Z'),
  noInvalidDate: true,
});
/** Now, and a time later within a year: by a few hours, or anywhere. */
const nowAndLater = fc
  .tuple(instant, fc.oneof(fc.integer({ min: 1, max: 3 * HOUR }), fc.integer({ min: 1, max: 364 * DAY })))
  .map(([now, ahead]) => ({ now, later: plus(now, ahead) }));

/** The clock is put forward from 2 to 3 and back from 3 to 2. */
const SPRING = new Date('2026-09-27T02:00:00+12:00');
const AUTUMN = new Date('2027-04-04T03:00:00+13:00');

describe('no expiresOn', () => {
  it.each([undefined, null])('(%s) means the same day and time of the clock a year on', (absent) => {
    expect(expiry(absent)).toBe(utc('2027-08-04T09:15:00+12:00'));
    // Summer time begins on the 27th in 2026 and on the 26th in 2027.
    expect(expiry(absent, new Date('2026-09-26T12:00:00+12:00'))).toBe(utc('2027-09-26T12:00:00+13:00'));
  });

  it('means 28 February when today is the 29th', () => {
    expect(expiry(undefined, new Date('2028-02-29T10:00:00+13:00'))).toBe(utc('2029-02-28T10:00:00+13:00'));
    expect(expiry(undefined, new Date('2028-02-28T10:00:00+13:00'))).toBe(utc('2029-02-28T10:00:00+13:00'));
    expect(expiry(undefined, new Date('2027-02-28T10:00:00+13:00'))).toBe(utc('2028-02-28T10:00:00+13:00'));
  });

  it('is a time that the clock shows a year on, the second time or an hour later where it has to be', () => {
    expect(expiry(undefined, new Date('2026-04-04T02:30:00+13:00'))).toBe(utc('2027-04-04T02:30:00+12:00'));
    expect(expiry(undefined, new Date('2025-09-27T02:30:00+12:00'))).toBe(utc('2026-09-27T03:30:00+13:00'));
  });

  it('shows the same clock a year on, whenever it is', () => {
    fc.assert(
      fc.property(instant, (now) => {
        const [, year, rest] = /^(\d+)(.*)/.exec(shown(now))!;
        // 29 February and the hour of the switches: above.
        fc.pre(!/-02-29T|T02:/.test(rest!));
        expect(shown(toExpiry(undefined, now))).toBe(`${Number(year) + 1}${rest}`);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a date', () => {
  it.each([
    ['2026-08-04', '2027-08-03'],
    ['2027-06-01', '2028-05-31'], // with a leap day
  ])('from %s to %s means the end of that day, and comes out as it went in', (first, last) => {
    const now = new Date(`${first}T00:00:00+12:00`);
    for (const date of dates(first, last)) {
      const end = toExpiry(date, now);
      expect(shown(plus(end, -1))).toBe(`${date}T23:59:59.999`);
      expect(shown(end)).toBe(`${plus(date, DAY).toISOString().slice(0, 10)}T00:00:00.000`);
      expect(toExpiresOn(end)).toBe(date);
      expect(expiresOnRule.holds(date, {})).toBe(true);
    }
  });

  it('has 23 hours when the clock is put forward, 25 when it is put back', () => {
    const length = (date: string, before: string): number =>
      (Date.parse(expiry(date)) - Date.parse(expiry(before))) / HOUR;
    expect(length('2026-09-27', '2026-09-26')).toBe(23);
    expect(length('2027-04-04', '2027-04-03')).toBe(25);
    expect(length('2027-04-05', '2027-04-04')).toBe(24);
  });

  it('may be today until the day is over, and no longer', () => {
    const midnight = new Date('2026-08-05T00:00:00+12:00');
    expect(expiry('2026-08-04', plus(midnight, -1))).toBe(midnight.toISOString());
    expect(refusal('2026-08-04', midnight)).toEqual([['/expiresOn', 'future']]);
    expect(expiry('2026-08-05', midnight)).toBe(utc('2026-08-06T00:00:00+12:00'));
  });

  it('is New Zealand’s: today there while it is yesterday in UTC', () => {
    expect(expiry('2026-08-04', new Date('2026-08-03T21:15:00Z'))).toBe('2026-08-04T12:00:00.000Z');
  });

  it('a year ahead ends at the time of now', () => {
    expect(expiry('2027-08-03')).toBe(utc('2027-08-04T00:00:00+12:00'));
    expect(expiry('2027-08-04')).toBe(utc('2027-08-04T09:15:00+12:00'));
    expect(expiry('2999-12-31')).toBe(utc('2027-08-04T09:15:00+12:00'));
  });

  it('may be a leap day', () => {
    const now = new Date('2028-02-28T10:00:00+13:00');
    expect(expiry('2028-02-29', now)).toBe(utc('2028-03-01T00:00:00+13:00'));
    expect(refusal('2029-02-29', now)).toEqual([['/expiresOn', 'expiresOn']]);
  });
});

describe('a date and time without a zone', () => {
  it.each([
    ['2026-12-24T17:00:00', '2026-12-24T17:00:00+13:00'],
    ['2027-06-24T17:00', '2027-06-24T17:00:00+12:00'],
    ['2026-12-24 17:00:00.5', '2026-12-24T17:00:00.5+13:00'],
    ['2026-12-24t17:00:00.123999999', '2026-12-24T17:00:00.123+13:00'],
    ['2026-12-24T00:00:00', '2026-12-24T00:00:00+13:00'],
  ])('%s is New Zealand time', (text, expected) => {
    expect(expiry(text)).toBe(utc(expected));
  });

  it('that the clock skips is an hour later', () => {
    for (let minutes = 0; minutes < 60; minutes += 1) {
      const text = `2026-09-27T02:${String(minutes).padStart(2, '0')}:00`;
      expect(toExpiry(text, NOW)).toEqual(plus(SPRING, minutes * 60_000));
      expect(shown(toExpiry(text, NOW))).toBe(text.replace('T02', 'T03').concat('.000'));
    }
    expect(toExpiry('2026-09-27T01:59:59.999', NOW)).toEqual(plus(SPRING, -1));
    expect(toExpiry('2026-09-27T03:00:00', NOW)).toEqual(SPRING);
  });

  it('that the clock shows twice is the second one', () => {
    for (let minutes = 0; minutes < 60; minutes += 1) {
      const text = `2027-04-04T02:${String(minutes).padStart(2, '0')}:00`;
      expect(toExpiry(text, NOW)).toEqual(plus(AUTUMN, minutes * 60_000));
    }
    expect(toExpiry('2027-04-04T01:59:59.999', NOW)).toEqual(plus(AUTUMN, -HOUR - 1));
    expect(toExpiry('2027-04-04T02:59:59.999', NOW)).toEqual(plus(AUTUMN, HOUR - 1));
    expect(toExpiry('2027-04-04T03:00:00', NOW)).toEqual(plus(AUTUMN, HOUR));
  });

  it('does not depend on the season in which the program runs', () => {
    const { now } = Settings;
    try {
      for (const today of ['2026-07-01T00:00:00Z', '2027-01-01T00:00:00Z']) {
        Settings.now = () => Date.parse(today);
        expect(expiry('2027-04-04T02:30:00')).toBe(utc('2027-04-04T02:30:00+12:00'));
        expect(expiry('2026-09-27T02:30:00')).toBe(utc('2026-09-27T03:30:00+13:00'));
        expect(expiry(undefined, new Date('2026-04-04T02:30:00+13:00'))).toBe(
          utc('2027-04-04T02:30:00+12:00'),
        );
      }
    } finally {
      Settings.now = now;
    }
  });

  it('is the last instant at which the clock shows it, whatever it is', () => {
    fc.assert(
      fc.property(nowAndLater, ({ now, later }) => {
        const read = toExpiry(shown(later), now);
        expect(shown(read)).toBe(shown(later));
        expect([0, HOUR]).toContain(read.getTime() - later.getTime());
        expect(shown(plus(read, HOUR))).not.toBe(shown(later));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a date and time with a zone', () => {
  it.each([
    ['2026-12-24T04:00:00Z', '2026-12-24T04:00:00Z'],
    ['2026-12-24t04:00z', '2026-12-24T04:00:00Z'],
    ['2026-12-24T17:00:00+12:00', '2026-12-24T05:00:00Z'],
    ['2026-12-24 17:00:00-0330', '2026-12-24T20:30:00Z'],
    ['2027-04-04T02:30:00+13:00', '2027-04-03T13:30:00Z'],
    ['2027-04-04T02:30:00+12:00', '2027-04-03T14:30:00Z'],
  ])('%s is what it says', (text, expected) => {
    expect(expiry(text)).toBe(utc(expected));
  });

  it('is taken to the millisecond, on any offset', () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(nowAndLater, offset, ({ now, later }, minutes) => {
        const local = plus(later, minutes * 60_000)
          .toISOString()
          .slice(0, -1);
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const zone = `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
        expect(toExpiry(local + zone, now)).toEqual(later);
      }),
      { numRuns: 1000 },
    );
  });

  it('has to be after now', () => {
    expect(refusal(NOW.toISOString())).toEqual([['/expiresOn', 'future']]);
    expect(refusal(plus(NOW, -1).toISOString())).toEqual([['/expiresOn', 'future']]);
    expect(expiry(plus(NOW, 1).toISOString())).toBe(plus(NOW, 1).toISOString());
  });

  it('may be up to a year ahead', () => {
    const limit = toExpiry(undefined, NOW);
    for (const beyond of [-1, 0, 1]) {
      expect(toExpiry(plus(limit, beyond).toISOString(), NOW)).toEqual(plus(limit, Math.min(beyond, 0)));
    }
  });
});

describe('an expiresOn is refused', () => {
  it.each([
    '',
    '2027-02-30',
    '2027-02-29T10:00:00Z',
    '2026-13-01',
    '2026-00-10',
    '2026-12-00',
    '27-03-01',
    '02027-03-01',
    '2027-3-1',
    '20270301',
    '2027-W10',
    '2027-060',
    '2027-03',
    '2027-03-01T',
    '2027-03-01T24:00:00',
    '2027-03-01T10',
    '2027-03-01T10:60',
    '2027-03-01T10:00:60Z',
    '2027-03-01T10:00:00.',
    '2027-03-01T10:00:00+15:00',
    '2027-03-01Z',
    '2027-03-01T10:00:00 NZDT',
    ' 2027-03-01',
    '2027-03-01\n',
    '２０２７-03-01',
    'tomorrow',
    '+002027-03-01',
    1_800_000_000_000,
    true,
    {},
    ['2027-03-01'],
  ])('when it is %j', (value) => {
    expect(refusal(value)).toEqual([['/expiresOn', 'expiresOn']]);
    expect(expiresOnRule.holds(value, {})).toBe(false);
  });

  it('without showing what it was', () => {
    expect(() => toExpiry('secret', NOW)).toThrow(InvalidExpiresOn);
    expect(() => toExpiry('secret', NOW)).not.toThrow('secret');
    expect(expiresOnRule.detail).not.toContain('secret');
  });

  it('or gives a time after now and at most a year ahead, whatever it is', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.string(),
      instant.map(shown),
      fc.string().map((s) => `2027-03-01${s}`),
    );
    fc.assert(
      fc.property(anything, instant, (value, now) => {
        const result = refusal(value, now);
        if (Array.isArray(result)) return;
        const { accepted } = result as { accepted: Date };
        expect(accepted > now && accepted <= toExpiry(undefined, now)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an expiry is shown', () => {
  it('as the last day on which the subscription lives', () => {
    const midnight = new Date('2027-03-02T00:00:00+13:00');
    expect(toExpiresOn(plus(midnight, -1))).toBe('2027-03-01');
    expect(toExpiresOn(midnight)).toBe('2027-03-01');
    expect(toExpiresOn(plus(midnight, 1))).toBe('2027-03-02');
  });

  it('as a date that, sent back, never ends it sooner', () => {
    fc.assert(
      fc.property(nowAndLater, ({ now, later }) => {
        expect(toExpiry(toExpiresOn(later), now) >= later || toExpiry(undefined, now) < later).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('days left', () => {
  it('count the turns of New Zealand’s calendar, however long the days are', () => {
    const last = dates('2026-08-05', '2027-08-03');
    for (const [index, date] of last.entries()) {
      expect(daysLeft(toExpiry(date, NOW), NOW)).toBe(index + 1);
    }
    expect(daysLeft(toExpiry('2026-08-04', NOW), NOW)).toBe(0);
    expect(daysLeft(toExpiry('2026-09-28', NOW), SPRING)).toBe(1);
    expect(daysLeft(toExpiry('2027-04-05', NOW), plus(AUTUMN, -DAY))).toBe(2);
  });
});

describe('the warning', () => {
  const end = toExpiry('2027-04-10', NOW);
  const at = (text: string): Date => new Date(text);

  it.each([
    ['2027-03-10T23:59:59.999+13:00', undefined],
    ['2027-03-11T00:00:00+13:00', 30],
    ['2027-04-02T23:59:59.999+13:00', 30],
    ['2027-04-03T00:00:00+13:00', 7],
    ['2027-04-04T02:30:00+13:00', 7],
    ['2027-04-08T23:59:59.999+12:00', 7],
    ['2027-04-09T00:00:00+12:00', 1],
    ['2027-04-10T23:59:59.999+12:00', 1],
    ['2027-04-11T00:00:00+12:00', undefined],
  ])('due at %s, when none was sent, is that of %s days', (now, expected) => {
    expect(warningDue(end, at(now), [])).toBe(expected);
  });

  it('is not sent again, nor one that came too late', () => {
    const now = at('2027-04-05T12:00:00+12:00');
    expect(warningDue(end, now, [30])).toBe(7);
    expect(warningDue(end, now, [30, 7])).toBeUndefined();
    expect(warningDue(end, now, [7])).toBeUndefined();
    expect(warningDue(end, now, [1])).toBeUndefined();
  });

  it('goes out once for each threshold that lies ahead, however often one looks', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 60 * DAY }), { maxLength: 300 });
    fc.assert(
      fc.property(looks, fc.integer({ min: 0, max: 60 }), (offsets, life) => {
        const start = plus(end, -life * DAY);
        const times = [...offsets.map((offset) => plus(start, offset)), start].toSorted((a, b) => +a - +b);
        const sent: number[] = [];
        for (const now of times) {
          const due = warningDue(end, now, sent);
          if (due !== undefined) sent.push(due);
        }
        expect(sent).toEqual([...new Set(sent)].toSorted((a, b) => b - a));
        expect(WARNING_DAYS).toEqual(expect.arrayContaining(sent));
      }),
    );
  });

  it('goes out three times when one looks every six hours for a year', () => {
    const sent: [number, string][] = [];
    for (let now = NOW; now <= plus(end, DAY); now = plus(now, 6 * HOUR)) {
      const due = warningDue(
        end,
        now,
        sent.map(([days]) => days),
      );
      if (due !== undefined) sent.push([due, shown(now).slice(0, 10)]);
    }
    expect(sent).toEqual([
      [30, '2027-03-11'],
      [7, '2027-04-03'],
      [1, '2027-04-09'],
    ]);
  });
});
