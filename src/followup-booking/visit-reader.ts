import { isUtf8 } from 'node:buffer';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config';
import type { FollowupConfig } from './followup-config';
import { CONFIG } from '../config.module';
import { mayHoldUnstorable, storableText, toStorable } from '../events/storable';
import { check } from '../fields/check';
import type { InvalidField } from '../fields/invalid-field';
import { findTooDeep, MAX_DEPTH } from '../fields/json-depth';
import { isJsonObject } from '../fields/json-object';
import { invalidInput } from '../problems/problems';
import type { CustomerPeriods, Period } from './customer-periods.policy';
import type { RequiredPart } from './dto/required-part';
import type { TimeConstraint } from './dto/time-constraint';
import { AppointmentSearch, BookJob } from './dto/visit.request';
import { areaOf, isSamePeriod, readSlotId, type Slot } from './slot';

type ConstraintTypes = FollowupConfig['constraintTypes'];

/** Where a free slot is searched for, and when the customer has time. */
export interface WantedVisit {
  readonly serviceAreaId: string;
  readonly customer: CustomerPeriods;
}

/** A visit to be booked. Its texts are such that PostgreSQL can hold. */
export interface ChosenVisit {
  readonly originalOrderNum: string;
  readonly slot: Slot;
  readonly orderType: string;
  readonly accountNum: string | null;
  readonly userName: string | null;
  readonly requiredParts: readonly RequiredPart[];
  /** The bytes as they came. */
  readonly original: Buffer;
  /** Whether anything here differs from the original in text that PostgreSQL can't hold. */
  readonly repaired: boolean;
}

/** Reads what ServiceMobility sends, or says what is wrong with it. */
@Injectable()
export class VisitReader {
  private readonly types: ConstraintTypes;

  constructor(@Inject(CONFIG) { followup }: Config) {
    this.types = followup.constraintTypes;
  }

  /** The body of an appointment search. @throws invalidInput */
  search(body: unknown): WantedVisit {
    const search = checked(AppointmentSearch, body);
    const constraints = search.TimeConstraints ?? [];
    refuse(invalidPeriods(constraints));
    return {
      serviceAreaId: areaOf(toStorable(search.Location.ServiceAreaID).value),
      customer: {
        available: periodsOf(constraints, this.types.available),
        notAvailable: periodsOf(constraints, this.types.notAvailable),
      },
    };
  }

  /** The body of a booking for the work order of the URL. @throws invalidInput */
  booking(workOrderId: string, body: unknown, original: Buffer): ChosenVisit {
    const { value, replaced } = mayHoldUnstorable(original)
      ? toStorable(body)
      : { value: body, replaced: false };
    const job = checked(BookJob, value);
    const serviceAreaId = areaOf(job.Location.ServiceAreaID);
    refuse([
      ...contradictionsWith(storableText(workOrderId), job),
      ...invalidPeriods(job.TimeConstraints),
      ...this.contradictionsOfSlots(job.TimeConstraints, serviceAreaId),
    ]);
    const [slot] = periodsOf(job.TimeConstraints, this.types.slot);
    if (!slot) throw new Error('without a slot it was refused');
    return {
      originalOrderNum: job.OriginalOrderNum,
      slot: { serviceAreaId, ...slot },
      orderType: job.OrderType,
      accountNum: textOrNull(job.Account.AccountNum),
      userName: textOrNull(job.UserName),
      requiredParts: (job.RequiredParts ?? []).filter(isKept),
      original,
      repaired: replaced || !isUtf8(original),
    };
  }

  private contradictionsOfSlots(
    constraints: readonly TimeConstraint[],
    serviceAreaId: string,
  ): InvalidField[] {
    const { slot: type } = this.types;
    const found = constraints.flatMap((constraint, index) =>
      isOf(type, constraint) ? [contradictionsInSlot(constraint, index, serviceAreaId)] : [],
    );
    if (found.length === 1) return found.flat();
    const detail = `must have exactly one of Type "${type}", which is the slot; there are ${found.length}`;
    return [invalid('/TimeConstraints', 'oneSlot', detail)];
  }
}

function refuse(errors: readonly InvalidField[]): void {
  if (errors.length > 0) throw invalidInput('The members to mend are in errors.', { errors });
}

function checked<T extends object>(type: new () => T, body: unknown): T {
  if (!isJsonObject(body)) {
    throw invalidInput('The body is no object.', { errors: [invalid('', 'object', 'must be an object')] });
  }
  const tooDeep = findTooDeep(body);
  refuse(
    tooDeep === undefined
      ? check(type, body)
      : [invalid(tooDeep, 'depth', `must not lie deeper than ${MAX_DEPTH} levels`)],
  );
  return body as T;
}

function contradictionsWith(workOrderId: string, { OriginalOrderNum }: BookJob): InvalidField[] {
  if (OriginalOrderNum === workOrderId) return [];
  return [invalid('/OriginalOrderNum', 'mirror', 'must be the same as the work order in the URL')];
}

function invalidPeriods(constraints: readonly TimeConstraint[]): InvalidField[] {
  return constraints.flatMap((constraint, index) => {
    const { start, end } = periodOf(constraint);
    if (start < end) return [];
    return [invalid(`/TimeConstraints/${index}/Period/End`, 'period', 'must be after Start')];
  });
}

/** An id that is not of our making is the caller's own name for the constraint, and says nothing of the slot. */
function contradictionsInSlot(slot: TimeConstraint, index: number, serviceAreaId: string): InvalidField[] {
  const named = readSlotId(slot.ID ?? '');
  if (!named) return [];
  const found: InvalidField[] = [];
  if (named.serviceAreaId !== serviceAreaId) {
    const detail = 'must be of a slot of the service area in Location';
    found.push(invalid(`/TimeConstraints/${index}/ID`, 'slotArea', detail));
  }
  if (!isSamePeriod(named, periodOf(slot))) {
    const detail = 'must be of the slot that Period tells';
    found.push(invalid(`/TimeConstraints/${index}/ID`, 'slotPeriod', detail));
  }
  return found;
}

/** What the application takes away with this request is as if it were not there. */
function isKept({ Delete }: { readonly Delete?: boolean | null }): boolean {
  return Delete !== true;
}

function isOf(type: string, constraint: TimeConstraint): boolean {
  return isKept(constraint) && String(constraint.Type) === type;
}

function periodsOf(constraints: readonly TimeConstraint[], type: string): Period[] {
  return constraints.filter((constraint) => isOf(type, constraint)).map(periodOf);
}

function periodOf({ Period: { Start, End } }: TimeConstraint): Period {
  return { start: new Date(Start), end: new Date(End) };
}

function textOrNull(text: string | null | undefined): string | null {
  return text == null || text === '' ? null : text;
}

function invalid(pointer: string, keyword: string, detail: string): InvalidField {
  return { pointer, keyword, detail };
}
