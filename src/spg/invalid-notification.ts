import type { InvalidField } from '../fields/invalid-field';

/** The body is not an envelope of a notification: nothing inside was looked at. */
export class InvalidEnvelope extends Error {
  override readonly name = 'InvalidEnvelope';

  constructor(readonly invalid: readonly InvalidField[]) {
    super('The body is not an SPWorkOrderNotification');
  }
}

/** The envelope is good, but what is in it is not what its type prescribes. */
export class InvalidContent extends Error {
  override readonly name = 'InvalidContent';

  constructor(readonly invalid: readonly InvalidField[]) {
    super('The content of the notification is not valid');
  }
}
