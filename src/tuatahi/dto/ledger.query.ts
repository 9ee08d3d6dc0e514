import { Choice } from '../../fields/choice';

/** Query of `GET /tuatahi/ledger`. */
export class LedgerQuery {
  @Choice(['true', 'false'], {
    optional: true,
    description: '`true`: of all parties, for which the scope `notifications:admin` is needed',
  })
  all?: 'true' | 'false';
}
