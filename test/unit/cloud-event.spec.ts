import { CloudEvent } from 'cloudevents';
import { toCloudEvent } from '../../src/events/cloud-event';
import type { DomainEvent } from '../../src/events/domain-event';

const confirmed: DomainEvent<'spg.gap.confirmed'> = {
  position: 2 ** 40,
  id: '0196f5b2-7c3a-7d5e-9f00-6b0d8f1a2c3d',
  type: 'spg.gap.confirmed',
  source: '/spg',
  subject: '17-19',
  time: '2026-08-03T21:15:00.123Z',
  partyIds: ['owner', 'partner'],
  correlationId: null,
  data: {
    from: '17',
    to: '19',
    openedAt: '2026-08-03T21:14:30.000Z',
    confirmedAt: '2026-08-03T21:15:00.000Z',
  },
};

describe('A domain event as a CloudEvent', () => {
  it('is what the CloudEvents SDK takes for one', () => {
    expect(new CloudEvent({ ...toCloudEvent(confirmed) }).validate()).toBe(true);
  });

  it('keeps a position that CloudEvents has no integer for', () => {
    expect(toCloudEvent(confirmed).position).toBe('1099511627776');
  });

  it('has the transaction that caused it only when there is one', () => {
    expect(toCloudEvent(confirmed)).not.toHaveProperty('correlationid');
    expect(toCloudEvent({ ...confirmed, correlationId: 'tx-1' })).toMatchObject({ correlationid: 'tx-1' });
  });

  it('has the trace that it is part of only when there is one', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(toCloudEvent(confirmed)).not.toHaveProperty('traceparent');
    const traced = toCloudEvent({ ...confirmed, traceparent });
    expect(traced).toMatchObject({ traceparent });
    expect(new CloudEvent({ ...traced }).validate()).toBe(true);
  });
});
