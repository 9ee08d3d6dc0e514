/** Groups what belongs to the same work order, in the order given. */
export function byWorkOrder<T>(items: readonly T[], wonumOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const wonum = wonumOf(item);
    const group = groups.get(wonum);
    if (group) group.push(item);
    else groups.set(wonum, [item]);
  }
  return groups;
}
