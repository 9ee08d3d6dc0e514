/** The same for each attempt of a notification, so that mail systems can drop a repetition; not for its replay. */
export function messageIdOf(notificationId: string, replayId: string | null, from: string): string {
  const id = replayId === null ? notificationId : `${notificationId}.${replayId}`;
  return `<${idPart(id)}@${domainOf(from)}>`;
}

/** Names the subscription as a list (RFC 2919), so that mail programs can sort by it. */
export function listIdOf(subscriptionId: string, from: string): string {
  return `<${idPart(subscriptionId)}.${domainOf(from)}>`;
}

function domainOf(from: string): string {
  return /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'karere.invalid';
}

function idPart(id: string): string {
  return id.replace(/[^\w.-]/g, '');
}
