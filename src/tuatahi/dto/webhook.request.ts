import { Closed } from '../../fields/closed';
import { Choice } from '../../fields/choice';
import { Nested } from '../../fields/nested';
import { Integer } from '../../fields/number';
import { Printable } from '../../fields/printable';
import { Text } from '../../fields/text';
import { Uri } from '../../fields/uri';

const ERROR_STRATEGIES = ['ignore', 'retry'] as const;

/** What RFC 7617 §2 lets pass: no control characters and, in a name, no colon. */
@Closed()
class BasicAuth {
  @Text({
    max: 255,
    pattern: /^[^:\p{Cc}\p{Cs}]*$/u,
    detail: 'must be a string of 1 to 255 characters without colons and control characters',
    description: 'User name, without a colon',
    example: 'karere',
  })
  username: string;

  @Printable({
    max: 255,
    description: 'Password; never shown again',
    example: 'correct horse battery staple',
  })
  password: string;
}

/** Where events are posted to. */
@Closed()
export class WebhookRequest {
  @Uri({ description: 'Address that events are posted to', example: 'http://127.0.0.1:4000/hook' })
  callbackUri: string;

  @Choice(ERROR_STRATEGIES, {
    optional: true,
    description: 'ignore: one attempt, then it has failed; retry: attempts over hours. Default ignore',
    example: 'retry',
  })
  errorStrategy?: (typeof ERROR_STRATEGIES)[number];

  @Nested(() => BasicAuth, { optional: true, description: 'Sent as HTTP basic authentication' })
  auth?: BasicAuth;

  @Text({
    optional: true,
    max: 255,
    pattern: /^[\x21-\x7e]+$/,
    detail: 'must be a string of 1 to 255 visible ASCII characters',
    description: 'Sent as `x-api-key`; never shown again',
    example: 'a-key-of-yours',
  })
  apiKey?: string;

  @Integer({ optional: true, min: 1, max: 10_000, description: 'Deliveries a second at most', example: 50 })
  ratePerSecond?: number;
}
