/** JSON Schemas of the members of event data, by what they are. */
export const id = (description: string) => ({ type: 'string', format: 'uuid', description });
export const time = (description: string) => ({ type: 'string', format: 'date-time', description });
export const text = (description: string) => ({ type: 'string', description });
