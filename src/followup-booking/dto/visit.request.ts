import { AnyObject } from '../../fields/any-object';
import { Identifier } from '../../fields/identifier';
import { ListOf, Nested } from '../../fields/nested';
import { Account } from './account';
import { Asset } from './asset';
import { FreeText, FreeTexts } from './free-text';
import { AccountLocation } from './location';
import { RequiredPart } from './required-part';
import { TimeConstraint } from './time-constraint';

/** What both requests say of the visit that is wanted. */
abstract class VisitRequest {
  @Nested(() => Account, { description: 'Whose place it is' })
  Account: Account;

  @ListOf(() => Asset, { optional: true, max: 200, description: 'Equipment at the location' })
  Assets?: Asset[];

  @AnyObject({
    optional: true,
    description: 'Values that were filled in, by form and attribute',
    example: { 'FORM-7': { 'ATTR-1': ['Lead-in damaged'] } },
  })
  FlexAttrs?: Record<string, unknown>;

  @FreeTexts({ description: 'Ids of the forms of the visit', example: ['FORM-7'] })
  FlexForms?: string[];

  @Nested(() => AccountLocation, { description: 'Where the work is' })
  Location: AccountLocation;

  @Identifier({ max: 50, description: 'System category of the work', example: '1002' })
  OrderType: string;

  @Identifier({ max: 100, description: 'The work order that needs another visit', example: 'WO-1048576' })
  OriginalOrderNum: string;

  @ListOf(() => RequiredPart, { optional: true, max: 200, description: 'Parts that the visit needs' })
  RequiredParts?: RequiredPart[];

  @FreeText({ max: 100, description: 'The technician who asks', example: 'h.parata' })
  UserName?: string;
}

/** Body of the Appointment Search interface. */
export class AppointmentSearch extends VisitRequest {
  @ListOf(() => TimeConstraint, {
    optional: true,
    max: 200,
    description: 'When the customer has time (1002) and when not (1003)',
  })
  TimeConstraints?: TimeConstraint[];
}

/** Body of the Followup WorkOrder interface (Book Job object). */
export class BookJob extends VisitRequest {
  @ListOf(() => TimeConstraint, {
    min: 1,
    max: 200,
    description: 'The slot that was chosen (1001), exactly one; others do not count here',
  })
  TimeConstraints: TimeConstraint[];
}
