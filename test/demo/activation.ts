import { randomUUID } from 'node:crypto';

/** The optical network terminal of the work order's customer is live: what is posted to `/tuatahi/events`. */
export function activation(): object {
  return {
    id: randomUUID(),
    eventType: 'ONTActivation',
    eventTimestamp: '2026-08-03T21:24:30.000Z',
    partyIds: ['owner'],
    message: {
      status: 'Success',
      error: false,
      orderID: 'ORD-7710934',
      ontSerialNumber: 'ALCLB1234567',
      opticalStatus: 'Good',
    },
    payload: { ontModel: 'G-010G-P', rxPowerDbm: -18.4 },
  };
}
