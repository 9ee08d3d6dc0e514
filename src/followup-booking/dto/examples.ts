import { type Calendar, DEFAULT_CALENDAR } from '../calendar';
import { windowsToOffer } from '../windows.policy';
import type { AppointmentSearch, BookJob } from './visit.request';
import { OpenSlot } from './open-slots.answer';

const SERVICE_AREA = 'HAM-EAST';

/** The visit that the examples ask for: a task in Hamilton that has to be done again. */
const VISIT = {
  Account: { AccountNum: 'ACC-20417', AccountType: '1001', Name: 'Aroha Ngata' },
  Assets: [{ AssetNum: 'ONT-000117', Desc: 'Optical network terminal', SerialNum: 'ALCLB1234567' }],
  FlexAttrs: { 'FORM-7': { 'ATTR-1': ['Lead-in damaged'] } },
  FlexForms: ['FORM-7'],
  Location: {
    Address: {
      AddrLine1: '14 Rangiora Avenue',
      AddrLine2: 'Fairfield',
      City: 'Hamilton',
      Country: 'NZ',
      Lat: '-37.7688',
      Lon: '175.2721',
      Zip: '3214',
    },
    Contacts: [
      {
        Email: 'aroha.ngata@example.co.nz',
        FirstName: 'Aroha',
        IsPrimary: true,
        LastName: 'Ngata',
        Phones: [{ PhoneNum: '+64 21 555 0142', PhoneType: '1001' }],
      },
    ],
    LocationNum: 'LOC-3098817',
    Notes: 'Shared driveway. Dog on site, call first.',
    POReq: false,
    ServiceAreaID: SERVICE_AREA,
    SigReq: true,
  },
  OrderType: '1002',
  RequiredParts: [{ ProdNum: 'ONT-G010-P', Qty: 1, Urgency: '1001' }],
  UserName: 'h.parata',
};

/** An appointment search that can be sent at any time. */
export function searchExample(): AppointmentSearch {
  return { ...VISIT, OriginalOrderNum: 'WO-1048576', TimeConstraints: [] };
}

/**
 * A booking that can be sent as it stands: of the last window that the default calendar offers, for a work order
 * that has this window in its number. So the next day's example is of another order, since no order has two visits.
 */
export function bookingExample(now: Date): BookJob {
  const last = windowsToOffer(DEFAULT_CALENDAR, now).at(-1);
  if (!last) throw new Error('in two weeks there is a window');
  return {
    ...VISIT,
    OriginalOrderNum: `WO-${last.local.date.replaceAll('-', '')}`,
    TimeConstraints: [new OpenSlot(SERVICE_AREA, last, '1001')],
  };
}

/** A calendar that is like the default one, but for a region's holidays and a busy Saturday. */
export function calendarExample(): Calendar {
  return {
    ...DEFAULT_CALENDAR,
    windows: DEFAULT_CALENDAR.windows.map((window) => ({ ...window, capacity: 2 })),
    closed: ['2026-12-24'],
    open: [{ date: '2026-12-19', from: '08:00', to: '12:00', capacity: 4 }],
    holidayRegion: 'NZ-WKO',
  };
}
