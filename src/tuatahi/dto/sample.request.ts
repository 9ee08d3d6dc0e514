import { Closed } from '../../fields/closed';
import { Uuid } from '../../fields/uuid';

/** Body of `POST /tuatahi/subscriptions/{id}/test`; may be left out. */
@Closed()
export class SampleRequest {
  @Uuid({ optional: true, description: 'The channel; may be left out when there is only one' })
  channelId?: string;
}
