import type { InvalidField } from '../fields/invalid-field';

/** A message that is not as the interface document says. */
export class InvalidMessage extends Error {
  override readonly name: string = 'InvalidMessage';

  constructor(readonly invalid: readonly InvalidField[]) {
    super(invalid.map(({ pointer, detail }) => `${pointer || 'the message'} ${detail}`).join('; '));
  }
}

/** The envelope is good, but the interface document knows no such template. */
export class UnknownTemplate extends InvalidMessage {
  override readonly name = 'UnknownTemplate';

  /** @param messageId of the envelope, in lower case */
  constructor(
    readonly messageId: string,
    known: readonly string[],
  ) {
    const detail = `must be one of ${known.join(', ')}`;
    super([{ pointer: '/MessageBody/TID', keyword: 'template', detail }]);
  }
}
