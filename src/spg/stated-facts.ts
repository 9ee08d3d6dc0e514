import type { SpgAdditionalInfo, SpgFileAttachment, SpgNameValue } from '../events/spg.events';
import { isAbsent, isJsonObject } from '../fields/json-object';
import type { FileReference, Info, WorkOrder } from './work-order';

/** The latest value of a name counts. @param known is changed; so in the others */
export function upsertReferences(
  known: WorkOrder['supplementaryReferences'],
  references: readonly SpgNameValue[],
  eventId: string,
): void {
  for (const { name, value } of references) {
    const stated = { name, value, eventId };
    const index = known.findIndex((reference) => reference.name === name);
    if (index >= 0) known[index] = stated;
    else known.push(stated);
  }
}

/** An entry that is there already stays as it is: by its id, or without one by its time and text. */
export function addInfos(known: Info[], infos: readonly SpgAdditionalInfo[], eventId: string): void {
  for (const info of infos) {
    const again = known.some((other) =>
      info.id == null
        ? other.createdDate === info.createdDate && other.text === info.text
        : other.id === info.id,
    );
    if (!again) known.push({ ...withoutNulls(info), eventId });
  }
}

/** A file that is there already stays as it is. */
export function attachFiles(
  known: FileReference[],
  files: readonly SpgFileAttachment[],
  eventId: string,
): void {
  for (const { content: _content, ...file } of files) {
    if (known.some(({ id }) => id === file.id)) continue;
    known.push({ ...withoutNulls(file), eventId });
  }
}

/**
 * A copy without the members that are null, at any depth: a partner's null means absent. Nor is there one called
 * `__proto__`, which would not be a member of what it is assigned to.
 */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item)) as T;
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).filter(([name, member]) => !isAbsent(member) && name !== '__proto__');
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)])) as T;
}
