import { Closed } from '../../fields/closed';
import { Text } from '../../fields/text';

/** Body of `PATCH /tuatahi/subscriptions/{id}`: all that can be set. */
@Closed()
export class UpdateSubscription {
  @Text({ optional: true, max: 40, description: 'When it ends; see creation', example: '2027-06-30' })
  expiresOn?: string;
}
