import { Flag } from '../fields/flag';
import { Text } from '../fields/text';
import type { SourceEventType } from './source-event-type';

/** What an ONT's activation came to, flat (Notifications Management API, ONTActivation). */
class OntActivationMessage {
  @Text({ optional: true, min: 0, max: 100, description: 'What the activation came to', example: 'Success' })
  status?: string;

  @Text({ optional: true, min: 0, max: 100, description: 'Code of the error', example: 'ONT-404' })
  errorCode?: string;

  @Text({ optional: true, min: 0, max: 2000, description: 'The error at length' })
  errorDetails?: string;

  @Text({ optional: true, min: 0, max: 500, description: 'The error in brief', example: 'ONT not found' })
  errorTitle?: string;

  @Flag({ optional: true, description: 'Whether there was an error; in filters it is text', example: false })
  error?: boolean;

  @Text({ optional: true, min: 0, max: 100, description: 'The order', example: 'ORD12345' })
  orderID?: string;

  @Text({ optional: true, min: 0, max: 100, description: 'Serial number', example: 'ALCLB1234567' })
  ontSerialNumber?: string;

  @Text({ optional: true, min: 0, max: 100, description: 'State of the optical signal', example: 'Good' })
  opticalStatus?: string;
}

export const ontActivation: SourceEventType = {
  name: 'ONTActivation',
  domainType: 'tuatahi.ont.activation',
  description: 'An optical network terminal was activated at a customer’s premises, or failed to be.',
  headline: { about: 'orderID', happened: ['errorTitle', 'status'] },
  message: OntActivationMessage,
  example: {
    eventTimestamp: '2026-08-03T21:15:00.123Z',
    message: {
      status: 'Success',
      error: false,
      orderID: 'ORD12345',
      ontSerialNumber: 'ALCLB1234567',
      opticalStatus: 'Good',
    },
    payload: { ontModel: 'G-010G-P', rxPowerDbm: -18.4 },
  },
};
